/** An HTTP server for the fakes: it notes every request and misbehaves when told to. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `list` and `read` are what the connector does; everything else (uploads, roles) is `other`. */
export type Operation = 'list' | 'read' | 'other'

export interface FakeRequest {
  readonly operation: Operation
  readonly method: string
  /** As it was sent, with its query. */
  readonly target: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: string | Buffer
}

/** What the next request meets instead of, or on the way to, its right answer. */
interface Fault {
  /** Only requests of this kind meet it. */
  readonly on?: Operation
  /** How many of them. Default 1. */
  readonly times?: number
  /** Answered instead, in the provider's way: `503 SlowDown`. */
  readonly refuse?: Refusal
  /** Answered instead, as it stands. */
  readonly answer?: Answer
  /** The connection breaks after this many bytes of the body; 0: before any answer. */
  readonly cutAfter?: number
  /** After this many bytes of the body nothing comes any more, though the connection stands. */
  readonly hangAfter?: number
  /** Milliseconds before the answer. */
  readonly delayMs?: number
}

export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message?: string
}

/** How one provider answers. */
export interface Protocol {
  operationOf(request: Omit<FakeRequest, 'operation'>): Operation
  answer(request: FakeRequest): Answer
  refusal(refusal: Refusal, request: FakeRequest): Answer
}

export interface FakeServer {
  readonly endpoint: string
  /** Every request so far. */
  readonly requests: readonly FakeRequest[]
  /** The number of requests of one kind so far. */
  count(operation: Operation): number
  /** The number of connections so far. */
  connections(): number
  /** What the next requests meet, in this order. */
  fault(...faults: readonly Fault[]): void
  /** All is well again. */
  clearFaults(): void
  close(): Promise<void>
}

export async function fakeServer(protocol: Protocol): Promise<FakeServer> {
  const requests: FakeRequest[] = []
  const faults: Fault[] = []
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error as Error))
  })
  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await received(incoming, protocol)
    requests.push(request)
    const fault = nextFault(faults, request.operation)
    if (fault.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs))
    const right = () => (fault.refuse ? protocol.refusal(fault.refuse, request) : protocol.answer(request))
    send(response, fault.answer ?? right(), fault)
  }
  let connections = 0
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    count: (operation) => requests.filter((request) => request.operation === operation).length,
    connections: () => connections,
    fault: (...more) => void faults.push(...more),
    clearFaults: () => void faults.splice(0),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function received(incoming: IncomingMessage, protocol: Protocol): Promise<FakeRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const target = incoming.url ?? '/'
  const url = new URL(target, 'http://fake')
  const method = incoming.method ?? 'GET'
  const request = { method, target, url, headers: incoming.headers, body: Buffer.concat(chunks) }
  return { ...request, operation: protocol.operationOf(request) }
}

/** Takes the first fault that `operation` meets from the list. */
function nextFault(faults: Fault[], operation: Operation): Fault {
  const index = faults.findIndex(({ on = operation }) => on === operation)
  const fault = faults[index]
  if (!fault) return {}
  const { times = 1 } = fault
  if (times > 1) faults[index] = { ...fault, times: times - 1 }
  else faults.splice(index, 1)
  return fault
}

function send(response: ServerResponse, answer: Answer, { cutAfter, hangAfter }: Fault): void {
  if (cutAfter === 0) return void response.destroy()
  const body = Buffer.from(answer.body ?? '')
  response.writeHead(answer.status, { 'content-length': body.length, ...answer.headers })
  if (cutAfter !== undefined) response.write(body.subarray(0, cutAfter), () => response.destroy())
  else if (hangAfter !== undefined) response.write(body.subarray(0, hangAfter))
  else response.end(body)
}

/** `content`, or the part of it that a Range header asks for. Undefined if there is no such part. */
export function contentAnswer(
  content: Buffer,
  range: string | undefined,
  headers: NonNullable<Answer['headers']>,
): Answer | undefined {
  if (range === undefined) return { status: 200, headers, body: content }
  const part = rangeOf(range, content)
  if (!part) return undefined
  const { start, bytes } = part
  const contentRange = `bytes ${start}-${start + bytes.length - 1}/${content.length}`
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, body: bytes }
}

function rangeOf(header: string, content: Buffer): { start: number; bytes: Buffer } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? []
  if (first === '' && last === '') return { start: 0, bytes: content }
  const start = first === '' ? Math.max(0, content.length - Number(last)) : Number(first)
  if (start >= content.length) return undefined
  const end = first === '' || last === '' ? content.length : Number(last) + 1
  return { start, bytes: content.subarray(start, end) }
}

const CHARACTERS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
export const xml = (text: string): string => text.replace(/[&<>"]/g, (character) => CHARACTERS[character] ?? character)
