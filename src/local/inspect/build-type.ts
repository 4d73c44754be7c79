/** Makes the report of one event type. */

import type { AvroRecord } from '../../catalog/avro.ts'
import { eventTypeOf } from '../../catalog.ts'
import { compareKeys } from '../../source/storage/order.ts'
import { type Gap, gapsOf } from './gaps.ts'
import { hourName } from './hour.ts'
import type { GapReport, HourReport, SchemaReport, SeenReport, TypeReport } from './report.ts'
import { named, seenReport } from './seen.ts'
import { sum } from './sum.ts'
import type { Cell, SchemaTally, Seen, TypeTally } from './type-tally.ts'

/** Of the files outside of `event_type=` folders that were not opened, an event type gets its share among those that were. */
export function withUnopened(type: TypeTally, { bytes, openedBytes }: Cell): TypeTally {
  if (openedBytes === 0 || bytes === openedBytes || type.loose.files === 0) return type
  const more = (bytes - openedBytes) / openedBytes
  const { undated, loose } = type
  return {
    ...type,
    isPartly: true,
    undated: {
      files: undated.files + Math.round(more * loose.files),
      bytes: undated.bytes + Math.round(more * loose.bytes),
      openedBytes: undated.openedBytes + Math.round(more * loose.bytes),
      events: undated.events + Math.round(more * loose.events),
    },
  }
}

export function typeReport(type: TypeTally, until: number): TypeReport {
  const numbers = [...type.hours.keys()].sort((a, b) => a - b)
  const cells = [...type.hours.values(), type.undated]
  const estimate = estimator(cells)
  const hours = numbers.map((hour) => ({ hour: hourName(hour), ...cellReport(type.hours.get(hour), estimate) }))
  const undated = cellReport(type.undated, estimate)
  const total = (of: (cell: Omit<HourReport, 'hour'>) => number) => sum([...hours, undated].map(of))
  const gaps = gapsOf(filesByHour(type), until)
  return {
    eventType: type.eventType,
    status: eventTypeOf(type.eventType)?.status ?? 'unknown',
    files: total(({ files }) => files),
    bytes: total(({ bytes }) => bytes),
    events: total(({ events }) => events),
    isEstimated: type.isPartly || cells.some(({ bytes, openedBytes }) => openedBytes < bytes),
    firstHour: named(numbers[0]),
    lastHour: named(numbers.at(-1)),
    hours,
    undated,
    gaps: gaps.map((gap) => gapReport(gap, numbers.at(-1) ?? 0)),
    missingFiles: sum(gaps.map(({ expected }) => expected)),
    schemas: schemaReports(type),
    versions: [...type.versions].map(([version, seen]) => ({ version, ...seenReport(seen) })).sort(byFirstHour),
    unknownFields: unknownFieldsOf(type),
    brokenFiles: type.broken,
    lateFiles: type.late,
  }
}

/** What was not opened holds as many events for its bytes as what was opened of the same hour, or else of the type. */
function estimator(cells: readonly Cell[]): (cell: Cell) => number {
  const ofType = density({
    events: sum(cells.map((cell) => cell.events)),
    openedBytes: sum(cells.map((cell) => cell.openedBytes)),
  })
  return (cell) => {
    const unopened = Math.max(0, cell.bytes - cell.openedBytes)
    return Math.round(cell.events + unopened * (cell.openedBytes > 0 ? density(cell) : ofType))
  }
}

const density = ({ events, openedBytes }: Pick<Cell, 'events' | 'openedBytes'>): number =>
  openedBytes > 0 ? events / openedBytes : 0

const cellReport = (cell: Cell | undefined, estimate: (cell: Cell) => number): Omit<HourReport, 'hour'> =>
  cell ? { files: cell.files, bytes: cell.bytes, events: estimate(cell) } : { files: 0, bytes: 0, events: 0 }

const filesByHour = ({ hours }: TypeTally): ReadonlyMap<number, number> =>
  new Map([...hours].flatMap(([hour, { files }]) => (files > 0 ? [[hour, files] as const] : [])))

const gapReport = ({ first, last, expected }: Gap, lastHour: number): GapReport => ({
  first: hourName(first),
  last: hourName(last),
  hours: last - first + 1,
  expectedFiles: expected,
  isOpen: first > lastHour,
})

const byFirstHour = (a: SeenReport, b: SeenReport): number => compareKeys(a.firstHour ?? '', b.firstHour ?? '')

function schemaReports({ schemas }: TypeTally): readonly SchemaReport[] {
  const sorted = [...schemas].sort(
    ([a, one], [b, other]) =>
      (one.first ?? 0) - (other.first ?? 0) || (one.last ?? 0) - (other.last ?? 0) || compareKeys(a, b),
  )
  return sorted.map(([fingerprint, tally], i) => ({
    fingerprint,
    fields: tally.schema.fields.length,
    ...difference(sorted[i - 1]?.[1].schema ?? tally.schema, tally.schema),
    versions: [...tally.versions].sort(),
    codecs: [...tally.codecs].sort(),
    ...seenReport(tally),
  }))
}

function difference(before: AvroRecord, after: AvroRecord): Pick<SchemaReport, 'added' | 'removed' | 'changed'> {
  const [old, now] = [typesOf(before), typesOf(after)]
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed: [...now].filter(([name, type]) => old.has(name) && old.get(name) !== type).map(([name]) => name),
  }
}

const typesOf = ({ fields }: AvroRecord): ReadonlyMap<string, string> =>
  new Map(fields.map(({ name, type }) => [name, typeText(type)]))

/** `string`, or JSON for what has no plain name; null is left out, as every field may be. */
function typeText(type: unknown): string {
  const inner = Array.isArray(type) && type.length === 2 && type[0] === 'null' ? type[1] : type
  return typeof inner === 'string' ? inner : JSON.stringify(inner)
}

/** Of event types that are unknown themselves there are none. */
function unknownFieldsOf(type: TypeTally): TypeReport['unknownFields'] {
  const known = eventTypeOf(type.eventType)?.schema.properties
  if (!known) return []
  const found = new Map<string, Seen & { type?: string }>(type.unknownFields)
  for (const tally of type.schemas.values()) {
    for (const [name, avro] of typesOf(tally.schema)) {
      if (!Object.hasOwn(known, name)) found.set(name, { ...merged(found.get(name), tally), type: avro })
    }
  }
  return [...found]
    .map(([name, seen]) => ({ name, ...(seen.type !== undefined && { type: seen.type }), ...seenReport(seen) }))
    .sort((a, b) => compareKeys(a.name, b.name))
}

function merged(one: Seen | undefined, { files, first, last }: SchemaTally): Seen {
  const hours = [one?.first, one?.last, first, last].filter((hour) => hour !== undefined)
  const bounds = hours.length > 0 ? { first: Math.min(...hours), last: Math.max(...hours) } : {}
  return { files: files + (one?.files ?? 0), ...bounds }
}
