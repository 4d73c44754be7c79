/** How the report tells in which hours something was met. */
import type { Hour } from '../../source/hours.ts'
import { hourName } from './hour.ts'
import type { SeenReport } from './report.ts'
import type { Seen } from './type-tally.ts'

export const seenReport = ({ files, first, last }: Seen): SeenReport => ({
  files,
  firstHour: named(first),
  lastHour: named(last),
})

export const named = (hour: number | undefined): Hour | undefined => (hour === undefined ? undefined : hourName(hour))
