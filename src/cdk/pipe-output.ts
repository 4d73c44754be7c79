import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'

/** For two of the largest pieces that come often. */
const ROOM_BYTES = 1 << 20

/**
 * A pipe that is written while its writer works. It holds 64 KB: who hands over more and waits for the end sleeps and is
 * woken for each of them in turn with the reader, which costs more than the copying. So what finds no room waits here.
 * It goes on with `pump`, and with the next turn of the event loop at the latest.
 *
 * What was written is copied, or passed on. An empty piece is done when all before it is passed on.
 */
export class PipeOutput extends Writable {
  readonly #descriptor: number
  readonly #socket: Writable
  readonly #room = Buffer.allocUnsafeSlow(ROOM_BYTES)
  /** What waits, in the room. */
  #start = 0
  #end = 0

  /** `socket` is the stream of the same descriptor, which has set it not to block, and which waits for the reader. */
  constructor(descriptor: number, socket: Writable) {
    super()
    this.#descriptor = descriptor
    this.#socket = socket
    socket.on('error', (error) => this.destroy(error)).on('close', () => this.destroy())
  }

  override _write(piece: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const isRoom = this.#socket.writableLength === 0 && this.#waitingBytes + piece.length <= ROOM_BYTES
    if (!isRoom || piece.length === 0) {
      this.#handOver()
      this.#socket.write(piece, done)
      return
    }
    this.#keep(piece)
    this.pump()
    setImmediate(() => this.#handOver())
    done()
  }

  /** Writes what waits, as far as there is room at once. */
  pump(): void {
    if (this.#waitingBytes === 0) return
    try {
      this.#start += writeSync(this.#descriptor, this.#room, this.#start, this.#waitingBytes)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.destroy(error as Error)
    }
  }

  get #waitingBytes(): number {
    return this.#end - this.#start
  }

  #keep(piece: Buffer): void {
    if (this.#end + piece.length > ROOM_BYTES || this.#waitingBytes === 0) {
      this.#room.copyWithin(0, this.#start, this.#end)
      this.#end = this.#waitingBytes
      this.#start = 0
    }
    this.#room.set(piece, this.#end)
    this.#end += piece.length
  }

  /** Leaves what waits to the socket. The room is not written to before that is done. */
  #handOver(): void {
    if (this.#waitingBytes === 0) return
    this.#socket.write(this.#room.subarray(this.#start, this.#end))
    this.#start = 0
    this.#end = 0
  }
}
