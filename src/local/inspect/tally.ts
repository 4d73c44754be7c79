/** Adds up what is found. The size depends on the numbers of event types, hours and schemas, never on that of files. */
import { eventTypeOf, spelledRight } from '../../catalog.ts'
import { compareKeys } from '../../source/storage/order.ts'
import type { StoredObject } from '../../source/storage/store.ts'
import type { Break, Contents } from './contents.ts'
import type { Layout, Place } from './place.ts'
import type { InspectedFile } from './sample.ts'
import {
  add,
  addSchema,
  type Cell,
  cellOf,
  count,
  emptyCell,
  emptyType,
  MOST_LISTED,
  type Seen,
  see,
  type TypeTally,
} from './type-tally.ts'

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
const LATE_MS = 2 * 3_600_000
const MOST_VERSIONS = 200

export class Tally {
  readonly types = new Map<string, TypeTally>()
  readonly integrations = new Map<string, IntegrationTally>()
  readonly layouts = new Map<Layout, Seen>()
  readonly broken: Listed<BrokenFile> = { count: 0, items: [] }
  readonly late: Listed<LateFile> = { count: 0, items: [] }
  readonly otherTypes: Listed<OtherType> = { count: 0, items: [] }
  /** Files outside of `event_type=` folders. */
  readonly loose: Cell = emptyCell()
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
    if (eventType === undefined) {
      add(this.loose, { files: 1, bytes: object.size })
      return
    }
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
    const names =
      eventType === undefined ? [...events.keys()].filter((name) => name !== '').map(spelledRight) : [eventType]
    return [...new Set(names)].map((name) => this.#type(name))
  }

  #contents({ object, eventType: folder, hour }: InspectedFile, { events, header }: Contents): void {
    const total = [...events.values()].reduce((sum, count) => sum + count, 0)
    add(folder === undefined ? this.loose : cellOf(this.#type(folder), hour), { openedBytes: object.size })
    for (const [name, count] of events) {
      const found = spelledRight(name)
      if (folder === undefined && name === '') this.nameless += count
      else if (folder === undefined) {
        // A file outside of event_type= folders is shared out by the numbers of events.
        const bytes = total > 0 ? Math.round((object.size * count) / total) : object.size
        const share = { files: 1, bytes, openedBytes: bytes, events: count }
        const type = this.#type(found)
        add(cellOf(type, hour), share)
        add(type.loose, share)
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
    push(this.broken, {
      key,
      size,
      ...broken,
      ...(eventType !== undefined && { eventType }),
      ...(hour !== undefined && { hour }),
    })
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
    const file = { key, modified: modified.toISOString(), lateMs }
    const last = items.at(-1)
    if (items.length === MOST_LISTED && last && byLateness(last, file) < 0) return
    const at = items.findIndex((item) => byLateness(file, item) < 0)
    items.splice(at < 0 ? items.length : at, 0, file)
    items.length = Math.min(items.length, MOST_LISTED)
  }

  #type(eventType: string): TypeTally {
    const type = this.types.get(eventType) ?? emptyType(eventType)
    this.types.set(eventType, type)
    return type
  }
}

/** Event types are listed at the same time: without the key, the faster one would come first among equals. */
const byLateness = (a: LateFile, b: LateFile): number => b.lateMs - a.lateMs || compareKeys(a.key, b.key)

function push<Item>(listed: Listed<Item>, item: Item): void {
  listed.count++
  if (listed.items.length < MOST_LISTED) listed.items.push(item)
}
