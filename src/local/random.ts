/** Random numbers that repeat: equal seeds give equal sequences, on every machine. */

/** The small fast counter generator sfc32 (Chris Doty-Humphrey, PractRand), seeded by any number of words. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number, stream = 0, position = 0) {
    this.#a = seed | 0
    this.#b = stream | 0
    this.#c = position | 0
    for (let i = 0; i < 12; i++) this.word()
  }

  /** An unsigned integer of 32 bits. */
  word(): number {
    const word = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + word
    return word >>> 0
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.word() / 2 ** 32
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** One of the items; `undefined` only if there are none. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  /** Lower-case hex digits. */
  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += HEX[this.word() >>> 16] as string
    return text.slice(0, digits)
  }

  /** A version 4 UUID. */
  uuid(): string {
    const variant = '89ab'.charAt(this.below(4))
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`
  }
}

const HEX = Array.from({ length: 2 ** 16 }, (_, word) => word.toString(16).padStart(4, '0'))

/** 32 bits that depend on every character: FNV-1a, then mixed as in MurmurHash3. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
