/** What the two loads have in common. */
import type { Sample } from './curve.ts'

export interface Load {
  /** So long events come; what was begun by then is finished. */
  readonly durationMs: number
  readonly probeMs: number
  /** A folder of its own. */
  readonly folder: string
  readonly seed: number
}

export interface Outcome {
  readonly samples: readonly Sample[]
  /** One line for people. */
  readonly summary: string
  /** What should have been otherwise, the curve apart. */
  readonly problems: readonly string[]
}

/** The most events a second, so that a soak costs less than a processor. */
export const EVENTS_PER_SECOND = 1500
