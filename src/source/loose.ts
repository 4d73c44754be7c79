/**
 * What is known of the files outside of `event_type=` folders. Any stream may find its events there; this memory, which
 * the streams of a read share, saves most of them from reading the same files for nothing.
 */
import { spelledRight } from '../catalog.ts'
import type { ListedFile } from './cursor.ts'
import { BrokenFileError } from './decode/decoder.ts'
import { isAvro } from './key.ts'
import type { Items } from './look-ahead.ts'
import { type FileHash, hashOf } from './recent.ts'
import { MissingObjectError, type ObjectStore, type StoredObject } from './storage/store.ts'

/** Of how many files is known what they hold. */
const MOST_FILES = 20_000

export class LooseTypes {
  readonly #types = new Map<FileHash, ReadonlySet<string>>()

  knows(object: StoredObject): boolean {
    return this.#types.has(hashOf(object))
  }

  /** False only if the file is known to hold no event of the type. */
  mayHold(object: StoredObject, eventType: string): boolean {
    return this.#types.get(hashOf(object))?.has(spelledRight(eventType)) ?? true
  }

  /** These are all the event types in the file. */
  add(object: StoredObject, eventTypes: Iterable<string>): void {
    this.#types.set(hashOf(object), new Set([...eventTypes].map(spelledRight)))
    const [oldest] = this.#types.keys()
    if (this.#types.size > MOST_FILES && oldest !== undefined) this.#types.delete(oldest)
  }
}

/** Passes files on. Of a loose Avro file that is `wanted`, the header is read first: it names the event type. */
export async function* withLooseTypes(
  files: Items<ListedFile>,
  types: LooseTypes,
  store: ObjectStore,
  wanted: (file: ListedFile) => boolean,
): AsyncGenerator<ListedFile> {
  for await (const file of files) {
    const { object, part } = file
    if (part === 'loose' && isAvro(object.key) && wanted(file) && !types.knows(object)) {
      const eventType = await eventTypeIn(store, object)
      if (eventType !== undefined) types.add(object, [eventType])
    }
    yield file
  }
}

/** Undefined if the file is broken: each stream then meets it, and says so. */
async function eventTypeIn(store: ObjectStore, object: StoredObject): Promise<string | undefined> {
  // The decoders are loaded when there is something to decode.
  const { readSchema } = await import('./decode/index.ts')
  try {
    return (await readSchema(store.read(object))).eventType
  } catch (error) {
    if (error instanceof BrokenFileError || error instanceof MissingObjectError) return undefined
    throw error
  }
}
