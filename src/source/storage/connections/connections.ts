/**
 * GETs of objects, for less CPU time than Node's HTTP and all that is built on it takes: that makes a new buffer of
 * whatever arrives and hands it through two streams. Everything out of the ordinary is left to the provider's library.
 */
import { validateHeaderValue } from 'node:http'
import { connect, isIP, type OnReadOpts, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls'
import type { Receiver } from '../incoming.ts'
import { SILENCE_MS } from '../retry.ts'
import { Connection } from './connection.ts'
import type { Answer, AnswerReceiver } from './exchange.ts'

/** A URL is one. */
export interface Origin {
  /** `http:` or `https:` */
  readonly protocol: string
  readonly hostname: string
  /** The protocol's own if there is none. */
  readonly port?: number | string | undefined
}

export interface Get {
  /** With the query, escaped. */
  readonly path: string
  /** All of them, `host` included. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Settings {
  /** What TLS needs to know besides. */
  readonly secure?: ConnectionOptions
  /** A server that says nothing for so long before its answer begins will not any more. */
  readonly silenceMs?: number
}

const CONNECT_MS = 10_000
/** For the logs of who owns the bucket. */
const USER_AGENT = 'braze-currents'

/** Connections to one server, which are used again. */
export class Connections {
  readonly #origin: Origin
  readonly #versionHeader: string
  readonly #secure: ConnectionOptions
  readonly #silenceMs: number
  readonly #idle: Connection[] = []
  readonly #all = new Set<Socket>()
  /** Of TLS, to be gone on with. */
  #session: Buffer | undefined
  /** The server says how long what it sends is. */
  #isPlain = true
  #isClosed = false

  /** The header tells the version of an object, and is written in lower case. */
  constructor(origin: Origin, versionHeader: string, { secure = {}, silenceMs = SILENCE_MS }: Settings = {}) {
    this.#origin = origin
    this.#versionHeader = versionHeader
    this.#secure = secure
    this.#silenceMs = silenceMs
  }

  /**
   * Fails with errors of Node's, and with what the receiver throws. Undefined for a server that has sent something without
   * its length: there is no use in asking it again.
   */
  async get({ path, headers }: Get, { check, take }: Receiver): Promise<Answer | undefined> {
    if (this.#isClosed) throw new Error('the connections are closed')
    if (!this.#isPlain) return undefined
    const request = `GET ${path} HTTP/1.1\r\n${linesOf({ 'user-agent': USER_AGENT, ...headers })}\r\n`
    const answer = await this.#answer(request, {
      check: ({ headers }) =>
        check({ version: headers.get(this.#versionHeader), contentRange: headers.get('content-range') }),
      take,
    })
    this.#isPlain &&= answer.body !== undefined || answer.status >= 300
    return answer
  }

  /** Whatever is under way fails. */
  close(): void {
    this.#isClosed = true
    for (const socket of this.#all) socket.destroy()
  }

  async #answer(request: string, receiver: AnswerReceiver): Promise<Answer> {
    const used = this.#usable()
    if (!used) return await this.#connected().ask(request, receiver)
    try {
      return await used.ask(request, receiver)
    } catch (error) {
      // The server may have closed it before it saw the request.
      if (used.hasAnswered || this.#isClosed) throw error
      return await this.#connected().ask(request, receiver)
    }
  }

  #usable(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop()
      if (!connection?.isClosed) return connection
    }
  }

  #connected(): Connection {
    return new Connection(
      (onread) => this.#socket(onread),
      (connection) => this.#idle.push(connection),
      this.#silenceMs,
    )
  }

  #socket(onread: OnReadOpts): Socket {
    const { protocol, hostname, port } = this.#origin
    const isSecure = protocol === 'https:'
    // Addresses of IPv6 stand in brackets.
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const options = { host, port: Number(port) || (isSecure ? 443 : 80), onread, noDelay: true, keepAlive: true }
    const socket = isSecure ? this.#connectSecurely(options) : connect(options)
    socket.setTimeout(CONNECT_MS, () => socket.destroy(silent(host)))
    socket.once(isSecure ? 'secureConnect' : 'connect', () => socket.setTimeout(this.#silenceMs))
    this.#all.add(socket)
    socket.once('close', () => this.#all.delete(socket))
    return socket
  }

  #connectSecurely(options: { readonly host: string; readonly port: number }): Socket {
    const servername = isIP(options.host) ? '' : options.host
    const secure = { ...options, servername, ALPNProtocols: ['http/1.1'], session: this.#session, ...this.#secure }
    const socket = connectSecurely(secure)
    socket.on('session', (session) => {
      this.#session = session
    })
    return socket
  }
}

const silent = (host: string): Error => Object.assign(new Error(`${host} says nothing`), { code: 'ETIMEDOUT' })

function linesOf(headers: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderValue(name, value)
    lines += `${name}: ${value}\r\n`
  }
  return lines
}
