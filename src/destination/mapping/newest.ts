/** Users remembered at a time. One that is forgotten may get an older value once more: that is all. */
const MAX_KEYS = 100_000

/**
 * Tells whether something of a `key` is at least as new as all that came before of the same key. Events of one user
 * may come in any order, as exports are read hour by hour and files arrive late.
 */
export function newestOf(maxKeys = MAX_KEYS): (key: string, timestamp: string) => boolean {
  const newest = new Map<string, string>()
  return (key, timestamp) => {
    const known = newest.get(key)
    if (known !== undefined && known > timestamp) return false
    newest.delete(key)
    newest.set(key, timestamp)
    if (newest.size > maxKeys) newest.delete(newest.keys().next().value ?? '')
    return true
  }
}
