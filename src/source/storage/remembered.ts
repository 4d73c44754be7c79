import type { ObjectStore, StoreEntry } from './store.ts'

/** How many entries are remembered, of all levels together: a few megabytes. */
const MOST_ENTRIES = 20_000

/**
 * A store that lists a level once: the streams of one read all look at the same folders outside of `event_type=`. What
 * arrives there meanwhile is seen by the next read. Levels that are too large to remember are listed again.
 */
export function withRememberedLevels(store: ObjectStore, most = MOST_ENTRIES): ObjectStore {
  const levels = new Map<string, readonly StoreEntry[]>()
  let remembered = 0

  async function* listed(prefix: string): AsyncGenerator<StoreEntry> {
    const entries: StoreEntry[] = []
    for await (const entry of store.level(prefix)) {
      if (remembered + entries.length < most) entries.push(entry)
      else remembered = most
      yield entry
    }
    if (remembered + entries.length >= most) return
    levels.set(prefix, entries)
    remembered += entries.length
  }

  async function* level(prefix: string): AsyncGenerator<StoreEntry> {
    yield* levels.get(prefix) ?? listed(prefix)
  }

  return { ...store, level }
}
