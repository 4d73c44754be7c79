import dns from 'node:dns'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, jest, test } from '@jest/globals'
import { type FakeService, fakeService, type Script } from '../../../integration_tests/fakes/service.ts'
import { toByteString } from '../../../src/cdk/bytes.ts'
import { type Sender, sender } from '../../../src/destination/delivery/send.ts'
import { fakeTarget, KEY, outgoing, parcel, START } from './fakes.ts'

let service: FakeService
let open: Sender
afterEach(async () => {
  jest.restoreAllMocks()
  open.close()
  await service.close()
})

interface Given {
  readonly gzip?: boolean
  readonly timeoutMs?: number
  onRequest?(bytes: number): void
}

async function sending(script: Script, { gzip = false, timeoutMs = 60_000, ...given }: Given = {}): Promise<Sender> {
  service = await fakeService(script)
  open = sender(fakeTarget(service.url), { gzip, timeoutMs, now: () => START, ...given })
  return open
}

const to = (url: string): Sender => {
  open = sender(fakeTarget(url), { gzip: false, now: () => START })
  return open
}

/** A server that says what no service would. Its connections stay open until the other side closes them. */
async function answering(answer: (response: ServerResponse) => void) {
  service = await fakeService()
  const bodies: string[] = []
  const server = createHttpServer(async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString())
    answer(response)
  })
  server.keepAliveTimeout = 0
  const closed = new Promise<void>((resolve) => {
    server.on('connection', (socket) => socket.on('close', () => resolve()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const close = async () => {
    open.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, bodies, closed, close }
}

const EVENTS = parcel(outgoing(0, toByteString('{"id":"ü😀"}')), outgoing(1, '{"id":2}'))

test('posts the events in the target’s envelope, with the key where the target wants it', async () => {
  const { send } = await sending([])
  expect(await send(EVENTS)).toEqual({ status: 'delivered' })
  const [request] = service.requests
  expect(request?.method).toBe('POST')
  expect(request?.path).toBe(`/v1/batch?writeKey=${KEY}`)
  expect(request?.body).toBe('{"sentAt":"2026-11-22T00:00:00.000Z","batch":[{"id":"ü😀"},{"id":2}]}')
  expect(request?.headers).toMatchObject({
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`,
    'content-length': String(Buffer.byteLength(request?.body ?? '')),
    'accept-encoding': 'identity',
  })
})

test('compresses if told to, and tells the bytes on the wire', async () => {
  const sizes: number[] = []
  const { send } = await sending([], { gzip: true, onRequest: (bytes) => sizes.push(bytes) })
  await send(parcel(outgoing(0, `{"id":"${'a'.repeat(5000)}"}`)))
  const [request] = service.requests
  expect(request?.headers['content-encoding']).toBe('gzip')
  expect(request?.events).toEqual([{ id: 'a'.repeat(5000) }])
  expect(sizes).toEqual([Number(request?.headers['content-length'])])
  expect(sizes[0]).toBeLessThan(500)
})

test('uses a connection again', async () => {
  const { send } = await sending([])
  for (let i = 0; i < 3; i++) await send(EVENTS)
  expect(service.requests.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'keep-alive', 'keep-alive'])
  expect(service.connections).toBe(1)
})

test('follows no redirect', async () => {
  const { send } = await sending([{ status: 307, headers: { location: '/v1/elsewhere' } }])
  expect(await send(EVENTS)).toMatchObject({ status: 'stopped' })
  expect(service.requests).toHaveLength(1)
})

test('reads no more than the beginning of an answer', async () => {
  const { send } = await sending([{ status: 400, body: `no ${'x'.repeat(50_000_000)}` }])
  const outcome = (await send(EVENTS)) as { reason: string }
  expect(outcome).toMatchObject({ status: 'refused', code: 400 })
  expect(outcome.reason.length).toBeLessThanOrEqual(300)
})

test('says in one line what the service says, without markup, keys and personal data', async () => {
  const basic = Buffer.from(`${KEY}:`).toString('base64')
  const body = `<html><style>b{}</style><b>No</b>\n\tkey ${KEY} ${basic}, ada@example.org, +4912345678, 42</html>`
  const { send } = await sending([{ status: 400, body }])
  expect(await send(EVENTS)).toEqual({ status: 'refused', code: 400, reason: 'No key **** ****, …, …, 42' })
})

test('shows nothing of another key either, though it has long numbers and markup in it', async () => {
  const other = 'ab1234567cd<ef>890gh@ij'
  service = await fakeService([{ status: 400, body: `You are not ${other}.` }])
  open = sender(fakeTarget(service.url, { writeKeys: [KEY, other] }), { gzip: false, now: () => START })
  expect(await open.send(EVENTS)).toMatchObject({ status: 'refused', reason: 'You are not ****.' })
})

test('an answer without an end is read no further than its beginning', async () => {
  const { url, close } = await answering((response) => response.writeHead(400).write('no '.repeat(10_000)))
  expect(await to(url).send(EVENTS)).toMatchObject({ status: 'refused', code: 400 })
  await close()
})

test('an answer that is packed against our will stays packed', async () => {
  const packed = gzipSync('words of the service')
  const { url, close } = await answering((response) =>
    response.writeHead(400, { 'content-encoding': 'gzip' }).end(packed),
  )
  expect(await to(url).send(EVENTS)).toMatchObject({ status: 'refused', reason: expect.not.stringContaining('words') })
  await close()
})

test('waits as long as the service asks for', async () => {
  const { send } = await sending([{ status: 429, headers: { 'Retry-After': '7' } }])
  expect(await send(EVENTS)).toMatchObject({ status: 'failed', rateLimited: true, retryAfterMs: 7000 })
})

test('sends a part of a body, and leaves the rest of it as it is', async () => {
  const { send } = await sending([])
  const before = Buffer.from(EVENTS.body)
  expect(await send({ ...EVENTS, items: EVENTS.items.slice(1), isWhole: false })).toEqual({ status: 'delivered' })
  expect(service.requests[0]?.events).toEqual([{ id: 2 }])
  expect(EVENTS.body.equals(before)).toBe(true)
})

test('writes the envelope around a whole body where that lies, in UTF-8', async () => {
  const { url, close, bodies } = await answering((response) => response.end())
  const envelope = () => ({ head: toByteString('{"from":"é","batch":['), tail: toByteString('],"to":"😀"}') })
  open = sender({ ...fakeTarget(url), envelope }, { gzip: false, now: () => START })
  await open.send(parcel(outgoing(0, '{"id":1}')))
  expect(bodies).toEqual(['{"from":"é","batch":[{"id":1}],"to":"😀"}'])
  await close()
})

test('lets go of the connections', async () => {
  const { url, close, closed } = await answering((response) => response.end())
  const { send, close: letGo } = to(url)
  await send(EVENTS)
  letGo()
  await closed
  await close()
})

test('a server that speaks no TLS stops the run at once', async () => {
  const { url, close } = await answering((response) => response.end())
  const outcome = await to(url.replace('http:', 'https:')).send(EVENTS)
  expect(outcome).toMatchObject({ status: 'stopped', message: expect.stringContaining('speaks no TLS') })
  await close()
})

test('an answer that never comes is given up', async () => {
  const { send } = await sending(['never'], { timeoutMs: 50 })
  expect(await send(EVENTS)).toMatchObject({ status: 'failed', reason: expect.stringContaining('within 0.05 s') })
})

test.each(['reset', 'reset-early', 'cut'] as const)('%s is a failure that may pass', async (fault) => {
  const { send } = await sending([fault])
  expect(await send(EVENTS)).toMatchObject({ status: 'failed', rateLimited: false })
})

test('a server that speaks no HTTP is a failure', async () => {
  service = await fakeService()
  const server = createServer((socket) => socket.on('error', () => undefined).write('220 mail.example ESMTP\r\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  open = sender(fakeTarget(`http://127.0.0.1:${port}`), { gzip: false, now: () => START })
  expect(await open.send(EVENTS)).toMatchObject({ status: 'failed' })
  server.close()
})

test('nobody listening is a failure that names the place and no key', async () => {
  service = await fakeService()
  const { url } = service
  await service.close()
  open = sender(fakeTarget(url), { gzip: false, now: () => START })
  const { host } = new URL(url)
  expect(await open.send(EVENTS)).toEqual({
    status: 'failed',
    reason: `Testify at ${host} gave no answer (ECONNREFUSED)`,
    rateLimited: false,
  })
})

test('reaching a service asks for nothing, and takes any answer', async () => {
  const { reach } = await sending([404])
  expect(await reach(KEY)).toEqual({ status: 'delivered' })
  expect(service.requests.map(({ method, body }) => [method, body])).toEqual([['HEAD', '']])
})

/** DNS, which no test asks. */
function withoutSuchHost(code: string): void {
  const failure = Object.assign(new Error(code), { code })
  const lookup = (_host: string, _options: object, done: (error: Error) => void) => process.nextTick(done, failure)
  jest.spyOn(dns, 'lookup').mockImplementation(lookup as typeof dns.lookup)
}

test('a host that does not exist stops at the first request; one that has answered may come back', async () => {
  service = await fakeService([])
  withoutSuchHost('ENOTFOUND')
  let url = 'http://data-plane.invalid'
  open = sender({ ...fakeTarget(service.url), url: () => url }, { gzip: false, now: () => START })
  expect(await open.send(EVENTS)).toMatchObject({
    status: 'stopped',
    message: expect.stringMatching(/no host data-plane\.invalid .*\(ENOTFOUND\)/),
  })
  expect(await open.reach(KEY)).toMatchObject({ status: 'stopped' })
  url = service.url
  expect(await open.send(EVENTS)).toEqual({ status: 'delivered' })
  url = 'http://data-plane.invalid'
  expect(await open.send(EVENTS)).toMatchObject({ status: 'failed' })
})

test('a DNS server that does not answer may do so later', async () => {
  service = await fakeService([])
  withoutSuchHost('EAI_AGAIN')
  open = sender(
    { ...fakeTarget(service.url), url: () => 'http://data-plane.invalid' },
    { gzip: false, now: () => START },
  )
  expect(await open.send(EVENTS)).toMatchObject({ status: 'failed' })
})

test('shows no words of the events that an answer quotes, in part, escaped once more or cut', async () => {
  const text = '{"id":1,"name":"Ada \\"Queen\\"\\nLovelace","town":"Köln"}'
  const { send } = await sending([
    { status: 400, body: `no name Ada here, ${JSON.stringify(text)} or Köln: ${'-'.repeat(300 - 83)} Lovelace` },
  ])
  const outcome = await send(parcel(outgoing(0, toByteString(text))))
  expect(outcome).toMatchObject({
    status: 'refused',
    reason: expect.stringMatching(/^no name … here, .*name.* or …: -/),
  })
  expect(JSON.stringify(outcome)).not.toMatch(/Ada|Queen|Love|Köln/)
})

test.each([
  ['Unexpected token, ..."me":"Lovel"... is not valid JSON', 'Unexpected token, ..."me":"…"... is not valid JSON'],
  ["near '...elace, of Ada Love…'", "near '...…, of … ……'"],
  ['elace is too long', '… is too long'],
  ['a love of Lov', 'a love of …'],
  ['love, elace and Love are no part that was cut', 'love, elace and Love are no part that was cut'],
])('of words that were cut shows no part: %s', async (body, reason) => {
  const { send } = await sending([{ status: 400, body }])
  const outcome = await send(parcel(outgoing(0, '{"name":"Ada Lovelace"}')))
  expect(outcome).toMatchObject({ reason })
})
