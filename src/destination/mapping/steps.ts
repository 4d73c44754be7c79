/**
 * An event's JSON as a list of steps: what comes of a usual record, told in a way that needs no JavaScript for each
 * record. A record that is not as a step expects it takes the mapper's way. Numbers are those of the plan's values.
 */
import type { ByteString } from '../../cdk/bytes.ts'

export type Step =
  | { readonly kind: 'text'; readonly text: ByteString }
  /** `,"name":` and the first of the values that is present. Here and below the comma is left out after a brace. */
  | { readonly kind: 'member'; readonly key: ByteString; readonly numbers: readonly number[] }
  /** An object, left out if nothing is in it. */
  | { readonly kind: 'object'; readonly key: ByteString; readonly steps: readonly Step[] }
  /** ISO 8601 of whole seconds since the Unix epoch, from 1970 to 9999. */
  | { readonly kind: 'time'; readonly number: number }
  /** A member whose value is a string, left out if that is empty. */
  | { readonly kind: 'id'; readonly key: ByteString; readonly number: number }
  /** One of the ids before must be there. */
  | { readonly kind: 'need-id' }
  /** A string without its quotes, of so many bytes at most. */
  | { readonly kind: 'bare-id'; readonly number: number; readonly maxBytes: number }
  /** A string without its quotes, that has nothing to unescape. */
  | { readonly kind: 'bare-name'; readonly number: number }
  /** Must be absent. */
  | { readonly kind: 'absent'; readonly number: number }
  /** Must be an object, or absent. */
  | { readonly kind: 'is-object'; readonly number: number }
  /** The record goes with that one of the program's keys if the value is this JSON string and no route before it fits. */
  | { readonly kind: 'route'; readonly number: number; readonly text: ByteString; readonly key: number }
  /** The members of an object, none of which may have one of these names. */
  | { readonly kind: 'members'; readonly number: number; readonly reserved: readonly ByteString[] }

/** What a stream's usual records become. */
export interface Program {
  /** The numbers of the values of the members that were asked for. */
  readonly numbers: readonly number[]
  readonly steps: readonly Step[]
  /** The first is that of records which no route fits. */
  readonly writeKeys: readonly string[]
  /** Whether the numbers are still those of the plan. */
  isCurrent(): boolean
}

export const text = (text: ByteString): readonly Step[] => (text === '' ? [] : [{ kind: 'text', text }])
