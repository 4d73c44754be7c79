/** A plain HTTP client for the provider whose SDK does not notice a connection that breaks in the middle of an answer. */
import http, { type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'

export interface Client {
  /** The answer, once its head is there. Its body throws if the connection breaks before the end. */
  get(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage>
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
  const asked = (url: URL, options: RequestOptions, body?: Uint8Array): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      request(url, { agent, ...options }, resolve)
        .on('error', reject)
        .end(body)
    })
  return {
    get: async (url, headers) => successful(await asked(url, { headers })),
    post: async (url, headers, body) =>
      successful(await asked(url, { method: 'POST', headers: { ...headers, 'content-length': body.length } }, body)),
    close: () => agent.destroy(),
  }
}

async function successful(answer: IncomingMessage): Promise<IncomingMessage> {
  const { statusCode: status = 0 } = answer
  if (status < 200 || status > 299) throw new HttpError(status, (await textOf(answer)).slice(0, LONGEST_ERROR))
  return answer
}

/** Characters of an error's body that are kept. */
const LONGEST_ERROR = 10_000

export const textOf = async (answer: IncomingMessage): Promise<string> => (await bytesIn(answer)).toString('utf8')

export async function bytesIn(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return Buffer.concat(chunks)
}
