/** How many events may be sent in a second: what the user allows, and less where the service asks for less. */

/** A request that was sent. */
interface Sent {
  /** As every time in this file: milliseconds on a clock that never jumps. */
  readonly at: number
  readonly events: number
}

const SECOND = 1000
/** Never slower than this, in events a second, however often the service refuses. */
const LOWEST = 10
/** The part of the ceiling that comes back with every second that passes without a refusal. */
const RECOVERY = 0.05

/**
 * A ceiling in events a second. It halves when the service limits the rate and grows by steps afterwards (additive
 * increase, multiplicative decrease), never beyond `max`.
 *
 * No second holds more events than the ceiling. A request larger than that waits until as much time as its own events
 * take has passed since the ones before.
 */
export class Rate {
  readonly #max: number
  #ceiling: number
  #step = 0
  #raisedAt = 0
  #pausedUntil = 0
  #sent: Sent[] = []

  constructor(max = Number.POSITIVE_INFINITY) {
    this.#max = max
    this.#ceiling = max
  }

  /** The milliseconds to wait before a request of `events` may be sent; 0 if it may be sent now. */
  wait(events: number, now: number): number {
    if (now < this.#pausedUntil) return this.#pausedUntil - now
    this.#recover(now)
    if (this.#ceiling === Number.POSITIVE_INFINITY) return 0
    const window = Math.max(SECOND, (events / this.#ceiling) * SECOND)
    const quota = (this.#ceiling * window) / SECOND + ROUNDING
    let total = events
    for (let last = this.#sent.length - 1; last >= 0; last--) {
      const { at, events: sent } = this.#sent[last] as Sent
      if (at <= now - window) return 0
      total += sent
      // Once this one is too long ago to count, there is room.
      if (total > quota) return Math.max(1, Math.ceil(at + window - now))
    }
    return 0
  }

  sending(events: number, now: number): void {
    this.#sent.push({ at: now, events })
    // Older ones can't count: in a window of more than a second even the last one is too many.
    if (this.#sent.length > MANY) this.#sent = this.#sent.filter(({ at }) => at > now - SECOND)
  }

  /** The service limits the rate, and takes nothing before `until`. Gives the time by which that made the pause longer. */
  limited(now: number, until: number): number {
    const current = Math.min(this.#ceiling, this.#measured(now))
    // Requests that were under way together are refused together: one cut answers them all.
    if (now >= this.#pausedUntil) {
      this.#ceiling = Math.min(this.#max, Math.max(LOWEST, current / 2))
      this.#step = this.#ceiling * RECOVERY
    }
    this.#raisedAt = Math.max(now, until)
    const longer = Math.max(0, until - Math.max(now, this.#pausedUntil))
    this.#pausedUntil = Math.max(this.#pausedUntil, until)
    return longer
  }

  #recover(now: number): void {
    if (this.#ceiling >= this.#max || now <= this.#raisedAt) return
    this.#ceiling = Math.min(this.#max, this.#ceiling + (this.#step * (now - this.#raisedAt)) / SECOND)
    this.#raisedAt = now
  }

  /** Events sent in the last second. */
  #measured(now: number): number {
    return sum(this.#sent.filter(({ at }) => at > now - SECOND)) || Number.POSITIVE_INFINITY
  }
}

const MANY = 1000
const ROUNDING = 1e-6

const sum = (sent: readonly Sent[]): number => sent.reduce((total, { events }) => total + events, 0)
