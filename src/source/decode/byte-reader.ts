import { type ChunkIterator, type Chunks, iteratorOf } from './chunks.ts'
import { isPromise, resolved, type Waiting } from './waiting.ts'

/**
 * Takes bytes from a file. Only what lies across the end of a chunk is copied. Memory follows what has arrived, never
 * what a file claims.
 */
export class ByteReader {
  /** The offset of the next byte to take. */
  taken = 0
  /** Bytes of the file that have arrived. */
  received = 0
  /** The last chunk, and where what is left of it begins: cheaper than a Buffer of what is left. */
  #chunk = EMPTY
  #at = 0
  /** Copied from the ends of chunks: what comes before the rest of the last one. */
  #joined = EMPTY
  readonly #chunks: ChunkIterator

  constructor(file: Chunks) {
    this.#chunks = iteratorOf(file)
  }

  /** The next `bytes` bytes, which stay to be taken. Fewer only where the file ends. Good until the next call. */
  *peek(bytes: number): Waiting<Buffer> {
    if (this.#joined.length === 0) {
      if (this.#at === this.#chunk.length) yield* this.#next()
      if (this.#chunk.length - this.#at >= bytes) return this.#chunk.subarray(this.#at, this.#at + bytes)
    }
    if (this.#joined.length < bytes) yield* this.#join(bytes)
    return this.#joined.subarray(0, bytes)
  }

  /** What can be taken without waiting. Good until the next call. */
  get atHand(): Buffer {
    return this.#joined.length > 0 ? this.#joined : this.#chunk.subarray(this.#at)
  }

  /** Takes bytes that are at hand. They are good until the next call of `peek`. */
  take(bytes: number): Buffer {
    const taken =
      this.#joined.length > 0 ? this.#joined.subarray(0, bytes) : this.#chunk.subarray(this.#at, this.#at + bytes)
    this.skip(bytes)
    return taken
  }

  /** Takes bytes that are at hand, and that nobody needs. */
  skip(bytes: number): void {
    if (this.#joined.length > 0) this.#joined = this.#joined.subarray(bytes)
    else this.#at += bytes
    this.taken += bytes
  }

  /** Stops the download. */
  *close(): Waiting<void> {
    const closed = this.#chunks.return?.()
    if (isPromise(closed)) yield* resolved(closed)
  }

  *#join(bytes: number): Waiting<void> {
    const parts = [this.#joined]
    for (let missing = bytes - this.#joined.length; missing > 0; ) {
      if (this.#at === this.#chunk.length && !(yield* this.#next())) break
      const part = Buffer.from(this.#chunk.subarray(this.#at, this.#at + missing))
      this.#at += part.length
      missing -= part.length
      parts.push(part)
    }
    this.#joined = Buffer.concat(parts)
  }

  /** False at the end of the file. */
  *#next(): Waiting<boolean> {
    const next = this.#chunks.next()
    const { done, value } = isPromise(next) ? yield* resolved(next) : next
    if (done) return false
    this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.length)
    this.#at = 0
    this.received += value.length
    return true
  }
}

const EMPTY: Buffer = Buffer.alloc(0)
