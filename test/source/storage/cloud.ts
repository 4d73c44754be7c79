/** The clouds' own addresses, played on this machine: what the SDKs send to https://… arrives here instead. */
import { once } from 'node:events'
import http, { createServer, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface CloudRequest {
  /** `POST oauth2.googleapis.com/token` */
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly query: URLSearchParams
  readonly body: string
}

export interface CloudAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body: string | object
}

export interface Cloud {
  /** The lines of all requests so far. */
  readonly lines: readonly string[]
  close(): Promise<void>
}

export async function playCloud(answer: (request: CloudRequest) => CloudAnswer): Promise<Cloud> {
  const lines: string[] = []
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://cloud')
    const line = `${incoming.method} ${incoming.headers.host?.replace(/:443$/, '')}${url.pathname}`
    lines.push(line)
    const request = { line, headers: incoming.headers, query: url.searchParams, body: await text(incoming) }
    const { status = 200, headers = {}, body } = answer(request)
    const type = typeof body === 'string' ? 'application/xml' : 'application/json'
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const undo = redirected((server.address() as AddressInfo).port)
  return {
    lines,
    async close() {
      undo()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Sends everything that asks for TLS to `port` of this machine, without TLS, under the same Host header. */
function redirected(port: number): () => void {
  const { request, get } = https
  const plain = (...args: readonly unknown[]) => {
    const callback = args.find((arg) => typeof arg === 'function') as ((answer: IncomingMessage) => void) | undefined
    const [first, second] = args.filter((arg) => typeof arg === 'object')
    const wanted = (first instanceof URL ? { ...partsOf(first), ...(second as object) } : first) as http.RequestOptions
    const { host, hostname = host, headers, path, method = 'GET' } = wanted
    const asked = { host: '127.0.0.1', port, method, headers: { host: hostname ?? '', ...withoutHost(headers) } }
    return http.request({ ...asked, path: path ?? '/' }, callback)
  }
  https.request = plain as typeof https.request
  https.get = ((...args: readonly unknown[]) => plain(...args).end()) as typeof https.get
  return () => {
    https.request = request
    https.get = get
  }
}

const partsOf = ({ hostname, pathname, search }: URL) => ({ hostname, path: `${pathname}${search}` })

const withoutHost = (headers: unknown): object =>
  Object.fromEntries(
    Object.entries(headers ?? {})
      .filter(([name]) => name.toLowerCase() !== 'host')
      .map(([name, value]) => [name, Array.isArray(value) && value.length === 1 ? value[0] : value]),
  )
