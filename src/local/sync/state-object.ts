/** States in an object of a storage service. Nothing locks it: each write says which content it replaces. */
import { ConfigError } from '../../cdk/errors.ts'
import { ChangedObjectError } from '../../source/storage/store.ts'
import type { WritableStore } from '../../source/storage/writable.ts'
import type { StatePlace } from './state-store.ts'

/** Services limit how often one object may be written, Google to once a second, and bill every write. */
const GATHERING_MS = 5_000

export function stateObject(store: WritableStore, key: string): StatePlace {
  let version: string | undefined
  return {
    async read() {
      const content = await store.get(key)
      version = content?.version
      return new TextDecoder().decode(content?.bytes)
    },
    async write(text) {
      try {
        version = await store.put(key, new TextEncoder().encode(text), version)
      } catch (error) {
        throw error instanceof ChangedObjectError ? inUse(store.url(key), error) : error
      }
    },
    gatheringMs: GATHERING_MS,
    close: store.close,
  }
}

const inUse = (url: string, cause: Error): ConfigError =>
  new ConfigError(
    `The state ${url} is in use by another sync: it was changed since this one read it, and was left as it is. Wait for the other to end, or give each sync a state of its own.`,
    { cause },
  )
