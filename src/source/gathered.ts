/** Lines of small files on their way out: an output of its own for each would cost more than reading it. */
import type { RecordLines } from '../cdk/connector.ts'

/** Copying fewer bytes than these costs less than passing them on. */
const FEW_BYTES = 128 << 10
const ROOM_BYTES = 256 << 10

/** As many lines as are worth passing on together. */
export class Gathered {
  readonly #stream: string
  /** Most streams of a sync hold nothing new. */
  #room = Buffer.alloc(0)
  #bytes = 0
  #count = 0

  /** Of this stream. */
  constructor(stream: string) {
    this.#stream = stream
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  hasRoomFor(bytes: Uint8Array): boolean {
    return bytes.length <= Math.min(FEW_BYTES, ROOM_BYTES - this.#bytes)
  }

  /** Takes a copy of lines for which there is room. */
  add({ bytes, count }: Pick<RecordLines, 'bytes' | 'count'>): void {
    if (this.#room.length === 0) this.#room = Buffer.allocUnsafeSlow(ROOM_BYTES)
    this.#room.set(bytes, this.#bytes)
    this.#bytes += bytes.length
    this.#count += count
  }

  /** All that was added since the last time. Good until more is added. */
  take(): RecordLines {
    const bytes = this.#room.subarray(0, this.#bytes)
    const taken: RecordLines = { type: 'RECORD_LINES', stream: this.#stream, count: this.#count, bytes }
    this.#bytes = 0
    this.#count = 0
    return taken
  }
}
