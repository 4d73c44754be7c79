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

  /** Waits until `bytes` bytes are at hand. False if the file ends before. Ends what was good until now. */
  *reach(bytes: number): Waiting<boolean> {
    if (this.atHandBytes === 0) {
      const next = this.#chunks.next()
      if (!this.#accept(isPromise(next) ? yield* resolved(next) : next)) return false
    }
    if (this.atHandBytes < bytes) yield* this.#join(bytes)
    return this.atHandBytes >= bytes
  }

  /** The next `bytes` bytes, which stay to be taken. Fewer only where the file ends. */
  *peek(bytes: number): Waiting<Buffer> {
    if (this.atHandBytes < bytes) yield* this.reach(bytes)
    return this.atHand.subarray(0, bytes)
  }

  get atHandBytes(): number {
    return this.#joined.length > 0 ? this.#joined.length : this.#chunk.length - this.#at
  }

  /** What can be taken without waiting. Good until more is waited for. */
  get atHand(): Buffer {
    return this.#joined.length > 0 ? this.#joined : this.#chunk.subarray(this.#at)
  }

  /** Takes bytes that are at hand. They are good until more is waited for. */
  take(bytes: number): Buffer {
    const taken =
      this.#joined.length > 0 ? this.#joined.subarray(0, bytes) : this.#chunk.subarray(this.#at, this.#at + bytes)
    this.skip(bytes)
    return taken
  }

  /** Takes these bytes, if they come next and are at hand. */
  takes(bytes: Buffer): boolean {
    if (this.atHandBytes < bytes.length) return false
    const [from, at] = this.#joined.length > 0 ? [this.#joined, 0] : [this.#chunk, this.#at]
    if (from.compare(bytes, 0, bytes.length, at, at + bytes.length) !== 0) return false
    this.skip(bytes.length)
    return true
  }

  /** Takes bytes that are at hand, and that nobody needs. */
  skip(bytes: number): void {
    if (this.#joined.length > 0) this.#joined = this.#joined.subarray(bytes)
    else this.#at += bytes
    this.taken += bytes
  }

  /** Stops the download. */
  close(): Promise<unknown> | undefined {
    const closed = this.#chunks.return?.()
    return isPromise(closed) ? closed : undefined
  }

  *#join(bytes: number): Waiting<void> {
    const parts = [this.#joined]
    for (let missing = bytes - this.#joined.length; missing > 0; ) {
      if (this.#at === this.#chunk.length) {
        const next = this.#chunks.next()
        if (!this.#accept(isPromise(next) ? yield* resolved(next) : next)) break
      }
      const part = Buffer.from(this.#chunk.subarray(this.#at, this.#at + missing))
      this.#at += part.length
      missing -= part.length
      parts.push(part)
    }
    this.#joined = Buffer.concat(parts)
  }

  /** False at the end of the file. */
  #accept({ done, value }: IteratorResult<Uint8Array>): boolean {
    if (done) return false
    this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.length)
    this.#at = 0
    this.received += value.length
    return true
  }
}

const EMPTY: Buffer = Buffer.alloc(0)
