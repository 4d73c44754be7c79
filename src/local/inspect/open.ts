/** Opens one file to see how many events of which types it holds, and with which fields. */
import type { AvroRecord } from '../../catalog/avro.ts'
import { BrokenFileError } from '../../source/decode/decoder.ts'
import { isAvro } from '../../source/key.ts'
import { ChangedObjectError, MissingObjectError, type ObjectStore, type StoredObject } from '../../source/storage/store.ts'
import { lookIntoAvro } from './open-avro.ts'
import { lookIntoJson } from './open-json.ts'

/** What a file holds. */
export interface Contents {
  readonly events: Counts
  /** Part of the file was not read: the events are an estimate, by the bytes. */
  readonly isPart?: boolean
  /** Of Avro files. */
  readonly header?: { readonly schema: AvroRecord; readonly eventType: string; readonly codec: string }
  /** The fields of the first events, by event type. Of JSON files. */
  readonly fields?: ReadonlyMap<string, ReadonlySet<string>>
  /** From there on the file can't be read. What is counted lies before. */
  readonly broken?: Break
}

/** The number of events by event type, which is `''` where a JSON event does not say it. */
export type Counts = ReadonlyMap<string, number>

export interface Break {
  readonly reason: string
  /** Where known. */
  readonly byte?: number
}

/** Undefined if the file is gone. Reads a little more than the first `mostBytes`, if the file is larger. */
export async function lookInto(
  store: ObjectStore,
  object: StoredObject,
  mostBytes: number,
): Promise<Contents | undefined> {
  try {
    return await (isAvro(object.key) ? lookIntoAvro : lookIntoJson)(store, object, mostBytes)
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined
    return { events: new Map(), broken: breakOf(error) }
  }
}

/** Throws what is no break of the file's. */
export function breakOf(error: unknown): Break {
  if (error instanceof BrokenFileError) return { reason: error.message, byte: error.byte }
  if (error instanceof ChangedObjectError) return { reason: 'the file was replaced while it was read' }
  throw error
}
