/** What a table of faults is made of. */
import type { Behaviour, Script } from '../fakes/service.ts'

export interface Fault {
  /** What the service does. */
  readonly fault: string
  readonly script?: Script
  /** Default: a service that speaks HTTP, as its address says. */
  readonly server?: 'gone' | 'https without trust' | 'https without TLS'
  /** Options of the destination besides its service. `{folder}` is a folder for rejected records. */
  readonly config?: object
  /** Thirty, if nothing is said. */
  readonly events?: number
  /** The service keeps the connection open, so that the time-out ends the request. */
  readonly timesOut?: boolean
  readonly expected: Expected
}

export interface Expected {
  /** How many events arrived once, and how many twice. */
  readonly once: number
  readonly twice?: number
  /** How many of the events are in the store for rejected records. */
  readonly kept?: number
  /** Which of the states came back. */
  readonly states: 'all' | 'the first' | 'none'
  readonly exitCode: 0 | 1
  readonly failure?: 'config_error' | 'transient_error'
  /** The longest time in which nothing was sent, in milliseconds of the fake clock; two seconds or less don't count. */
  readonly waitedMs?: number
  /** The first warning, or the error. `{service}`, `{host}` and `{timeout}` stand for what varies. */
  readonly says?: string
}

export const ALL_WELL = { once: 30, states: 'all', exitCode: 0 } as const

export const STOPPED = { once: 10, states: 'the first', exitCode: 1, failure: 'config_error' } as const

export const second = (behaviour: Behaviour): Script => [200, behaviour]

export const fromTheSecond =
  (behaviour: Behaviour): Script =>
  (_, index) =>
    index === 0 ? 200 : behaviour

export const again = (reason: string, seconds = '0.3') => `${reason}; trying again in ${seconds} s.`

export const failed = (reason: string) => `${reason}. What was not delivered is not acknowledged: run the sync again.`
