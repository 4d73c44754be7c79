/** The hours of an export that a pass looks into. */
import type { SourceConfig } from '../config.ts'

/** An hour (UTC) as in the export's `date=` folders: `2025-04-01-17`. A whole day, `2025-04-01`, is understood too. */
export type Hour = string

/** The hours from `first` to `last`, both inclusive and without bound if absent, and single ones besides. */
export interface Hours {
  readonly first?: Hour | undefined
  readonly last?: Hour | undefined
  readonly also: readonly Hour[]
}

export type HourBounds = Pick<SourceConfig, 'start_date' | 'end_date' | 'lookback_hours'> &
  Partial<Pick<SourceConfig, 'undated_files'>>

const HOUR_MS = 3_600_000

/** The hours in which a file can lie that arrived after `since` (milliseconds since the Unix epoch). */
export function hoursSince(since: number, { start_date, end_date, lookback_hours }: HourBounds): Hours {
  const earliest = since - lookback_hours * HOUR_MS
  const start = start_date === undefined ? 0 : Date.parse(start_date)
  const from = Math.max(earliest, start)
  return {
    first: from > 0 ? hourOf(from) : undefined,
    // The end is exclusive.
    last: end_date === undefined ? undefined : hourOf(Date.parse(end_date) - 1),
    also: [],
  }
}

export const hourOf = (ms: number): Hour => new Date(ms).toISOString().slice(0, 13).replace('T', '-')

/** A file without a date lies in every range. */
export function covers({ first = '', last = '~', also }: Hours, date: Hour | undefined): boolean {
  if (date === undefined) return true
  // A day is compared with the day of a bound.
  const [from, to] = [first.slice(0, date.length), last.slice(0, date.length)]
  return (date >= from && date <= to) || also.includes(date)
}

/**
 * The beginning of the next `date=` value behind `date` that may be covered, or undefined if there is none. As in keys,
 * a value counts with the `/` that ends it, so that a day comes after its hours.
 */
export function nextCovered({ first = '', last = '~', also }: Hours, date: Hour): string | undefined {
  const starts = [first, `${last.slice(0, 10)}/`, ...also.map((hour) => `${hour}/`)]
  return starts.filter((start) => start > `${date}/`).sort()[0]
}
