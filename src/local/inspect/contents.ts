/** What a look into a file finds. */
import type { AvroRecord } from '../../catalog/avro.ts'
import { BrokenFileError } from '../../source/decode/decoder.ts'
import { ChangedObjectError } from '../../source/storage/store.ts'

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

/** Throws what is no break of the file's. */
export function breakOf(error: unknown): Break {
  if (error instanceof BrokenFileError) return { reason: error.message, byte: error.byte }
  if (error instanceof ChangedObjectError) return { reason: 'the file was replaced while it was read' }
  throw error
}
