/** Lets a number of things happen at a time. Waiting for a slot leaves nothing behind, however long others take. */
export class Slots {
  #free: number
  readonly #size: number
  readonly #waiting: (() => void)[] = []
  readonly #idle: (() => void)[] = []

  constructor(size: number) {
    this.#size = size
    this.#free = size
  }

  /** Resolves once a slot is taken for the caller, in the order of asking. */
  async take(): Promise<void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
    if (this.#free === this.#size) for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Resolves when no slot is taken. */
  async idle(): Promise<void> {
    if (this.#free < this.#size) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }
}
