/** Finds files of one event type that have the same name. */
import { createHash } from 'node:crypto'
import type { Listed } from './tally.ts'

/** A name that occurs in two folders. */
export interface SameName {
  readonly eventType: string
  readonly key: string
  readonly otherKey: string
}

/** Names of one event type that are remembered, in about 60 bytes each. Files beyond are compared with these only. */
const MOST_NAMES = 300_000
const MOST_LISTED = 100

export class FileNames {
  /** The number of its folder, by a hash of 48 bits. */
  readonly #folders = new Map<number, number>()
  readonly #numbers = new Map<string, number>()
  readonly #eventType: string
  readonly #found: Listed<SameName>

  constructor(eventType: string, found: Listed<SameName>) {
    this.#eventType = eventType
    this.#found = found
  }

  add(key: string): void {
    const slash = key.lastIndexOf('/') + 1
    const hash = hashOf(key.slice(slash))
    const folder = this.#folders.get(hash)
    if (folder !== undefined) this.#same(key, folder, slash)
    else if (this.#folders.size < MOST_NAMES) this.#folders.set(hash, this.#numberOf(key.slice(0, slash)))
  }

  #numberOf(folder: string): number {
    const number = this.#numbers.get(folder) ?? this.#numbers.size
    this.#numbers.set(folder, number)
    return number
  }

  #same(key: string, folder: number, slash: number): void {
    this.#found.count++
    if (this.#found.items.length >= MOST_LISTED) return
    const [other = ''] = [...this.#numbers].find(([, number]) => number === folder) ?? []
    this.#found.items.push({ eventType: this.#eventType, key, otherKey: other + key.slice(slash) })
  }
}

const hashOf = (name: string): number => createHash('sha256').update(name).digest().readUIntBE(0, 6)
