import net, { isIP, type Socket, type TcpNetConnectOpts } from 'node:net'
import tls, { type SecureContextOptions } from 'node:tls'
import { Signal } from '../channel.ts'
import type { Body } from './resume.ts'
import { type Arriving, readBody, readHead } from './wire_answer.ts'

/** A GET. */
export interface WireRequest {
  /** `http:` or `https:` */
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export interface WireAnswer {
  readonly status: number
  /** Their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Chunks are lent: good until the next one is asked for. Who does not read it to its end has to destroy it. */
  readonly body: Body
}

interface Settings {
  readonly request: WireRequest
  readonly origin: string
  readonly secure: SecureContextOptions
  readonly onClose: () => void
}

const READ_BYTES = 131_072
/** What any connection reads comes here first, and is moved at once: TLS goes on to write here even when told to wait. */
const landing = Buffer.allocUnsafeSlow(READ_BYTES)
const CONNECT_MS = 10_000

/** One request after the other. */
export class Connection implements Arriving {
  readonly origin: string
  isIdle = false
  readonly #socket: Socket
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  #filled = 0
  readonly #arrived = new Signal()
  /** What has arrived and was not taken. Lies in the buffer if that had room. */
  #unread: Buffer[] = []
  /** Somebody may still look at the buffer. */
  #isLent = false
  #end: { readonly error?: Error } | undefined

  constructor(settings: Settings) {
    const { origin, onClose } = settings
    this.origin = origin
    const callback = (bytes: number) => this.#receive(landing.subarray(0, bytes))
    this.#socket = connect(settings, { buffer: landing, callback })
    this.#socket.setTimeout(CONNECT_MS, () => this.destroy(timedOut(origin)))
    this.#socket.once('connect', () => this.#socket.setTimeout(0))
    this.#socket.once('error', (error) => this.#endWith({ error }))
    this.#socket.once('end', () => this.#endWith({}))
    this.#socket.once('close', () => {
      this.#endWith({ error: lost() })
      onClose()
    })
  }

  async get({ path, headers }: WireRequest): Promise<WireAnswer> {
    this.isIdle = false
    this.#socket.ref()
    const lines = [`GET ${path} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
    try {
      if (lines.some((line) => CONTROL.test(line))) throw invalid()
      this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
      const head = await readHead(this)
      const bytes = this.#read(readBody(this, head), head.isKept)
      const body = { [Symbol.asyncIterator]: () => bytes, destroy: (error?: Error) => this.destroy(error) }
      return { ...head, body }
    } catch (error) {
      this.destroy()
      throw error
    }
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error)
  }

  async peek(): Promise<Buffer | undefined> {
    while (this.#unread.length === 0 && !this.#end) {
      this.#isLent = false
      this.#socket.resume()
      await this.#arrived.wait()
    }
    if (this.#unread.length === 0 && this.#end?.error) throw this.#end.error
    return this.#unread[0]
  }

  take(bytes: number): Buffer {
    const next = this.#unread.shift() ?? Buffer.alloc(0)
    if (next.length > bytes) this.#unread.unshift(next.subarray(bytes))
    return next.subarray(0, bytes)
  }

  /** Afterwards the connection is free for the next request, or of no use any more. */
  async *#read(body: AsyncGenerator<Buffer>, isKept: boolean): AsyncGenerator<Buffer> {
    let isWhole = false
    try {
      yield* body
      isWhole = true
    } finally {
      if (isWhole && isKept && this.#unread.length === 0 && !this.#end) this.#rest()
      else this.destroy()
    }
  }

  #rest(): void {
    this.isIdle = true
    this.#isLent = false
    this.#socket.unref()
    // So that it is noticed when the server closes it.
    this.#socket.resume()
  }

  /** Nothing more is read until this was taken; but TLS gives what it has decrypted, even then. */
  #receive(bytes: Buffer): boolean {
    // Nobody has asked for it.
    if (this.isIdle) this.destroy()
    this.#unread.push(this.#keep(bytes))
    this.#isLent = true
    this.#arrived.fire()
    return false
  }

  #keep(bytes: Buffer): Buffer {
    if (!this.#isLent) this.#filled = 0
    if (this.#filled + bytes.length > READ_BYTES) return Buffer.from(bytes)
    const kept = this.#buffer.subarray(this.#filled, this.#filled + bytes.length)
    kept.set(bytes)
    this.#filled += bytes.length
    return kept
  }

  #endWith(end: { readonly error?: Error }): void {
    this.#end ??= end
    this.#arrived.fire()
    if (this.isIdle) this.destroy()
    this.isIdle = false
  }
}

function connect({ request, secure }: Settings, onread: TcpNetConnectOpts['onread']): Socket {
  const { protocol, hostname, port } = request
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const options = { host, onread, noDelay: true, keepAlive: true }
  if (protocol !== 'https:') return net.connect({ ...options, port: port ?? 80 })
  const name = isIP(host) ? {} : { servername: host }
  return tls.connect({ ...options, ...secure, ...name, port: port ?? 443, ALPNProtocols: ['http/1.1'] })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the line, and begin another one.
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f\u0100-\uffff]/

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code })
const invalid = (): Error => failure('ERR_INVALID_CHAR', 'Invalid character in the request')
const lost = (): Error => failure('ECONNRESET', 'the connection was closed')
const timedOut = (origin: string): Error => failure('ETIMEDOUT', `no connection to ${origin}`)
