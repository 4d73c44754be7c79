/** What a destination reads from stdin, as the line reader hands it over. */
import type { ByteString } from './bytes.ts'
import type { StreamDescriptor } from './protocol.ts'

/**
 * The members of a JSON object in their order: names unescaped, values as JSON text that nobody has parsed.
 * Numbers therefore keep every digit. `names[i]` belongs to `values[i]`.
 */
export interface RawObject {
  readonly names: readonly ByteString[]
  readonly values: readonly ByteString[]
}

export interface InputRecord {
  readonly type: 'RECORD'
  readonly stream: string
  readonly namespace: string | undefined
  readonly data: RawObject
  /** The whole line, without its line feed. */
  readonly line: ByteString
}

export interface InputState {
  readonly type: 'STATE'
  /** The streams whose progress it holds; none for a LEGACY state, which holds that of all. */
  readonly streams: readonly StreamDescriptor[]
  /** The whole line, without its line feed. */
  readonly line: ByteString
}

/** A line that is no message. `isRecord` tells one that was meant to be a RECORD, so that its loss is not silent. */
export interface InputUnreadable {
  readonly type: 'UNREADABLE'
  readonly isRecord: boolean
  readonly line: ByteString
}

export type InputMessage = InputRecord | InputState | InputUnreadable
