/** A service that takes events over HTTP and answers as a script says. Everything that reaches it is written down. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * How the service treats one request: a status, a whole answer, or a fault. `reset` closes the connection once the
 * request has been read, `reset-early` before that, `cut` in the middle of the answer, and `never` keeps it open.
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
  /** Events of the requests that were answered with a 2xx, in that order, once the answer was on its way. */
  readonly delivered: readonly Readonly<Record<string, unknown>>[]
  /** How many connections were opened so far. */
  readonly connections: number
  close(): Promise<void>
}

/** Behaviours for the first requests (200 for all others), or a function that decides for each. */
export type Script = readonly Behaviour[] | ((request: ReceivedRequest, index: number) => Behaviour)

export async function fakeService(script: Script = []): Promise<FakeService> {
  const requests: ReceivedRequest[] = []
  const delivered: Readonly<Record<string, unknown>>[] = []
  const behaviourOf =
    typeof script === 'function' ? script : (_: ReceivedRequest, index: number) => script[index] ?? 200
  let arrivals = 0

  async function treat(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const index = arrivals++
    if (typeof script !== 'function' && script[index] === 'reset-early') return void request.socket.destroy()
    const received = await receive(request)
    requests.push(received)
    const behaviour = await behaviourOf(received, index)
    if (behaviour === 'never') return
    if (behaviour === 'reset' || behaviour === 'reset-early') return void request.socket.destroy()
    if (behaviour === 'cut') return cut(response)
    const { status, headers, body } = typeof behaviour === 'number' ? { status: behaviour } : (behaviour as Answer)
    if (status >= 200 && status < 300) delivered.push(...received.events)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body ?? DEFAULT_BODY)
  }

  const server = createServer((request, response) => {
    // The client may close the connection at any time.
    treat(request, response).catch(() => response.destroy())
  })
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
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

/** Promises more bytes than it sends. */
function cut(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': 1000 })
  response.write('{"succ', () => response.destroy())
}
