/**
 * Finds events that were exported twice. Braze promises at-least-once delivery; the second copy comes soon after the
 * first, often in a neighbouring file.
 */
import { BASE, type Core, type IsNew, newCore } from './wasm.ts'

export type RecentIds = IsNew & {
  /** The window is not asked again, and its memory may serve another. */
  release(): void
}

/** Released memories. As streams are read one after the other, one serves them all. */
const idle: Core[] = []

/** The largest window. */
const KNOWN_IDS = 262_144

/**
 * A window over the last ids of one stream. The answer is true for an id that is not among them; asking remembers it.
 * At least the last `limit` different ids are known, at most twice as many. A full window of 262,144 ids costs 12 MB;
 * memory grows with the ids that come.
 *
 * Ids are compared by 128 bits (assembly/recent-ids.ts): that two different ones of a million agree has a chance below
 * 10^-26, so no event is lost that way.
 *
 * One window per stream: an id is unique within its event type only, and in Braze's sample files all types share one.
 */
export function recentIds(limit = KNOWN_IDS): RecentIds {
  const core = idle.pop() ?? newCore()
  core.exports.forgetIds(limit)
  const isNew = (id: string): boolean => {
    // UTF-8 takes at most three bytes for a unit of a string.
    const length = core.reserve(BASE + id.length * 3).write(id, BASE)
    return core.exports.isNewId(BASE, length) !== 0
  }
  return Object.assign(isNew, { core, release: () => void idle.push(core) })
}
