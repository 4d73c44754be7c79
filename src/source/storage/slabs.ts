/** Bytes on their way from a connection to their reader, in memory that is used again: new memory has to be collected. */

interface Size {
  readonly bytes: number
  readonly idle: Buffer[]
}

/** A small file takes little memory, and a large one is handed on in few pieces. */
const SMALL: Size = { bytes: 65_536, idle: [] }
const LARGE: Size = { bytes: 524_288, idle: [] }
/** Of a size, as many as the prefetch has in use at once. */
const MOST_IDLE = 64

/** Collects chunks of any size. Who takes from it late gets large ones. */
export class Slabs {
  /** Bytes that wait to be taken. */
  bytes = 0
  readonly #size: Size
  readonly #full: Buffer[] = []
  #last: Buffer | undefined
  #lastBytes = 0

  /** For so many bytes in all. */
  constructor(bytes: number) {
    this.#size = bytes < LARGE.bytes ? SMALL : LARGE
  }

  get hasFull(): boolean {
    return this.#full.length > 0
  }

  /** Copies the chunk. */
  add(chunk: Uint8Array): void {
    this.bytes += chunk.length
    for (let rest = chunk; rest.length > 0; ) {
      const slab = this.#beginning()
      const part = rest.subarray(0, slab.length - this.#lastBytes)
      slab.set(part, this.#lastBytes)
      this.#lastBytes += part.length
      if (this.#lastBytes === slab.length) this.#full.push(this.#ended(slab))
      rest = rest.subarray(part.length)
    }
  }

  /** What came first. To be given back with `recycle`. */
  take(): Buffer | undefined {
    const slab = this.#full.shift() ?? (this.#last && this.#ended(this.#last))
    this.bytes -= slab?.length ?? 0
    return slab
  }

  #beginning(): Buffer {
    this.#last ??= this.#size.idle.pop() ?? Buffer.allocUnsafeSlow(this.#size.bytes)
    return this.#last
  }

  #ended(slab: Buffer): Buffer {
    const filled = slab.subarray(0, this.#lastBytes)
    this.#last = undefined
    this.#lastBytes = 0
    return filled
  }
}

/** Gives the memory of a slab back. Nobody may look at it afterwards. */
export function recycle({ buffer }: Buffer): void {
  const { idle } = buffer.byteLength === SMALL.bytes ? SMALL : LARGE
  if (idle.length < MOST_IDLE) idle.push(Buffer.from(buffer))
}
