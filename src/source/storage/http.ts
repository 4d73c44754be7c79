/** A plain HTTP client for the provider whose SDK does not notice a connection that breaks in the middle of an answer. */
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'

export interface Client {
  /** The answer, once its head is there. Its body throws if the connection breaks before the end. */
  get(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage>
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
  const { Agent, get } = protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true })
  return {
    async get(url, headers) {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        get(url, { agent, headers }, resolve).on('error', reject)
      })
      const { statusCode: status = 0 } = answer
      if (status < 200 || status > 299) throw new HttpError(status, (await textOf(answer)).slice(0, LONGEST_ERROR))
      return answer
    },
    close: () => agent.destroy(),
  }
}

/** Characters of an error's body that are kept. */
const LONGEST_ERROR = 10_000

export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
