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
  /** What is left of the last chunk. */
  #chunk = EMPTY
  /** Copied from the ends of chunks: what comes before the rest of the last one. */
  #joined = EMPTY
  readonly #chunks: ChunkIterator

  constructor(file: Chunks) {
    this.#chunks = iteratorOf(file)
  }

  /** The next `bytes` bytes, which stay to be taken. Fewer only where the file ends. Good until the next call. */
  *peek(bytes: number): Waiting<Buffer> {
    if (this.#joined.length === 0) {
      if (this.#chunk.length === 0) yield* this.#next()
      if (this.#chunk.length >= bytes) return this.#chunk.subarray(0, bytes)
    }
    if (this.#joined.length < bytes) yield* this.#join(bytes)
    return this.#joined.subarray(0, bytes)
  }

  /** What can be taken without waiting. Good until the next call. */
  get atHand(): Buffer {
    return this.#joined.length > 0 ? this.#joined : this.#chunk
  }

  /** Takes bytes that `peek` has shown. They are good until its next call. */
  take(bytes: number): Buffer {
    const from = this.atHand
    const taken = from.subarray(0, bytes)
    if (from === this.#joined) this.#joined = from.subarray(bytes)
    else this.#chunk = from.subarray(bytes)
    this.taken += taken.length
    return taken
  }

  /** Stops the download. */
  *close(): Waiting<void> {
    const closed = this.#chunks.return?.()
    if (isPromise(closed)) yield* resolved(closed)
  }

  *#join(bytes: number): Waiting<void> {
    const parts = [this.#joined]
    for (let missing = bytes - this.#joined.length; missing > 0; ) {
      if (this.#chunk.length === 0 && !(yield* this.#next())) break
      const part = Buffer.from(this.#chunk.subarray(0, missing))
      this.#chunk = this.#chunk.subarray(part.length)
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
    this.received += value.length
    return true
  }
}

const EMPTY: Buffer = Buffer.alloc(0)
