/** Makes the report of what was added up. */

import { compareKeys } from '../../source/storage/order.ts'
import { typeReport, withUnopened } from './build-type.ts'
import { HOUR_MS, hourName } from './hour.ts'
import type { SameName } from './names.ts'
import type { Facts, Totals, TypeReport } from './report.ts'
import { named, seenReport } from './seen.ts'
import { sum } from './sum.ts'
import type { Listed, Tally } from './tally.ts'
import type { TypeTally } from './type-tally.ts'

export interface Found {
  readonly tally: Tally
  readonly sameNames: Listed<SameName>
}

export type Circumstances = Pick<Facts, 'inspectedAt' | 'location' | 'limits' | 'lookbackHours' | 'counting'>

/** Of the event types that are meant. */
export function factsOf(
  { tally, sameNames }: Found,
  circumstances: Circumstances,
  isMeant: (eventType: string) => boolean,
): Facts {
  const nowMs = Date.parse(circumstances.inspectedAt)
  const tallies = [...tally.types.values()].filter(({ eventType }) => isMeant(eventType)).sort(byEventType)
  const days = hoursOf(tallies, nowMs)
  // The newest hour may still be filled.
  const until = (days.newest ?? 0) - 1
  const types = tallies.map((type) => typeReport(withUnopened(type, tally.loose), until))
  return {
    format: 1,
    ...circumstances,
    totals: {
      ...totalsOf(tally, types, days, nowMs),
      ...(circumstances.limits.streams !== undefined && partOf(types)),
    },
    types,
    integrations: [...tally.integrations]
      .map(([folder, seen]) => ({ folder, ...seenReport(seen), bytes: seen.bytes, types: seen.types.size }))
      .sort((a, b) => compareKeys(a.folder, b.folder)),
    layouts: [...tally.layouts]
      .map(([layout, seen]) => ({ layout, ...seenReport(seen) }))
      .sort((a, b) => compareKeys(a.layout, b.layout)),
    broken: {
      count: tally.broken.count,
      items: tally.broken.items
        .map(({ hour, ...file }) => ({ ...file, ...(hour !== undefined && { hour: hourName(hour) }) }))
        .sort(byKey),
    },
    late: { ...tally.late, beyondLookback: tally.beyondLookback },
    sameNames: { ...sameNames, items: sameNames.items.toSorted(byKey) },
    otherTypes: { ...tally.otherTypes, items: tally.otherTypes.items.toSorted(byKey) },
    namelessEvents: tally.nameless,
    goneFiles: tally.gone,
  }
}

const byEventType = (a: TypeTally, b: TypeTally): number => compareKeys(a.eventType, b.eventType)
const byKey = (a: { readonly key: string }, b: { readonly key: string }): number => compareKeys(a.key, b.key)

/** Those in which any event type has files. */
interface HoursOfExport {
  readonly first: number | undefined
  readonly newest: number | undefined
  readonly recentShare: number
  readonly futureFiles: number
}

const WEEK = 168

function hoursOf(types: readonly TypeTally[], nowMs: number): HoursOfExport {
  const isFuture = (hour: number): boolean => hour * HOUR_MS > nowMs
  const [filled, future] = [new Set<number>(), { files: 0 }]
  for (const { hours } of types)
    for (const [hour, { files }] of hours) {
      if (isFuture(hour)) future.files += files
      else if (files > 0) filled.add(hour)
    }
  const sorted = [...filled].sort((a, b) => a - b)
  const [first, newest] = [sorted[0], sorted.at(-1)]
  if (first === undefined || newest === undefined) return { first, newest, recentShare: 0, futureFiles: future.files }
  const begin = Math.max(first, newest - WEEK + 1)
  const recentShare = sorted.filter((hour) => hour >= begin).length / (newest - begin + 1)
  return { first, newest, recentShare, futureFiles: future.files }
}

/** Files outside of `event_type=` folders count only as far as they hold what was asked for. */
const partOf = (types: readonly TypeReport[]): Pick<Totals, 'files' | 'bytes' | 'events'> => ({
  files: sum(types.map(({ files }) => files)),
  bytes: sum(types.map(({ bytes }) => bytes)),
  events: sum(types.map(({ events }) => events)),
})

function totalsOf(tally: Tally, types: readonly TypeReport[], hours: HoursOfExport, nowMs: number): Totals {
  const { first, newest, recentShare, futureFiles } = hours
  return {
    types: types.length,
    files: tally.files,
    bytes: tally.bytes,
    events: sum(types.map(({ events }) => events)) + tally.nameless,
    isEstimated: types.some(({ isEstimated }) => isEstimated),
    firstHour: named(first),
    newestHour: named(newest),
    ageMs: newest === undefined ? undefined : nowMs - (newest + 1) * HOUR_MS,
    datedFiles: sum(types.flatMap((type) => type.hours.map(({ files }) => files))),
    futureFiles,
    newestModified: tally.newestModified?.toISOString(),
    recentShare,
  }
}
