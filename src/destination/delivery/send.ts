/** One attempt to deliver one request. */
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import type { Axios, AxiosRequestConfig } from 'axios'
import { bytesOf, fromByteString } from '../../cdk/bytes.ts'
import { LIBRARY } from '../mapping/library.ts'
import type { Target } from '../target.ts'
import type { Parcel } from './batch.ts'
import { connect, newAgents } from './client.ts'
import { type Addressee, type Answer, type Outcome, outcomeOf, outcomeOfFault } from './outcome.ts'
import { presentable, secretsOf, withoutWordsOf } from './quote.ts'

/** Makes one attempt. Never throws for what the network or the service does. */
export type Send = (parcel: Parcel) => Promise<Outcome>

export interface SendOptions {
  readonly gzip: boolean
  /** From connecting to the end of the answer. */
  readonly timeoutMs?: number
  now(): number
  /** Told of every body, as long as it is on the wire. */
  onRequest?(bytes: number): void
}

export interface Sender {
  readonly send: Send
  /** As `send`, for any body. */
  readonly post: (writeKey: string, body: Buffer) => Promise<Outcome>
  /** Asks for nothing. Any answer counts as delivered. */
  readonly reach: (writeKey: string) => Promise<Outcome>
  /** Lets go of the connections. */
  close(): void
}

const TIMEOUT_MS = 30_000
/** A quarter of the size. Higher levels take twice the time for a fifth less (zlib, events of 1 KB). */
const COMPRESSION_LEVEL = 1
const compress = promisify(gzipCallback)

export function sender(target: Target, { gzip, now, onRequest, timeoutMs = TIMEOUT_MS }: SendOptions): Sender {
  const agents = newAgents()
  const secrets = secretsOf(target.writeKeys)
  let client: Promise<Axios> | undefined
  let hasAnswered = false

  const addressee = (writeKey: string): Addressee => ({
    name: target.name,
    get host() {
      return new URL(target.url(writeKey)).host
    },
    gzip,
  })

  async function request(method: 'POST' | 'HEAD', writeKey: string, data?: Buffer) {
    client ??= connect(agents)
    const url = target.url(writeKey)
    const headers = { ...FIXED, ...(gzip && data && COMPRESSED), ...target.headers(writeKey) }
    const answer = await answerOf(await client, { method, url, headers, data }, timeoutMs)
    if (!('fault' in answer)) hasAnswered = true
    return answer
  }

  async function post(writeKey: string, body: Buffer): Promise<Outcome> {
    const data = gzip ? await compress(body, { level: COMPRESSION_LEVEL }) : body
    onRequest?.(data.length)
    const answer = await request('POST', writeKey, data)
    const to = addressee(writeKey)
    if ('fault' in answer) return outcomeOfFault(answer.fault, to, hasAnswered)
    return outcomeOf(answer.code < 300 ? answer : presented(answer, body), to, now())
  }

  const presented = ({ code, headers, text }: Answer, body: Buffer): Answer => ({
    code,
    headers,
    text: withoutWordsOf(body.toString(), presentable(text, secrets)),
  })

  async function reach(writeKey: string): Promise<Outcome> {
    const answer = await request('HEAD', writeKey)
    const to = addressee(writeKey)
    return 'fault' in answer ? outcomeOfFault(answer.fault, to, hasAnswered) : { status: 'delivered' }
  }

  return {
    post,
    reach,
    send: (parcel) => post(parcel.writeKey, bodyOf(target, parcel, new Date(now()))),
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** A whole body gets its envelope where it lies: a copy of everything would be a copy too many. */
function bodyOf(target: Target, { items, body, isWhole }: Parcel, now: Date): Buffer {
  const { head, tail } = target.envelope(now)
  const [start, end] = [items[0]?.start ?? 0, items.at(-1)?.end ?? 0]
  if (!isWhole) return Buffer.concat([bytesOf(head), body.subarray(start, end), bytesOf(tail)])
  body.write(head, start - head.length, 'latin1')
  body.write(tail, end, 'latin1')
  return body.subarray(start - head.length, end + tail.length)
}

// An answer that we would have to unpack could be small on the wire and huge in memory.
const COMPRESSED = { 'Content-Encoding': 'gzip' }
const FIXED = {
  'Content-Type': 'application/json',
  Accept: '*/*',
  'Accept-Encoding': 'identity',
  'User-Agent': `${LIBRARY.name}/${LIBRARY.version}`,
}

type Attempt = Pick<AxiosRequestConfig<Buffer | undefined>, 'method' | 'url' | 'headers' | 'data'>

/** Errors of axios hold the request, with its keys: nothing of them leaves this function but a code. */
async function answerOf(
  client: Axios,
  attempt: Attempt,
  timeoutMs: number,
): Promise<Answer | { readonly fault: string }> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutMs)
  try {
    const { status, headers, data } = await client.request<Readable>({ ...attempt, signal: late.signal })
    return { code: status, headers: plainHeaders(headers), text: await startOf(data) }
  } catch (error) {
    return { fault: late.signal.aborted ? `no answer within ${timeoutMs / 1000} s` : codeOf(error) }
  } finally {
    clearTimeout(timer)
  }
}

const ANSWER_BYTES = 4096

/** The beginning of a body, however long the rest may be. */
const startOf = (body: Readable): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    body.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (text.length > ANSWER_BYTES) body.destroy()
    })
    body.on('error', reject)
    body.on('close', () => resolve(fromByteString(text.slice(0, ANSWER_BYTES))))
  })

const plainHeaders = (headers: object): Answer['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))

function codeOf(error: unknown): string {
  const { code = 'network error', message } = error as NodeJS.ErrnoException
  // Node gives many faults of TLS the code EPROTO. This one does not pass by itself.
  return code === 'EPROTO' && NO_TLS.test(message) ? 'ERR_SSL_WRONG_VERSION_NUMBER' : code
}

/** What OpenSSL says of an answer that is plain HTTP. */
const NO_TLS = /wrong version number|packet length too long/
