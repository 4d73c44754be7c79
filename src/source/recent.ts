/** Remembers which of the newest files were read, in a size that does not grow with their number. */
import { hash as digest } from 'node:crypto'
import type { StoredObject } from './storage/store.ts'

/** The identity of a file's content in 48 bits: 8 characters of base64url. */
export type FileHash = string

/** Each file, as long as they are few. */
export type FileHashes = readonly FileHash[]

/** Only whether they are all the same ones, when they are many: their number, and their sum modulo 2^48. */
export interface Digest {
  readonly count: number
  readonly sum: number
}

export type Recent = FileHashes | Digest

export const MOST_HASHES = 64

export const NO_FILES: Digest = { count: 0, sum: 0 }

/** Files outside of `event_type=` folders are asked for by every stream. */
const known = new WeakMap<StoredObject, FileHash>()

/** A file that is written anew is another file. */
export function hashOf(object: StoredObject): FileHash {
  const hash = known.get(object) ?? hashed(object)
  known.set(object, hash)
  return hash
}

const hashed = ({ key, modified, size }: StoredObject): FileHash =>
  digest('sha256', `${key}\n${modified.getTime()}\n${size}`, 'base64url').slice(0, 8)

export const isDigest = (recent: Recent): recent is Digest => 'count' in recent

export const remember = (recent: Recent, hash: FileHash): Recent =>
  isDigest(recent) || recent.length >= MOST_HASHES ? addTo(digestOf(recent), hash) : [...recent, hash]

export const addTo = ({ count, sum }: Digest, hash: FileHash): Digest => ({
  count: count + 1,
  sum: (sum + Buffer.from(hash, 'base64url').readUIntBE(0, 6)) % 2 ** 48,
})

/** What two parts of a pass remember that have no file in common. */
export function joined(one: Recent, other: Recent): Recent {
  if (!isDigest(other)) return other.reduce<Recent>(remember, one)
  if (!isDigest(one)) return joined(other, one)
  return { count: one.count + other.count, sum: (one.sum + other.sum) % 2 ** 48 }
}

export const sameFiles = (one: Digest, other: Digest): boolean => one.count === other.count && one.sum === other.sum

const digestOf = (recent: Recent): Digest => (isDigest(recent) ? recent : recent.reduce(addTo, NO_FILES))
