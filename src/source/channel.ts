/** Hands things from one loop to another, in order, without limit. */
export class Channel<T> implements AsyncIterable<T> {
  readonly #arrived = new Signal()
  #items: T[] = []
  #end: { readonly error?: unknown } | undefined

  push(item: T): void {
    this.#items.push(item)
    this.#arrived.fire()
  }

  end(): void {
    this.#end = {}
    this.#arrived.fire()
  }

  fail(error: unknown): void {
    this.#end = { error }
    this.#arrived.fire()
  }

  /** What nobody has taken. */
  takeAll(): readonly T[] {
    return this.#items.splice(0)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const item = this.#items.shift()
      if (item !== undefined) yield item
      else if (!this.#end) await this.#arrived.wait()
      else if ('error' in this.#end) throw this.#end.error
      else return
    }
  }
}

/** Wakes the one who waits. */
export class Signal {
  #wake = () => {}

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  fire(): void {
    this.#wake()
  }
}
