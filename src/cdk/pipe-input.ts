import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { ByteInput } from './byte-input.ts'

/** A pipe or a socket, always read into the same memory, in chunks of what comes without a pause. */
export function pipeInput(descriptor: number, chunkBytes: number): ByteInput {
  let pipe: Pipe | undefined
  let isOpen = true
  return {
    destroy() {
      isOpen = false
      pipe?.destroy()
    },
    async *[Symbol.asyncIterator]() {
      if (!isOpen) return
      pipe = new Pipe(descriptor, chunkBytes)
      for (let chunk = await pipe.next(); chunk; chunk = await pipe.next()) yield chunk
    },
  }
}

/** What a pipe usually holds at most. */
const PIPE_BYTES = 64 << 10

class Pipe {
  readonly #memory: Buffer
  readonly #socket: Socket
  /** What has come and is not handed over yet, in the memory. */
  #start = 0
  #end = 0
  #isClosed = false
  #failure: { readonly error: Error } | undefined
  #wake = (): void => undefined

  constructor(descriptor: number, chunkBytes: number) {
    this.#memory = Buffer.allocUnsafeSlow(chunkBytes)
    const onread = { buffer: () => this.#memory.subarray(this.#next), callback: (bytes: number) => this.#take(bytes) }
    // @types/node knows onread of connections only.
    const options: SocketConstructorOpts & { onread: OnReadOpts } = { fd: descriptor, writable: false, onread }
    this.#socket = new Socket(options)
    this.#socket.on('error', (error) => {
      this.#failure = { error }
    })
    this.#socket.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  /** Undefined at the end. The chunk before is done with. */
  async next(): Promise<Buffer | undefined> {
    this.#start = this.#next
    this.#end = this.#start
    this.#socket.resume()
    if (!this.#isClosed) await new Promise<void>((resolve) => (this.#wake = resolve))
    for (let before = this.#start; before < this.#end && this.#hasRoom && !this.#isClosed; ) {
      before = this.#end
      // What a first turn finds may have been there before.
      await turn()
      await turn()
    }
    this.#socket.pause()
    if (this.#end > this.#start) return this.#memory.subarray(this.#start, this.#end)
    if (this.#failure) throw this.#failure.error
    return undefined
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** False if that is enough. */
  #take(bytes: number): boolean {
    this.#end += bytes
    this.#wake()
    return this.#hasRoom
  }

  get #hasRoom(): boolean {
    return this.#memory.length - this.#end >= PIPE_BYTES
  }

  /** Where the bytes go that come next. */
  get #next(): number {
    return this.#hasRoom ? this.#end : 0
  }
}
