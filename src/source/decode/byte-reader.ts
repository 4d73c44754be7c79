/** Takes bytes from a file whose chunks may be of any size. Memory follows what has arrived, never what a file claims. */
export class ByteReader {
  /** The offset of the next byte to take. */
  taken = 0
  /** Bytes of the file that have arrived. */
  received = 0
  #ahead: Buffer = Buffer.alloc(0)
  readonly #chunks: AsyncIterator<Uint8Array>

  constructor(file: AsyncIterable<Uint8Array>) {
    this.#chunks = file[Symbol.asyncIterator]()
  }

  /** The next `bytes` bytes, which stay to be taken. Fewer only where the file ends. */
  async peek(bytes: number): Promise<Buffer> {
    if (this.#ahead.length < bytes) await this.#fill(bytes)
    return this.#ahead.subarray(0, bytes)
  }

  /** Takes bytes that `peek` has shown. */
  take(bytes: number): Buffer {
    const taken = this.#ahead.subarray(0, bytes)
    this.#ahead = this.#ahead.subarray(bytes)
    this.taken += taken.length
    return taken
  }

  /** Stops the download. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #fill(bytes: number): Promise<void> {
    const parts: Uint8Array[] = [this.#ahead]
    for (let held = this.#ahead.length; held < bytes; ) {
      const { done, value } = await this.#chunks.next()
      if (done) break
      parts.push(value)
      held += value.length
      this.received += value.length
    }
    this.#ahead = parts.length === 1 ? this.#ahead : Buffer.concat(parts)
  }
}
