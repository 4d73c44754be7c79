/** A server that tells whatever it was told: secrets come back in bodies, headers and reason phrases. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { selfSigned } from '../fakes/certificate.ts'
import { type Canary, formsOf } from './canary.ts'

export interface HostileServer {
  readonly url: string
  /** The heads of requests, as texts. */
  readonly heads: readonly string[]
  close(): Promise<void>
}

/** How a request is answered, given what the server knows. */
type Treatment = (response: ServerResponse, told: Told) => void

interface Told {
  /** The request's head, and every form of every secret. */
  readonly text: string
  /** Fit for a header. */
  readonly line: string
  readonly elsewhere: string
}

const answering =
  (status: number, bodyOf: (text: string) => string, type: string): Treatment =>
  (response, { text, line }) => {
    response.statusMessage = line.slice(0, 200)
    response.writeHead(status, { 'content-type': type, 'x-echo': line, 'www-authenticate': `Basic realm="${line}"` })
    response.end(bodyOf(text))
  }

const json = (text: string): string =>
  JSON.stringify({ success: false, code: 'Echo', message: text, error: { message: text } })
const markup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const xml = (text: string): string =>
  `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${markup(text)}</Message></Error>`

export const TREATMENTS = {
  'answers 400, echoing': answering(400, json, 'application/json'),
  'answers 401, echoing': answering(401, json, 'application/json'),
  'answers 403 as XML, echoing': answering(403, xml, 'application/xml'),
  'answers 404, echoing': answering(404, (text) => text, 'text/plain'),
  'answers 500, echoing': answering(500, xml, 'application/xml'),
  'answers 200 with a web page': answering(200, (text) => `<html>${markup(text)}</html>`, 'text/html'),
  'answers 200 with nonsense': answering(200, (text) => `{"items":[{"name":${text}`, 'application/json'),
  'redirects to another server': (response, { elsewhere }) => {
    response.writeHead(307, { location: elsewhere })
    response.end()
  },
  'breaks off its answer': (response, { text }) => {
    response.writeHead(403, { 'content-length': 100_000 })
    response.write(text, () => response.destroy())
  },
  'never answers': () => {},
  'cuts a secret in two': (response, { text }) => {
    response.writeHead(403, { 'content-type': 'text/plain' })
    // Most of it is markup, and no more than a beginning is read.
    response.end(`${'<b>'.repeat(1355)}${text}`)
  },
} as const satisfies Readonly<Record<string, Treatment>>

export type TreatmentName = keyof typeof TREATMENTS

export async function hostileServer(
  treatment: TreatmentName,
  canaries: () => readonly Canary[],
  { elsewhere = '', tls = false } = {},
): Promise<HostileServer> {
  const heads: string[] = []
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const head = `${request.method} ${request.url} ${request.rawHeaders.join(' ')}`
    heads.push(head)
    request.on('error', () => {}).resume()
    const secrets = canaries().flatMap(({ parts }) => parts)
    // The secrets first: answers are cut off.
    const text = `${secrets.flatMap(formsOf).join(' ')} ${head}`
    const line = text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 6000)
    TREATMENTS[treatment](response, { text, line, elsewhere: `${elsewhere}${request.url}` })
  }
  // A proxy is asked to connect.
  const server = tls ? createTlsServer(selfSigned(), onRequest) : createServer(onRequest)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heads,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
