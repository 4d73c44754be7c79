import type { ByteString } from '../../cdk/bytes.ts'
import { textOf } from './json.ts'

/** When an event happened, in ISO 8601 and UTC; undefined if neither value tells a time between 1970 and 9999. */
export function timestampOf(
  /** Seconds since the Unix epoch. */
  time: ByteString | undefined,
  /** Milliseconds since the Unix epoch. It is the more exact of the two, but few events have it. */
  timeMs: ByteString | undefined,
): string | undefined {
  return isoOf(numberOf(timeMs)) ?? isoOf(numberOf(time) * 1000)
}

/** Warehouses hand numbers on as strings, too. */
function numberOf(raw: ByteString | undefined): number {
  const text = textOf(raw)
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text)
}

const YEAR_10000 = Date.UTC(10_000, 0)

function isoOf(ms: number): string | undefined {
  const whole = Math.round(ms)
  return whole > 0 && whole < YEAR_10000 ? isoTexts(whole) : undefined
}

/** The events of a file lie close together in time, and writing a date costs more than the rest of a small event. */
const isoTexts = remembering((ms: number) => new Date(ms).toISOString(), 10_000)

function remembering<Key, Value>(compute: (key: Key) => Value, max: number): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    if (known.size >= max) known.clear()
    const value = compute(key)
    known.set(key, value)
    return value
  }
}
