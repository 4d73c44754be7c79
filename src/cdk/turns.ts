import { setImmediate as turnOfEventLoop } from 'node:timers/promises'

/** Time for one turn, in milliseconds. */
const TURN_MS = 20

/** For loops that may never have to wait: gives timers, signals and sockets their turn all the same. */
export class Turns {
  #lastMs = performance.now()

  get isDue(): boolean {
    return performance.now() - this.#lastMs >= TURN_MS
  }

  /** To be called often. */
  async take(): Promise<void> {
    if (!this.isDue) return
    await turnOfEventLoop()
    this.#lastMs = performance.now()
  }
}
