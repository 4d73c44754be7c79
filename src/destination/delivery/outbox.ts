/** What a run has to say, from whichever of its parts, in order, for whoever reads it. */
export class Outbox<T> {
  #messages: T[] = []
  #ended = false
  #failure: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined
  #room: (() => void)[] = []
  readonly #capacity: number

  constructor(capacity = 1000) {
    this.#capacity = capacity
  }

  push(messages: readonly T[]): void {
    for (const message of messages) this.#messages.push(message)
    this.#wake?.()
  }

  /** No more messages. With an error, the reader gets it after the last message. */
  end(failure?: { readonly error: unknown }): void {
    this.#ended = true
    this.#failure = failure
    this.#wake?.()
  }

  /** Resolves when the reader has caught up. */
  async room(): Promise<void> {
    if (this.#messages.length > this.#capacity) await new Promise<void>((resolve) => this.#room.push(resolve))
  }

  async *read(): AsyncGenerator<T> {
    try {
      while (!this.#ended || this.#messages.length > 0) {
        yield* this.#messages.splice(0)
        this.#makeRoom()
        if (!this.#ended && this.#messages.length === 0) await this.#news()
      }
    } finally {
      this.#makeRoom()
    }
    if (this.#failure) throw this.#failure.error
  }

  #makeRoom(): void {
    for (const resolve of this.#room.splice(0)) resolve()
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
