/** What an export holds, as its newest files tell: event types, and their Avro schemas. */
import pLimit from 'p-limit'
import type { AvroRecord } from '../catalog/avro.ts'
import { spelledRight } from '../catalog.ts'
import type { Environment } from '../cdk/connector.ts'
import { BrokenFileError } from './decode/decoder.ts'
import { eventTypesIn, readSchema } from './decode/index.ts'
import { dateIn, holdsEvents, isAvro } from './key.ts'
import type { ExportRoots, Root } from './roots.ts'
import { MissingObjectError, type ObjectStore, objectsIn, type StoredObject } from './storage/store.ts'

const AT_ONCE = 8
/** After so long no more files are looked into. */
const PATIENCE_MS = 60_000
/** The newest one may still be uploading. */
const MOST_TRIED = 3
/** Keys of one folder that are listed for its newest files. */
const MOST_KEYS = 20_000
const MOST_LOOSE_FOLDERS = 20
/** A loose JSON file is read in whole to learn what it holds. */
const LARGEST_JSON_BYTES = 32 * 1024 * 1024

/** The schema of each event type in the export, as Braze spells it. Undefined where no header could be read in time. */
export type FoundSchemas = ReadonlyMap<string, AvroRecord | undefined>

export async function newestSchemas(
  store: ObjectStore,
  { roots, loose, prefix }: ExportRoots,
  { elapsed }: Pick<Environment, 'elapsed'>,
  warn: (message: string) => void,
): Promise<FoundSchemas> {
  const end = elapsed() + PATIENCE_MS
  const found = new Map<string, AvroRecord | undefined>()
  const limit = pLimit(AT_ONCE)
  const add = (eventType: string, schema?: AvroRecord) => {
    const name = spelledRight(eventType)
    if (schema || !found.has(name)) found.set(name, schema)
  }
  for (const { eventType } of roots) add(eventType)
  const looks = [
    ...roots.map((root) => async () => add(root.eventType, await schemaBelow(store, root))),
    ...loose.slice(0, MOST_LOOSE_FOLDERS).map(({ folder }) => async () => {
      for (const [eventType, schema] of await looseTypes(store, folder, prefix)) add(eventType, schema)
    }),
  ]
  let missed = 0
  await Promise.all(looks.map((look) => limit(async () => (elapsed() < end ? look() : void missed++))))
  if (missed > 0) warn(notReached(missed, looks.length))
  return found
}

const notReached = (missed: number, all: number): string =>
  `After ${PATIENCE_MS / 1000} s, ${missed} of ${all} folders were not looked into. Their fields are described by the catalogue alone; records carry all fields all the same. Set path_prefix to look into fewer folders.`

async function schemaBelow(store: ObjectStore, root: Root): Promise<AvroRecord | undefined> {
  for (const object of await newestOf(store.list(await newestHour(store, root)), ({ key }) => isAvro(key))) {
    const found = await unlessBroken(readSchema(store.read(object)))
    if (found) return found.schema
  }
  return undefined
}

/** The last `date=` folder of a root, or all of the root if there is none. */
async function newestHour(store: ObjectStore, { prefix }: Root): Promise<string> {
  let newest = prefix
  if (!prefix.endsWith('/')) return newest
  for await (const entry of store.level(prefix)) if ('folder' in entry && dateIn(entry.folder)) newest = entry.folder
  return newest
}

async function looseTypes(store: ObjectStore, folder: string, prefix: string): Promise<FoundSchemas> {
  const isLoose = ({ key, size }: StoredObject) =>
    key.startsWith(prefix) && holdsEvents(key) && (isAvro(key) || size <= LARGEST_JSON_BYTES)
  const types = new Map<string, AvroRecord | undefined>()
  for (const object of await newestOf(objectsIn(store, folder), isLoose)) {
    if (isAvro(object.key)) {
      const found = await unlessBroken(readSchema(store.read(object)))
      if (found) types.set(found.eventType, found.schema)
    } else {
      const held = await unlessBroken(eventTypesIn(store.read(object), object.size))
      for (const eventType of held ?? []) types.set(eventType, undefined)
    }
  }
  return types
}

/** The last modified first. */
async function newestOf(
  objects: AsyncIterable<StoredObject>,
  isWanted: (object: StoredObject) => boolean,
): Promise<readonly StoredObject[]> {
  let newest: readonly StoredObject[] = []
  let keys = 0
  for await (const object of objects) {
    if (isWanted(object)) newest = [...newest, object].sort(byAge).slice(0, MOST_TRIED)
    if (++keys === MOST_KEYS) break
  }
  return newest
}

const byAge = (one: StoredObject, other: StoredObject): number => other.modified.getTime() - one.modified.getTime()

async function unlessBroken<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof BrokenFileError || error instanceof MissingObjectError) return undefined
    throw error
  }
}
