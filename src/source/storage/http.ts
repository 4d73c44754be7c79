/** A plain HTTP client for the provider whose SDK does not notice a connection that breaks in the middle of an answer. */
import http, { type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'
import { kept } from './resume.ts'
import { wire } from './wire.ts'
import type { WireAnswer } from './wire_connection.ts'

export interface Client {
  /** The answer, once its head is there. Its body throws if the connection breaks before the end. */
  get(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage>
  /** The same for what may be large. */
  download(url: URL, headers: Readonly<Record<string, string>>): Promise<WireAnswer>
  /** The answer to a POST of these bytes. */
  post(url: URL, headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<IncomingMessage>
  close(): void
}

/** An answer that is no success. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  readonly body: string
  constructor(status: number, body: string) {
    super(`status ${status}`)
    this.status = status
    this.body = body
  }
}

export function httpClient(protocol: string): Client {
  const { Agent, request } = protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true })
  const downloads = wire()
  const asked = (url: URL, options: RequestOptions, body?: Uint8Array): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      request(url, { agent, ...options }, resolve)
        .on('error', reject)
        .end(body)
    })
  return {
    get: async (url, headers) => successful(await asked(url, { headers })),
    async download(url, headers) {
      const { hostname, host, pathname, search } = url
      const port = url.port === '' ? undefined : Number(url.port)
      const path = pathname + search
      return received(await downloads.get({ protocol, hostname, port, path, headers: { host, ...headers } }))
    },
    post: async (url, headers, body) =>
      successful(await asked(url, { method: 'POST', headers: { ...headers, 'content-length': body.length } }, body)),
    close() {
      agent.destroy()
      downloads.close()
    },
  }
}

async function successful(answer: IncomingMessage): Promise<IncomingMessage> {
  await throwUnlessSuccess(answer.statusCode ?? 0, answer)
  return answer
}

async function received(answer: WireAnswer): Promise<WireAnswer> {
  await throwUnlessSuccess(answer.status, kept(answer.body))
  return answer
}

async function throwUnlessSuccess(status: number, body: AsyncIterable<Uint8Array>): Promise<void> {
  if (status < 200 || status > 299) throw new HttpError(status, (await textOf(body)).slice(0, LONGEST_ERROR))
}

/** Characters of an error's body that are kept. */
const LONGEST_ERROR = 10_000

export const textOf = async (answer: AsyncIterable<Uint8Array>): Promise<string> =>
  (await bytesIn(answer)).toString('utf8')

export async function bytesIn(answer: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return Buffer.concat(chunks)
}
