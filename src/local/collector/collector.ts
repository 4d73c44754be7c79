/** `collector`: a stand-in for Segment's and RudderStack's HTTP APIs on this machine, as strict as they are. */
import { isUtf8 } from 'node:buffer'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import pLimit from 'p-limit'
import { byteStringOf } from '../../cdk/bytes.ts'
import { ConfigError } from '../../cdk/errors.ts'
import { Random } from '../random.ts'
import { openEventFile } from './event-file.ts'
import { faultOf } from './fault.ts'
import { type CollectorStats, ledger } from './ledger.ts'
import { judgeAsRudderstack } from './rudderstack.ts'
import { type Judge, refused, type Verdict } from './rules.ts'
import { judgeAsSegment } from './segment.ts'

export type CollectorService = 'segment' | 'rudderstack'

export interface CollectorOptions {
  readonly service: CollectorService
  /** 0 takes a free one. */
  readonly port?: number
  /** The good write keys. Default: all. */
  readonly writeKeys?: readonly string[]
  /**
   * Gets every event once, a line each, as it came over the wire. A request whose events can't be written is answered
   * with 500, and none of them counts.
   */
  readonly out?: string
  /** The share of requests that go wrong, from 0 to 1. */
  readonly failRate?: number
  readonly seed?: number
  /** Awaited before a request is judged and answered. Told how many came before. */
  readonly onRequest?: (before: number) => Promise<void> | void
}

export interface Collector {
  /** Without a slash at its end. */
  readonly url: string
  stats(): CollectorStats
  /** Ends every connection; what was received is in the file by then. Throws if it can't be. */
  close(): Promise<void>
}

const JUDGES: Readonly<Record<CollectorService, Judge>> = { segment: judgeAsSegment, rudderstack: judgeAsRudderstack }

export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { service, port = 0, writeKeys, out, failRate = 0, seed = 1, onRequest } = options
  const keys = writeKeys && new Set(writeKeys)
  const file = out === undefined ? undefined : await openEventFile(out)
  const random = new Random(seed)
  const received = ledger()
  let requests = 0

  // What is being written is not known yet to those that come meanwhile.
  const inTurn = pLimit(1)

  /** The verdict, or what the sender hears where its events can't be kept. */
  async function kept(verdict: Verdict): Promise<Verdict> {
    try {
      await file?.write(received.fresh(verdict))
    } catch (error) {
      return refused(500, (error as Error).message)
    }
    received.enter(verdict)
    return verdict
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = request.method === 'POST' ? faultOf(random, failRate) : undefined
    const body = await bodyOf(request)
    if (request.method === 'GET') return answer(response, 200, JSON.stringify(received.stats(), null, 2))
    await onRequest?.(requests++)
    const judged = judge(request, body, JUDGES[service], keys)
    const isKept = !fault || (fault.answer === 'cut' && fault.isKept)
    const verdict = isKept ? await inTurn(kept, judged) : judged
    received.count(fault?.answer ?? verdict.status, body?.length ?? 0)
    if (!fault) answer(response, verdict.status, verdict.text)
    else if (fault.answer === 'cut') request.socket.destroy()
    else answer(response, fault.answer, 'try again', fault.headers)
  }

  const server = createServer((request, response) => {
    // A sender may hang up in the middle of its request.
    receive(request, response).catch(() => request.socket.destroy())
  })
  await listening(server, port).catch(async (error: unknown) => {
    await file?.close()
    throw error
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stats: received.stats,
    async close() {
      server.close()
      server.closeAllConnections()
      await inTurn(async () => file?.close())
    },
  }
}

function listening(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', () =>
      reject(new ConfigError(`Port ${port} can't be listened on. Choose another with --port.`)),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}

/** Twice the larger of the services' limits: what is bigger is not kept in memory. */
const MOST_BYTES = 2 * 4000 * 1024
const unzip = promisify(gunzip)

/** The decompressed body. Undefined if it is too big, or is no gzip where it says so. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes <= MOST_BYTES) chunks.push(chunk)
  }
  if (bytes > MOST_BYTES) return undefined
  const body = Buffer.concat(chunks)
  if (request.headers['content-encoding'] !== 'gzip') return body
  return unzip(body, { maxOutputLength: MOST_BYTES }).catch(() => undefined)
}

function judge(
  request: IncomingMessage,
  body: Buffer | undefined,
  by: Judge,
  keys: ReadonlySet<string> | undefined,
): Verdict {
  if (request.method !== 'POST') return refused(405, 'method not allowed')
  if (!body) return refused(413, 'request size exceeds max limit')
  if (!isUtf8(body)) return refused(400, 'invalid json')
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const writeKey = basicUser(request.headers.authorization) ?? searchParams.get('writeKey') ?? undefined
  const contentType = request.headers['content-type']
  return by({ path: pathname, writeKey, contentType, body: byteStringOf(body) }, keys)
}

/** The user name of Basic authentication, whose password stays empty here. */
function basicUser(authorization: string | undefined): string | undefined {
  const [scheme, credentials] = authorization?.split(' ') ?? []
  if (scheme !== 'Basic' || !credentials) return undefined
  return Buffer.from(credentials, 'base64').toString().split(':')[0] || undefined
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, headers).end(text)
}
