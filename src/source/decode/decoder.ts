/** What it takes to turn the bytes of one file into RECORD lines. */
import type { PersonalDataPolicy } from '../privacy.ts'
import type { IsNew } from '../wasm.ts'
import type { Chunks } from './chunks.ts'
import type { Steps } from './waiting.ts'

/** What the decoders of a stream share while a file is read. */
export interface DecodeOptions {
  /** The stream's name, which is the event type. */
  readonly stream: string
  /** Members that every record gets after the event's own, as JSON text: `"_ab_source_file_url":"s3://…"`. */
  readonly extra: string
  /** Milliseconds since the Unix epoch. */
  readonly emittedAt: number
  /** How many of the file's events to pass over, because an earlier run has emitted them. */
  readonly skip: number
  /** False for an event id that was seen lately. Absent: nothing is deduplicated. */
  readonly isNew?: IsNew | undefined
  /** What to do with personal data. Absent: keep all. */
  readonly personalData?: PersonalDataPolicy | undefined
  /** `Environment.pump`, to be called every 64 KB or so. */
  readonly pump?: (() => void) | undefined
  /**
   * Told of each event type that the file turns out to hold, once: so that JSON files, which may hold any, need not be
   * read for streams of which they hold no event. Avro files hold one type, which is never told.
   */
  readonly onEventType?: ((eventType: string) => void) | undefined
}

/** Some finished RECORD lines, each with its line feed. The bytes are lent: good until the next block is asked for. */
export interface DecodedBlock {
  readonly bytes: Uint8Array
  /** Lines. */
  readonly count: number
  /** Events of the file that this block went through: lines, duplicates, events passed over and of other types. */
  readonly events: number
  readonly duplicates: number
  /** Values of `properties` that are no JSON object and were kept as `_unparsed`. */
  readonly unparsed: number
}

/**
 * Decodes one file, given as chunks of any size. Emits what is whole, then throws a BrokenFileError if the rest is not.
 * `size` is the object's size in bytes as listed: fewer bytes than that are a truncated download.
 */
export type Decode = (file: Chunks, size: number, options: DecodeOptions) => Steps<DecodedBlock>

/** The file is not what it should be from `byte` on: cut off, still uploading, or damaged. */
export class BrokenFileError extends Error {
  override readonly name = 'BrokenFileError'
  readonly byte: number
  constructor(reason: string, byte: number, options?: ErrorOptions) {
    super(reason, options)
    this.byte = byte
  }
}
