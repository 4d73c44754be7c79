/** Where events go: what the mapping and the delivery know of each other. */
import type { ByteString } from '../cdk/bytes.ts'
import type { InputRecord } from '../cdk/input.ts'
import type { ConfiguredAirbyteStream } from '../cdk/protocol.ts'
import type { Program } from './mapping/steps.ts'

/** A service that takes batches of events over HTTP. Data and pure functions only. */
export interface Target {
  /** As a person knows it. */
  readonly name: string

  /** The method is POST. Contains the write key where the service wants it there. */
  url(writeKey: string): string
  headers(writeKey: string): Readonly<Record<string, string>>

  /** Every key that events may be sent with, each once. */
  readonly writeKeys: readonly string[]

  readonly limits: TargetLimits

  /**
   * What goes around events, which are joined by commas. Made anew for every attempt: it may hold the time of sending.
   * Its parts always have the same lengths.
   */
  envelope(now: Date): Envelope

  /**
   * A body that stores nothing and is answered by a 2xx or 400 if the write key is good, by 401, 403 or 404 if not.
   * Undefined where the service gives the same answer to every key.
   */
  readonly probe: ByteString | undefined

  /** The mapper of one input stream. Throws a ConfigError if the stream holds nothing that could be sent. */
  mapper(stream: ConfiguredAirbyteStream): Mapper
}

/** Sizes are encoded bytes before compression. */
export interface TargetLimits {
  /** Of one event. The mapper keeps it. */
  readonly eventBytes: number
  /** Of a request body, envelope and commas included. */
  readonly batchBytes: number
  readonly batchEvents: number
}

/** `body = head + events.join(',') + tail`. */
export interface Envelope {
  readonly head: ByteString
  readonly tail: ByteString
}

/** Throws nothing, whatever the record holds: what is wrong with data is a value. */
export interface Mapper {
  (record: InputRecord): Mapped

  /**
   * The same for usual records with these members, as steps that `CompiledLines` takes. Undefined where only the mapper
   * itself will do.
   */
  compile?(names: readonly ByteString[]): Program | undefined
}

/** What becomes of one record. */
export type Mapped =
  | {
      readonly status: 'send'
      /** JSON texts. Usually one; they go out in this order, with the same key. */
      readonly events: readonly ByteString[]
      readonly writeKey: string
      /** Fields that were shortened or left out to keep the event within `eventBytes`. */
      readonly trimmed: readonly string[]
    }
  | { readonly status: 'skipped'; readonly reason: SkipReason }
  | { readonly status: 'rejected'; readonly reason: RejectReason; readonly message: string }

/** Left out because the configuration says so. */
type SkipReason = 'anonymous_user'

/** Why the service would drop or refuse an event, seen before it is sent; or nobody told us what the event is. */
export type RejectReason = 'no_id' | 'no_time' | 'no_user' | 'no_name' | 'too_deep' | 'oversize' | 'unknown_stream'
