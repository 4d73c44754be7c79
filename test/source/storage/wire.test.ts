import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createRawServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import { selfSigned } from '../../../integration_tests/fakes/certificate.ts'
import { type Wire, wire } from '../../../src/source/storage/wire.ts'
import type { WireRequest } from '../../../src/source/storage/wire_connection.ts'

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

function opened<T extends { close(): unknown }>(made: T): T {
  open.push(made)
  return made
}

async function listening(server: Server | ReturnType<typeof createRawServer>, protocol = 'http:') {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened(server)
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => sockets.push(socket))
  const request: WireRequest = { protocol, hostname: '127.0.0.1', port, path: '/', headers: { host: 'localhost' } }
  return { request, sockets }
}

const serving = (listener: RequestListener) => listening(createServer(listener))

/** Sends these texts to whoever connects, one to each connection, whatever is asked. */
const saying = (...answers: readonly string[]) => {
  let connections = 0
  return listening(
    createRawServer((socket) => {
      const answer = answers[connections++] ?? ''
      socket.once('data', () => socket.write(answer)).on('error', () => {})
    }),
  )
}

async function bodyOf(wire: Wire, request: WireRequest): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of (await wire.get(request)).body) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** No two parts of it are the same. */
const content = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, i) => i).buffer)

test('asks as it is told to, and gives what is answered', async () => {
  const asked: unknown[] = []
  const { request } = await serving(({ method, url, headers }, response) => {
    asked.push([method, url, headers])
    response.writeHead(404, { 'X-Reason': 'none' }).end('not here')
  })
  const { get } = opened(wire())
  const { status, headers, body } = await get({
    ...request,
    path: '/a%20b?c=d',
    headers: { host: 'h', 'if-match': '"1"' },
  })
  expect(asked).toEqual([['GET', '/a%20b?c=d', { host: 'h', 'if-match': '"1"' }]])
  expect([status, headers['x-reason']]).toEqual([404, 'none'])
  for await (const chunk of body) expect(String(chunk)).toBe('not here')
})

test('a connection is used again, and as many are made as there are requests at a time', async () => {
  const { request, sockets } = await serving((_, response) => void response.end(content))
  const kept = opened(wire())
  for (let i = 0; i < 3; i++) expect((await bodyOf(kept, request)).equals(content)).toBe(true)
  expect(sockets.length).toBe(1)
  const bodies = await Promise.all(Array.from({ length: 5 }, () => bodyOf(kept, request)))
  expect(bodies.every((body) => body.equals(content))).toBe(true)
  expect(sockets.length).toBe(5)
})

test('a connection that the server has closed meanwhile is not used again', async () => {
  const { request, sockets } = await serving((_, response) => void response.end('x'))
  const kept = opened(wire())
  await bodyOf(kept, request)
  sockets[0]?.destroy()
  await once(sockets[0] as Socket, 'close')
  await sleep(20)
  expect(String(await bodyOf(kept, request))).toBe('x')
})

test.each([
  ['that says so', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx'],
  ['on which more came than was announced', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxyz'],
])('a connection is not used again: one %s', async (_, answer) => {
  const { request, sockets } = await saying(answer, 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na')
  const kept = opened(wire())
  expect(String(await bodyOf(kept, request))).toBe('x')
  expect(String(await bodyOf(kept, request))).toBe('a')
  expect(sockets.length).toBe(2)
})

test('leaving a body breaks its connection', async () => {
  const { request, sockets } = await serving((_, response) => void response.write(content))
  for await (const _ of (await opened(wire()).get(request)).body) break
  await new Promise((closed) => sockets[0]?.on('error', () => {}).once('close', closed))
})

test('whoever does not read is not sent more than the system holds', async () => {
  let written = 0
  const { request } = await serving(async (_, response) => {
    while (written < 100_000_000) {
      if (!response.write(content)) await once(response, 'drain')
      written += content.length
    }
    response.end()
  })
  const { body } = await opened(wire()).get(request)
  await body[Symbol.asyncIterator]().next()
  let before = -1
  while (written > before) {
    before = written
    await sleep(50)
  }
  expect(written).toBeLessThan(50_000_000)
})

test.each(['http:', 'https:'])('a chunk stays as it is until the next one is asked for: %s', async (protocol) => {
  const { key, cert } = selfSigned()
  const listener: RequestListener = (_, response) => void response.end(content)
  const server = protocol === 'http:' ? createServer(listener) : createSecureServer({ key, cert }, listener)
  const { request } = await listening(server, protocol)
  const secure = opened(wire({ ca: cert }))
  const named = { ...request, hostname: 'localhost' }
  let at = 0
  for await (const chunk of (await secure.get(named)).body) {
    await sleep(1)
    expect(content.subarray(at, at + chunk.length).equals(chunk)).toBe(true)
    at += chunk.length
  }
  expect(at).toBe(content.length)
})

test('a server whose certificate nobody vouches for is told apart', async () => {
  const { request } = await listening(
    createSecureServer(selfSigned(), () => {}),
    'https:',
  )
  await expect(opened(wire()).get(request)).rejects.toThrow(
    expect.objectContaining({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
  )
})

test('a server that is not there is told apart', async () => {
  const server = createRawServer()
  const { request } = await listening(server)
  server.close()
  await once(server, 'close')
  await expect(opened(wire()).get(request)).rejects.toThrow(expect.objectContaining({ code: 'ECONNREFUSED' }))
})

test('a connection that breaks in the middle fails whoever waits', async () => {
  const { request } = await serving((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('x', () => response.destroy())
  })
  await expect(bodyOf(opened(wire()), request)).rejects.toThrow(expect.objectContaining({ code: 'ECONNRESET' }))
})

test('a body that is destroyed fails whoever waits with that error', async () => {
  const { request } = await serving((_, response) => void response.writeHead(200, { 'content-length': 100 }).write('x'))
  const { body } = await opened(wire()).get(request)
  const reading = body[Symbol.asyncIterator]()
  await reading.next()
  const waiting = reading.next()
  body.destroy(new Error('too slow'))
  await expect(waiting).rejects.toThrow('too slow')
})

test('closing breaks what is under way', async () => {
  const { request } = await serving(() => {})
  const closed = wire()
  const asked = closed.get(request)
  closed.close()
  await expect(asked).rejects.toThrow('the connection was closed')
})

test.each([
  { headers: { host: 'x\r\nx-more: y' } },
  { headers: { host: 'x\n\nGET /' } },
  { path: '/\r\n' },
  { headers: { host: '\u{1f600}' } },
])('nothing is sent that would end a line: %j', async (wrong) => {
  const { request, sockets } = await serving((_, response) => void response.end())
  await expect(opened(wire()).get({ ...request, ...wrong })).rejects.toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_CHAR' }),
  )
  expect(sockets.flatMap(({ bytesRead }) => bytesRead).reduce((a, b) => a + b, 0)).toBe(0)
})
