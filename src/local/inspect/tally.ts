/** Adds up what is found. The size depends on the numbers of event types, hours and schemas, never on that of files. */
import { createHash } from 'node:crypto'
import { eventTypeOf } from '../../catalog.ts'
import type { AvroRecord } from '../../catalog/avro.ts'
import { spelledRight } from '../../source/roots.ts'
import type { StoredObject } from '../../source/storage/store.ts'
import type { Break, Contents } from './open.ts'
import type { Layout, Place } from './place.ts'
import type { InspectedFile } from './sample.ts'

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

export interface IntegrationTally extends Seen {
  bytes: number
  readonly types: Set<string>
}

/** Things that might be many: how many, and the first or the greatest of them. */
export interface Listed<Item> {
  count: number
  readonly items: Item[]
}

export interface BrokenFile extends Break {
  readonly key: string
  readonly eventType?: string
  readonly hour?: number
  readonly size: number
}

export interface LateFile {
  readonly key: string
  readonly modified: string
  /** Milliseconds between the end of the hour and the modification. */
  readonly lateMs: number
}

/** The header, or the events, of a file name another event type than its folder. */
export interface OtherType {
  readonly key: string
  readonly folder: string
  readonly found: string
}

/** Later than this after its hour, a file is late. Braze writes one every 5 minutes, 30 with little to write. */
export const LATE_MS = 2 * 3_600_000
/** Of anything that might be many. */
export const MOST_LISTED = 100
const MOST_VERSIONS = 200

export class Tally {
  readonly types = new Map<string, TypeTally>()
  readonly integrations = new Map<string, IntegrationTally>()
  readonly layouts = new Map<Layout, Seen>()
  readonly broken: Listed<BrokenFile> = { count: 0, items: [] }
  readonly late: Listed<LateFile> = { count: 0, items: [] }
  readonly otherTypes: Listed<OtherType> = { count: 0, items: [] }
  files = 0
  bytes = 0
  opened = 0
  /** Gone between listing and opening. */
  gone = 0
  /** Events of JSON files that don't say their type. */
  nameless = 0
  /** Files that were late enough to be missed by a sync with this look-back. */
  beyondLookback = 0
  newestModified: Date | undefined

  /** A file was listed. `endMs` is the end of the hour that it belongs to. */
  list(file: InspectedFile, place: Place, endMs: number | undefined, lookbackMs: number): void {
    const { object, eventType, hour } = file
    this.files++
    this.bytes += object.size
    if (!this.newestModified || object.modified > this.newestModified) this.newestModified = object.modified
    see(this.layouts, place.layout, hour)
    if (eventType === undefined) return
    const type = this.#type(eventType)
    add(cellOf(type, hour), { files: 1, bytes: object.size })
    if (place.version !== undefined && (type.versions.has(place.version) || type.versions.size < MOST_VERSIONS))
      see(type.versions, place.version, hour)
    this.#integration(place.integration ?? '', eventType, object, hour)
    if (endMs !== undefined) this.#lateness(type, object, object.modified.getTime() - endMs, lookbackMs)
  }

  /** A file that was listed before was opened. */
  open(file: InspectedFile, contents: Contents, place: Place): void {
    this.opened++
    this.#contents(file, contents)
    const { header, fields = new Map(), broken, isPart } = contents
    const of = this.#typesOf(file, contents)
    if (header) for (const type of of) addSchema(type, header, place.version, file.hour)
    for (const [eventType, names] of fields) this.#fields(spelledRight(eventType), names, file)
    if (isPart) for (const type of of) type.isPartly = true
    if (broken) this.#broken(file, broken, of)
  }

  #typesOf({ eventType }: InspectedFile, { events }: Contents): readonly TypeTally[] {
    const names = eventType === undefined ? [...events.keys()].filter((name) => name !== '').map(spelledRight) : [eventType]
    return [...new Set(names)].map((name) => this.#type(name))
  }

  #contents({ object, eventType: folder, hour }: InspectedFile, { events, header }: Contents): void {
    const total = [...events.values()].reduce((sum, count) => sum + count, 0)
    if (folder !== undefined) cellOf(this.#type(folder), hour).openedBytes += object.size
    for (const [name, count] of events) {
      const found = spelledRight(name)
      if (folder === undefined && name === '') this.nameless += count
      else if (folder === undefined) {
        // A file outside of event_type= folders is shared out by the numbers of events.
        const bytes = total > 0 ? Math.round((object.size * count) / total) : object.size
        add(cellOf(this.#type(found), hour), { files: 1, bytes, openedBytes: bytes, events: count })
      } else {
        if (found !== folder) push(this.otherTypes, { key: object.key, folder, found })
        // As the source does: an Avro file is of the type of its folder, whatever its header says.
        if (found === folder || header) add(cellOf(this.#type(folder), hour), { events: count })
      }
    }
  }

  #fields(eventType: string, names: ReadonlySet<string>, { eventType: folder, hour }: InspectedFile): void {
    if (eventType === '' || (folder !== undefined && folder !== eventType)) return
    const known = eventTypeOf(eventType)?.schema.properties
    if (!known) return
    const { unknownFields } = this.#type(eventType)
    for (const name of names)
      if (!Object.hasOwn(known, name) && (unknownFields.has(name) || unknownFields.size < MOST_VERSIONS))
        see(unknownFields, name, hour)
  }

  #broken({ object: { key, size }, eventType, hour }: InspectedFile, broken: Break, types: readonly TypeTally[]): void {
    for (const type of types) type.broken++
    push(this.broken, { key, size, ...broken, ...(eventType !== undefined && { eventType }), ...(hour !== undefined && { hour }) })
  }

  #integration(name: string, eventType: string, { size }: StoredObject, hour: number | undefined): void {
    const known = this.integrations.get(name)
    if (!known && this.integrations.size >= MOST_VERSIONS) return
    const integration = known ?? { files: 0, bytes: 0, types: new Set() }
    this.integrations.set(name, integration)
    count(integration, hour)
    integration.bytes += size
    integration.types.add(eventType)
  }

  /** The latest files are listed. */
  #lateness(type: TypeTally, { key, modified }: StoredObject, lateMs: number, lookbackMs: number): void {
    if (lateMs <= LATE_MS) return
    type.late++
    if (lateMs > lookbackMs) this.beyondLookback++
    const { items } = this.late
    this.late.count++
    if (items.length === MOST_LISTED && lateMs <= (items.at(-1)?.lateMs ?? 0)) return
    const at = items.findIndex((item) => item.lateMs < lateMs)
    items.splice(at < 0 ? items.length : at, 0, { key, modified: modified.toISOString(), lateMs })
    items.length = Math.min(items.length, MOST_LISTED)
  }

  #type(eventType: string): TypeTally {
    const type = this.types.get(eventType) ?? emptyType(eventType)
    this.types.set(eventType, type)
    return type
  }
}

const emptyType = (eventType: string): TypeTally => ({
  eventType,
  hours: new Map(),
  undated: emptyCell(),
  versions: new Map(),
  schemas: new Map(),
  unknownFields: new Map(),
  broken: 0,
  late: 0,
  isPartly: false,
})

const emptyCell = (): Cell => ({ files: 0, bytes: 0, openedBytes: 0, events: 0 })

function cellOf({ hours, undated }: TypeTally, hour: number | undefined): Cell {
  if (hour === undefined) return undated
  const cell = hours.get(hour) ?? emptyCell()
  hours.set(hour, cell)
  return cell
}

function add(cell: Cell, { files = 0, bytes = 0, openedBytes = 0, events = 0 }: Partial<Cell>): void {
  cell.files += files
  cell.bytes += bytes
  cell.openedBytes += openedBytes
  cell.events += events
}

function see<Name>(all: Map<Name, Seen>, name: Name, hour: number | undefined): void {
  const seen = all.get(name) ?? { files: 0 }
  count(seen, hour)
  all.set(name, seen)
}

function count(seen: Seen, hour: number | undefined): void {
  seen.files++
  if (hour === undefined) return
  seen.first = Math.min(seen.first ?? hour, hour)
  seen.last = Math.max(seen.last ?? hour, hour)
}

function push<Item>(listed: Listed<Item>, item: Item): void {
  listed.count++
  if (listed.items.length < MOST_LISTED) listed.items.push(item)
}

function addSchema(
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
