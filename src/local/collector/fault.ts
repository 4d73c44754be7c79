/** What goes wrong on the way to a service, now and then. */
import type { Random } from '../random.ts'

/** How a request goes wrong: with an answer, or with none, before or after its events were kept. */
export type Fault =
  | { readonly answer: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly answer: 'cut'; readonly isKept: boolean }

const RETRY_SOON = { 'Retry-After': '1' }
const FAULTS: readonly Fault[] = [
  { answer: 500, headers: {} },
  { answer: 503, headers: {} },
  { answer: 504, headers: {} },
  { answer: 429, headers: RETRY_SOON },
  { answer: 'cut', isKept: false },
  // The sender can't know that its events arrived, and sends them again.
  { answer: 'cut', isKept: true },
]

export const faultOf = (random: Random, rate: number): Fault | undefined =>
  random.chance(rate) ? random.pick(FAULTS) : undefined
