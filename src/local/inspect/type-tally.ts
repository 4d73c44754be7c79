/** What is added up of one event type. */
import { createHash } from 'node:crypto'
import type { AvroRecord } from '../../catalog/avro.ts'

/** An hour of an event type. */
export interface Cell {
  files: number
  bytes: number
  /** Of the bytes, those in files that were opened. */
  openedBytes: number
  /** In files that were opened. */
  events: number
}

/** In how many files something was met, and in which hours. */
export interface Seen {
  files: number
  first?: number
  last?: number
}

export interface SchemaTally extends Seen {
  readonly schema: AvroRecord
  readonly codecs: Set<string>
  readonly versions: Set<string>
}

export interface TypeTally {
  readonly eventType: string
  readonly hours: Map<number, Cell>
  /** Files without a date. */
  readonly undated: Cell
  /** What of the files above lies outside of `event_type=` folders. */
  readonly loose: Cell
  /** Of the file's path. */
  readonly versions: Map<string, Seen>
  /** By fingerprint. */
  readonly schemas: Map<string, SchemaTally>
  /** Fields of JSON files that the catalogue lacks. */
  readonly unknownFields: Map<string, Seen>
  broken: number
  late: number
  /** Some files were read in part. */
  isPartly: boolean
}

/** Of anything that might be many. */
export const MOST_LISTED = 100

export const emptyType = (eventType: string): TypeTally => ({
  eventType,
  hours: new Map(),
  undated: emptyCell(),
  loose: emptyCell(),
  versions: new Map(),
  schemas: new Map(),
  unknownFields: new Map(),
  broken: 0,
  late: 0,
  isPartly: false,
})

export const emptyCell = (): Cell => ({ files: 0, bytes: 0, openedBytes: 0, events: 0 })

export function cellOf({ hours, undated }: TypeTally, hour: number | undefined): Cell {
  if (hour === undefined) return undated
  const cell = hours.get(hour) ?? emptyCell()
  hours.set(hour, cell)
  return cell
}

export function add(cell: Cell, { files = 0, bytes = 0, openedBytes = 0, events = 0 }: Partial<Cell>): void {
  cell.files += files
  cell.bytes += bytes
  cell.openedBytes += openedBytes
  cell.events += events
}

export function see<Name>(all: Map<Name, Seen>, name: Name, hour: number | undefined): void {
  const seen = all.get(name) ?? { files: 0 }
  count(seen, hour)
  all.set(name, seen)
}

export function count(seen: Seen, hour: number | undefined): void {
  seen.files++
  if (hour === undefined) return
  seen.first = Math.min(seen.first ?? hour, hour)
  seen.last = Math.max(seen.last ?? hour, hour)
}

export function addSchema(
  { schemas }: TypeTally,
  { schema, codec }: { schema: AvroRecord; codec: string },
  version: string | undefined,
  hour: number | undefined,
): void {
  const fingerprint = fingerprintOf(schema)
  const known = schemas.get(fingerprint)
  if (!known && schemas.size >= MOST_LISTED) return
  const tally = known ?? { schema, files: 0, codecs: new Set(), versions: new Set() }
  schemas.set(fingerprint, tally)
  count(tally, hour)
  tally.codecs.add(codec)
  if (version !== undefined && tally.versions.size < MOST_LISTED) tally.versions.add(version)
}

/** Equal for schemas with the same fields of the same types in the same order, whatever their documentation says. */
const fingerprintOf = ({ namespace, name, fields }: AvroRecord): string =>
  createHash('sha256')
    .update(JSON.stringify([namespace, name, fields.map((field) => [field.name, field.type])]))
    .digest('hex')
    .slice(0, 12)
