/** What a service says to a request, and which of its events it keeps. Pure. */
import type { ByteString } from '../../cdk/bytes.ts'

export interface ReceivedRequest {
  /** Without the query. */
  readonly path: string
  /** From Basic authentication, or `writeKey` in the query. */
  readonly writeKey: string | undefined
  readonly contentType: string | undefined
  /** Decompressed. */
  readonly body: ByteString
}

export interface ReceivedEvent {
  readonly messageId: string
  /** What the service would list the event under. */
  readonly name: ByteString
  /** As it came over the wire. */
  readonly text: ByteString
}

/** `dropped` events are those that the service answers 200 for and then loses, by reason. */
export interface Verdict {
  readonly status: number
  readonly text: string
  readonly events: readonly ReceivedEvent[]
  readonly dropped: Readonly<Record<string, number>>
}

/** Undefined keys: every key is good. */
export type Judge = (request: ReceivedRequest, keys: ReadonlySet<string> | undefined) => Verdict

export const refused = (status: number, text: string): Verdict => ({ status, text, events: [], dropped: {} })

export const accepted = (text: string, judged: readonly JudgedEvent[]): Verdict => ({
  status: 200,
  text,
  events: judged.filter((event): event is ReceivedEvent => typeof event !== 'string'),
  dropped: countOf(judged.filter((event) => typeof event === 'string')),
})

/** An event, or why it is lost. */
export type JudgedEvent = ReceivedEvent | string

const countOf = (reasons: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}

/** The members of a JSON object, or undefined if the text is something else. */
export function objectOf(text: ByteString): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** Documented by both services, in encoded bytes. */
export const EVENT_BYTES = 32 * 1024
