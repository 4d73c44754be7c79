import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from '@jest/globals'
import { selfSigned } from '../../../integration_tests/fakes/certificate.ts'
import { connect, newAgents } from '../../../src/destination/delivery/client.ts'

let agents = newAgents()
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  agents.http.destroy()
  agents.https.destroy()
  agents = newAgents()
  for (const close of closing.splice(0)) await close()
})

async function listening<S extends Server | TcpServer>(server: S): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

const serving = async (answer: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(answer))}`

/** A server that says exactly this, once something has come. */
async function saying(words: string, then: (socket: Socket) => void = () => undefined): Promise<string> {
  const server = createTcpServer((socket) =>
    socket.on('error', () => undefined).once('data', () => socket.write(words, () => then(socket))),
  )
  return `http://127.0.0.1:${await listening(server)}`
}

async function answerOf(url: string, signal?: AbortSignal): Promise<readonly [number, string]> {
  const client = await connect(agents)
  const { status, data } = await client.request({
    method: 'POST',
    url,
    data: Buffer.from('{}'),
    ...(signal && { signal }),
  })
  return [status, await text(data)]
}

test('sends method, path, headers and body as they are, and nothing else', async () => {
  const seen: object[] = []
  const url = await serving(async (request, response) => {
    const { method, url: path, headers } = request
    seen.push({ method, path, headers, body: await text(request) })
    response.writeHead(201, 'Made', { 'Retry-After': '7', 'Set-Cookie': ['a=1', 'b=2'] }).end('done')
  })
  const headers = { 'Content-Type': 'application/json', 'X-Key': 'k' }
  const answer = await (await connect(agents)).request({
    method: 'POST',
    url: `${url}/v1/batch?writeKey=a%20b`,
    headers,
    data: Buffer.from('{"é":1}'),
  })
  expect(answer).toMatchObject({ status: 201, statusText: 'Made' })
  expect(answer.headers).toMatchObject({ 'retry-after': '7' })
  expect(await text(answer.data)).toBe('done')
  const sent = { 'content-type': 'application/json', 'x-key': 'k', 'content-length': '8', connection: 'keep-alive' }
  const { host } = new URL(url)
  expect(seen).toEqual([
    { method: 'POST', path: '/v1/batch?writeKey=a%20b', headers: { ...sent, host }, body: '{"é":1}' },
  ])
})

test('sends a request without a body', async () => {
  const seen: (string | undefined)[] = []
  const url = await serving((request, response) => {
    seen.push(request.method, request.headers['content-length'], request.headers['transfer-encoding'])
    response.end()
  })
  const { status } = await (await connect(agents)).request({ method: 'HEAD', url })
  expect([status, ...seen]).toEqual([200, 'HEAD', undefined, undefined])
})

test.each([204, 301, 307, 400, 413, 429, 500, 503])('%d is an answer like any other', async (status) => {
  const url = await serving((_, response) => response.writeHead(status, { location: '/elsewhere' }).end())
  expect(await answerOf(url)).toEqual([status, ''])
})

test('an answer may come in chunks, after others that only announce it', async () => {
  const url = await saying(
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
  )
  expect(await answerOf(url)).toEqual([200, 'abcde'])
})

test('an answer may come before the request has been read', async () => {
  const url = await saying('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno.')
  const { status, data } = await (await connect(agents)).request({ method: 'POST', url, data: Buffer.alloc(5_000_000) })
  expect([status, await text(data)]).toEqual([413, 'no.'])
})

test('a connection is used again, and another one is made if the server has closed it', async () => {
  const ports: (number | undefined)[] = []
  const url = await serving((request, response) => {
    ports.push(request.socket.remotePort)
    response.writeHead(200, ports.length === 2 ? { connection: 'close' } : {}).end('ok')
  })
  for (let i = 0; i < 3; i++) expect(await answerOf(url)).toEqual([200, 'ok'])
  expect(ports[1]).toBe(ports[0])
  expect(ports[2]).not.toBe(ports[1])
})

test.each<[string, string, (socket: Socket) => void, string]>([
  ['is reset before it', '', (socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ['is closed before it', '', (socket) => socket.end(), 'ECONNRESET'],
  ['is closed within its headers', 'HTTP/1.1 200 OK\r\nContent-', (socket) => socket.end(), 'ECONNRESET'],
  ['changes its protocol', 'HTTP/1.1 101 Now\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', () => {}, 'ECONNRESET'],
  ['speaks no HTTP', '220 mail.example ESMTP\r\n', () => {}, 'HPE_INVALID_CONSTANT'],
  ['has headers without an end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, () => {}, 'HPE_HEADER_OVERFLOW'],
])('there is no answer if the connection %s', async (_, words, then, code) => {
  await expect(answerOf(await saying(words, then))).rejects.toMatchObject({ code })
})

test('an answer is cut if its connection breaks', async () => {
  const url = await saying('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab', (socket) => socket.end())
  await expect(answerOf(url)).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test.each<[string, (response: ServerResponse) => void]>([
  ['before', () => undefined],
  ['within', (response) => response.writeHead(200, { 'content-length': 100 }).write('ab')],
])('a request is given up %s its answer, and its connection with it', async (_, answer) => {
  const late = new AbortController()
  let broken: Promise<void> | undefined
  const url = await serving((request: IncomingMessage, response) => {
    broken = new Promise((resolve) => request.socket.on('close', () => resolve()))
    answer(response)
    setImmediate(() => late.abort())
  })
  await expect(answerOf(url, late.signal)).rejects.toThrow()
  await broken
})

test('speaks TLS, to whom it trusts', async () => {
  const { key, cert } = selfSigned()
  const server = createTlsServer({ key, cert }, (_, response) => response.end('ok'))
  const url = `https://localhost:${await listening(server)}`
  await expect(answerOf(url)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  agents.https.options.ca = cert
  expect(await answerOf(url)).toEqual([200, 'ok'])
})
