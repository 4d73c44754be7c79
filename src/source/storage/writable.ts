/** Single objects that are read and replaced as a whole. Apart from the store of an export, which is only ever read. */
import { TransientError } from '../../cdk/errors.ts'
import { retrying, SILENCE_MS, type Waiting, within } from './retry.ts'
import { ChangedObjectError, MissingObjectError } from './store.ts'

/** Errors are ConfigError or TransientError, and say what to do. */
export interface WritableStore {
  /** Undefined if there is no such object. */
  get(key: string): Promise<Content | undefined>

  /**
   * Replaces an object as a whole: who reads it gets the old or the new bytes. Gives the new version. Throws a
   * ChangedObjectError, and leaves the object as it is, unless it still has this version; undefined: unless there is none.
   */
  put(key: string, bytes: Uint8Array, version: string | undefined): Promise<string>

  /** The address of a key, without anything secret in it: `s3://bucket/key`. */
  url(key: string): string

  /** Closes connections. The store is not used afterwards. */
  close(): void
}

export interface Content {
  readonly bytes: Uint8Array
  /** Identifies this content of the object: an etag or a generation. */
  readonly version: string
}

/** One object, as a provider can read and replace it. Both throw whatever the SDK throws. */
export interface Access {
  /** The object's address, for messages. */
  readonly url: string
  get(): Promise<Content>
  put(bytes: Uint8Array, version: string | undefined): Promise<string | undefined>
  /** What an error means that came from `get` or `put`. */
  failure(error: unknown, action: 'read' | 'write'): Error
}

export async function contentOf(access: Access, waiting: Waiting): Promise<Content | undefined> {
  try {
    return await retrying(() => tried(access, 'read', access.get()), waiting)
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined
    throw error
  }
}

/** An attempt whose answer was lost may have written: then what lies there is ours, and no conflict. */
export async function replaced(
  access: Access,
  bytes: Uint8Array,
  version: string | undefined,
  waiting: Waiting,
): Promise<string> {
  let attempts = 0
  try {
    const attempt = () => {
      attempts++
      return tried(access, 'write', access.put(bytes, version))
    }
    return (await retrying(attempt, waiting)) ?? withoutVersion(access)
  } catch (error) {
    const there = error instanceof ChangedObjectError && attempts > 1 ? await contentOf(access, waiting) : undefined
    if (there && Buffer.compare(there.bytes, bytes) === 0) return there.version
    throw error
  }
}

async function tried<T>({ url, failure }: Access, action: 'read' | 'write', doing: Promise<T>): Promise<T> {
  try {
    return await within(SILENCE_MS, url, doing)
  } catch (error) {
    throw failure(error, action)
  }
}

export function withoutVersion({ url }: Pick<Access, 'url'>): never {
  throw new TransientError(`${url}: the server does not tell the version of the object. Check the storage server.`)
}
