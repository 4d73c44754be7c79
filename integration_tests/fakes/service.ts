/** A service that takes events over HTTP and answers as a script says. Everything that reaches it is written down. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { Certificate } from './certificate.ts'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether the service keeps the events of the request. Default: with a 2xx. */
  readonly keeps?: boolean
  /**
   * What becomes of the answer on its way: it is lost with its connection, or never comes; it comes a byte at a time,
   * or so and without an end. Default: it arrives.
   */
  readonly fate?: 'lost' | 'never' | 'slow' | 'endless'
}

/**
 * How the service treats one request: a status, a whole answer, or a fault. `reset` closes the connection once the
 * request has been read, `reset-early` before that, `cut` in the middle of the answer, and `never` keeps it open.
 * After each of these faults the service has kept nothing.
 */
export type Behaviour = number | Answer | 'reset' | 'reset-early' | 'cut' | 'never' | Promise<Behaviour>

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** Unpacked if it came compressed. */
  readonly body: string
  /** The events of a Segment or RudderStack batch, or of a webhook call; none if the body holds none. */
  readonly events: readonly Readonly<Record<string, unknown>>[]
}

export interface FakeService {
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
  /** The events that it kept, in that order, once the answer was on its way. */
  readonly delivered: readonly Readonly<Record<string, unknown>>[]
  /** How many connections were opened so far. */
  readonly connections: number
  close(): Promise<void>
}

/** Behaviours for the first requests (200 for all others), or a function that decides for each. */
export type Script = readonly Behaviour[] | ((request: ReceivedRequest, index: number) => Behaviour)

export interface FakeServiceOptions {
  /** Speaks TLS, and shows this. */
  readonly certificate?: Certificate
  /** Keeps neither requests nor events, for as many as would not fit into memory. The script sees them all. */
  readonly forgets?: boolean
}

export async function fakeService(
  script: Script = [],
  { certificate, forgets = false }: FakeServiceOptions = {},
): Promise<FakeService> {
  const requests: ReceivedRequest[] = []
  const delivered: Readonly<Record<string, unknown>>[] = []
  const behaviourOf =
    typeof script === 'function' ? script : (_: ReceivedRequest, index: number) => script[index] ?? 200
  let arrivals = 0

  async function treat(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const index = arrivals++
    if (typeof script !== 'function' && script[index] === 'reset-early') return void request.socket.destroy()
    const received = await receive(request)
    if (!forgets) requests.push(received)
    const behaviour = await behaviourOf(received, index)
    if (behaviour === 'never') return
    if (behaviour === 'reset' || behaviour === 'reset-early') return void request.socket.destroy()
    if (behaviour === 'cut') return cut(response)
    const answer = typeof behaviour === 'number' ? { status: behaviour } : (behaviour as Answer)
    const { status, keeps = status >= 200 && status < 300 } = answer
    if (keeps && !forgets) delivered.push(...received.events)
    await give(answer, response)
  }

  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    // The client may close the connection at any time.
    treat(request, response).catch(() => response.destroy())
  }
  const server = certificate ? createTlsServer(certificate, onRequest) : createServer(onRequest)
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    delivered,
    get connections() {
      return connections
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const DEFAULT_BODY = '{"success":true}'

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8')
  const { method = '', url: path = '', headers } = request
  return { method, path, headers, body, events: eventsOf(body) }
}

function eventsOf(body: string): ReceivedRequest['events'] {
  if (body === '') return []
  const { batch, events } = JSON.parse(body)
  return batch ?? events ?? []
}

async function give({ status, headers, body = DEFAULT_BODY, fate }: Answer, response: ServerResponse): Promise<void> {
  if (fate === 'never') return
  if (fate === 'lost') return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  if (fate === 'slow') await drip(response, body)
  while (fate === 'endless' && !response.destroyed) await drip(response, ' ')
  response.end(fate ? undefined : body)
}

async function drip(response: ServerResponse, text: string): Promise<void> {
  for (const character of text) {
    response.write(character)
    await sleep(1)
  }
}

/** Promises more bytes than it sends. */
function cut(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': 1000 })
  response.write('{"succ', () => response.destroy())
}
