import { TransientError } from '../../cdk/errors.ts'

/** An object in a bucket, container or folder. Keys use `/` on every platform. */
export interface StoredObject {
  readonly key: string
  readonly modified: Date
  /** Bytes. */
  readonly size: number
  /** Identifies this content of the object, where the provider has such a thing: an etag or a generation. */
  readonly version?: string
}

/** What a level of a store holds: objects, and folders, whose prefixes end with `/`. */
export type StoreEntry = { readonly object: StoredObject } | { readonly folder: string }

/** What we need from any storage provider. Errors are ConfigError or TransientError, and say what to do. */
export interface ObjectStore {
  /**
   * The objects whose key starts with `prefix` and is greater than `after`, in ascending order of key (by UTF-8 bytes).
   * Pages are fetched as they are read: leaving the loop stops the listing.
   */
  list(prefix: string, after?: string): AsyncIterable<StoredObject>

  /** The objects and folders directly under `prefix` (which ends with `/` or is empty), in ascending order of key. */
  level(prefix: string): AsyncIterable<StoreEntry>

  /**
   * The bytes of one object from `start` on, at most up to `end` (exclusive). Goes on by itself after a lost connection.
   * A store that is far away begins to load at once. A chunk is lent, and good until the next one is asked for.
   */
  read(object: StoredObject, start?: number, end?: number): AsyncIterableIterator<Uint8Array>

  /** The bytes of one object, if they are at hand: nothing is gained by asking for them ahead. Chunks are lent, too. */
  lend?(object: StoredObject): Iterable<Uint8Array>

  /** The address of a key, without anything secret in it: `s3://bucket/key`. */
  url(key: string): string

  /** Closes connections. The store is not used afterwards. */
  close(): void
}

/** The object was there when it was listed and is gone now: `read` throws this, and nothing else, for a missing object. */
export class MissingObjectError extends TransientError {}

/** The object was replaced by another since it was listed or read: what was read so far belongs to neither. */
export class ChangedObjectError extends TransientError {}

/** The objects directly in a folder, in ascending order of key. */
export async function* objectsIn(store: ObjectStore, folder: string): AsyncGenerator<StoredObject> {
  for await (const entry of store.level(folder)) if ('object' in entry) yield entry.object
}
