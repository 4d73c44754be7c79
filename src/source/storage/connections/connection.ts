import type { OnReadOpts, Socket } from 'node:net'
import { type Answer, type AnswerReceiver, Exchange } from './exchange.ts'

/** Of each connection. Whatever arrives next overwrites what is there. */
const MEMORY_BYTES = 65_536

/** One connection, for one request after another. Bytes go from the socket straight to who takes them. */
export class Connection {
  /** Something has come since it was last asked. */
  hasAnswered = false
  readonly #socket: Socket
  readonly #onIdle: (connection: this) => void
  readonly #silenceMs: number
  #exchange: Exchange | undefined

  /**
   * `connect` gives a socket that need not be connected yet, and that is destroyed when it times out. `onIdle` is called
   * when another request may follow. The server may say nothing for `silenceMs` before its answer begins.
   */
  constructor(connect: (onread: OnReadOpts) => Socket, onIdle: (connection: Connection) => void, silenceMs: number) {
    const memory = Buffer.allocUnsafeSlow(MEMORY_BYTES)
    this.#socket = connect({ buffer: memory, callback: (bytes) => this.#receive(memory.subarray(0, bytes)) })
    this.#socket.on('error', (error) => this.#exchange?.fail(error))
    this.#socket.on('close', () => this.#exchange?.fail(brokenOff()))
    this.#onIdle = onIdle
    this.#silenceMs = silenceMs
  }

  get isClosed(): boolean {
    return this.#socket.destroyed
  }

  /** Sends a request as it stands. Fails with errors of Node's. */
  ask(request: string, receiver: AnswerReceiver): Promise<Answer> {
    this.hasAnswered = false
    this.#exchange = new Exchange(this.#socket, receiver)
    if (!this.#socket.connecting) this.#socket.setTimeout(this.#silenceMs)
    this.#socket.ref()
    this.#socket.write(request, 'latin1')
    return this.#exchange.answer
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(bytes: Buffer): boolean {
    this.hasAnswered = true
    const goesOn = this.#exchange?.receive(bytes)
    if (goesOn === undefined) {
      // Nobody has asked for anything.
      this.close()
      return false
    }
    if (!this.#exchange?.isDone) return goesOn
    this.#exchange = undefined
    this.#socket.unref()
    this.#onIdle(this)
    return true
  }
}

const brokenOff = (): Error => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })
