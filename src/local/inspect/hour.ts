/** Hours as numbers: how many there were since the Unix epoch. */
import { type Hour, hourOf } from '../../source/hours.ts'

export const HOUR_MS = 3_600_000

/** The time that a `date=` folder stands for: an hour, or a day. */
export interface DatedSpan {
  /** Its first hour. */
  readonly hour: number
  /** Its end, in milliseconds since the Unix epoch. */
  readonly endMs: number
}

/** Undefined for a date that no calendar has. */
export function spanOf(date: Hour): DatedSpan | undefined {
  const [, day = '', hour] = /^(\d{4}-\d{2}-\d{2})(?:-(\d{2}))?$/.exec(date) ?? []
  const startMs = Date.parse(`${day}T${hour ?? '00'}:00:00Z`)
  if (Number.isNaN(startMs)) return undefined
  return { hour: startMs / HOUR_MS, endMs: startMs + (hour === undefined ? 24 : 1) * HOUR_MS }
}

/** `2025-04-01-17` */
export const hourName = (hour: number): Hour => hourOf(hour * HOUR_MS)
