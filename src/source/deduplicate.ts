/**
 * Finds events that were exported twice. Braze promises at-least-once delivery; the second copy comes soon after the
 * first, often in a neighbouring file.
 */
import { createHash } from 'node:crypto'

/**
 * A window over the last ids of one stream. The answer is true for an id that is not among them; asking remembers it.
 * At least the last `limit` different ids are known, at most twice as many. An id costs 24 bytes, so a full window of
 * a million costs 48 MB; memory grows with the ids that come.
 *
 * Ids that are UUIDs, as Braze's are, are compared whole: no event is ever taken for another. Other ids are compared by
 * 128 bits of their SHA-256: that any two of a million agree has a chance below 10^-26.
 *
 * One window per stream: an id is unique within its event type only, and in Braze's sample files all types share one.
 */
export function recentIds(limit: number): (id: string) => boolean {
  let recent = keySet()
  let older = keySet()
  const key = new Uint32Array(KEY_WORDS)
  return (id) => {
    writeKey(id, key)
    if (recent.has(key)) return false
    const isNew = !older.has(key)
    if (recent.size() === limit) {
      ;[recent, older] = [older, recent]
      recent.clear()
    }
    recent.add(key)
    return isNew
  }
}

/** 128 bits. */
const KEY_WORDS = 4

function writeKey(id: string, key: Uint32Array): void {
  if (writeUuid(id, key)) return
  const hash = createHash('sha256').update(id).digest()
  for (let word = 0; word < KEY_WORDS; word++) key[word] = hash.readUInt32LE(word * 4)
}

/** False if the id is no UUID in lower case; the key then means nothing. */
function writeUuid(id: string, key: Uint32Array): boolean {
  if (id.length !== 36 || !isHyphen(id, 8) || !isHyphen(id, 13) || !isHyphen(id, 18) || !isHyphen(id, 23)) return false
  const parts = [hex(id, 0, 8), hex(id, 9, 4), hex(id, 14, 4), hex(id, 19, 4), hex(id, 24, 4), hex(id, 28, 8)] as const
  if (parts.includes(NO_NUMBER)) return false
  key[0] = parts[0]
  key[1] = parts[1] * 0x10000 + parts[2]
  key[2] = parts[3] * 0x10000 + parts[4]
  key[3] = parts[5]
  return true
}

const isHyphen = (id: string, at: number): boolean => id.charCodeAt(at) === 0x2d

const NO_NUMBER = -1
const NO_DIGIT = 16
/** The value of each digit: one in upper case makes another text, so another id. */
const DIGIT_VALUES = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return value < 0 ? NO_DIGIT : value
})

function hex(id: string, from: number, digits: number): number {
  let number = 0
  let seen = 0
  for (let at = from; at < from + digits; at++) {
    const value = DIGIT_VALUES[id.charCodeAt(at)] ?? NO_DIGIT
    number = number * 16 + value
    seen |= value
  }
  return seen < NO_DIGIT ? number : NO_NUMBER
}

/** A set of keys in two arrays, which cost a fraction of a Set of strings: the keys, and where each of them lies. */
function keySet() {
  let keys = new Uint32Array(KEY_WORDS * 512)
  // Open addressing, at most half full. A slot holds the number of its key, counted from one.
  let slots = new Int32Array(1024)
  let size = 0

  const slotOf = (key: Uint32Array): number => {
    let slot = hashOf(key) & (slots.length - 1)
    while (slots[slot] && !equals(keys, ((slots[slot] ?? 0) - 1) * KEY_WORDS, key))
      slot = (slot + 1) & (slots.length - 1)
    return slot
  }
  const grow = (): void => {
    const grown = new Uint32Array(keys.length * 2)
    grown.set(keys)
    keys = grown
    slots = new Int32Array(slots.length * 2)
    for (let i = 0; i < size; i++) slots[slotOf(keys.subarray(i * KEY_WORDS, (i + 1) * KEY_WORDS))] = i + 1
  }
  return {
    size: () => size,
    has: (key: Uint32Array) => (slots[slotOf(key)] ?? 0) > 0,
    /** Of a key that it has not. */
    add(key: Uint32Array): void {
      if (size * KEY_WORDS === keys.length) grow()
      keys.set(key, size * KEY_WORDS)
      size++
      slots[slotOf(key)] = size
    },
    clear(): void {
      slots.fill(0)
      size = 0
    },
  }
}

const equals = (keys: Uint32Array, at: number, key: Uint32Array): boolean =>
  keys[at] === key[0] && keys[at + 1] === key[1] && keys[at + 2] === key[2] && keys[at + 3] === key[3]

/** Not all UUIDs are random in all their parts. */
function hashOf(key: Uint32Array): number {
  let hash = 0
  for (let word = 0; word < KEY_WORDS; word++) {
    hash = Math.imul(hash ^ (key[word] ?? 0), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash
}
