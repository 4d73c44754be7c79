import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { afterEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { selfSigned } from '../../../../integration_tests/fakes/certificate.ts'
import { Connections } from '../../../../src/source/storage/connections/connections.ts'
import { Exchange } from '../../../../src/source/storage/connections/exchange.ts'
import type { Head, Incoming, Receiver } from '../../../../src/source/storage/incoming.ts'

/** What a server does with a request, the how manieth of all, on the how manieth connection. */
type Answering = (socket: Socket, request: string, count: number, connection: number) => void

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** What a socket with TLS has below it. */
const raws = new WeakMap<Socket, Socket>()

/** A server that is nothing but a script, and connections to it. */
async function serving(
  answer: Answering,
  { isSecure = false, isTrusted = true, hostname = 'localhost', silenceMs = 60_000 } = {},
) {
  const requests: string[] = []
  const sockets: Socket[] = []
  const accept = (socket: Socket): void => {
    const connection = sockets.push(socket)
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (data) => {
      text += data
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const count = requests.push(text.slice(0, end))
        answer(socket, text.slice(0, end), count, connection)
        text = text.slice(end + 4)
      }
    })
  }
  const certificate = isSecure ? selfSigned() : undefined
  const secureContext = createSecureContext(certificate)
  const server = createServer((raw) => {
    const socket = isSecure ? new TLSSocket(raw, { isServer: true, secureContext }) : raw
    raws.set(socket, raw)
    accept(socket)
  })
  server.listen(0, hostname.replace(/[[\]]/g, ''))
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const origin = { protocol: isSecure ? 'https:' : 'http:', hostname, port }
  const ca = certificate && isTrusted ? [certificate.cert] : undefined
  const connections = new Connections(origin, 'etag', { secure: { ca }, silenceMs })
  closing.push(() => {
    connections.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { connections, requests, sockets }
}

const get = { path: '/exports/file?x=y', headers: { host: 'exports', range: 'bytes=0-9' } }

/** Takes all that comes. */
function receiver(more: Partial<Receiver> = {}) {
  const chunks: Buffer[] = []
  const heads: Head[] = []
  const made: Receiver = {
    check: (head) => void heads.push(head),
    take: (bytes) => {
      chunks.push(Buffer.from(bytes))
      return true
    },
    ...more,
  }
  return { ...made, heads, bytes: () => Buffer.concat(chunks) }
}

/** A whole exchange. */
async function got(connections: Connections): Promise<string> {
  const taking = receiver()
  const answer = await connections.get(get, taking)
  await answer?.body?.over
  return answer?.body ? taking.bytes().toString() : `${answer?.status}`
}

const text = (body: string, ...headers: readonly string[]): string =>
  ['HTTP/1.1 200 OK', `Content-Length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n')

const bodyOf = async (connections: Connections, taking: Receiver): Promise<Incoming> => {
  const answer = await connections.get(get, taking)
  if (!answer?.body) throw new Error('there was to be a body')
  return answer.body
}

test('a request says what it comes from, and what is told of the object comes before its bytes', async () => {
  const { connections, requests } = await serving((socket) =>
    socket.write(text('content', 'ETag: "e"', 'Content-Range: bytes 0-6/7')),
  )
  const order: unknown[] = []
  const check = (head: Head) => void order.push(head)
  const body = await bodyOf(connections, { check, take: (bytes) => order.push(Buffer.from(bytes).toString()) > 0 })
  await body.over
  expect(order).toEqual([{ version: '"e"', contentRange: 'bytes 0-6/7' }, 'content'])
  const lines = ['GET /exports/file?x=y HTTP/1.1', 'user-agent: braze-currents', 'host: exports', 'range: bytes=0-9']
  expect(requests).toEqual([lines.join('\r\n')])
})

const content = Array.from({ length: 300 }, (_, i) => i.toString(36)).join('')

test('an answer is the same however it is cut into pieces', async () => {
  let pieces: readonly number[] = []
  const { connections, requests, sockets } = await serving(async (socket) => {
    const answer = text(content, 'etag: "e"')
    let at = 0
    for (const length of pieces) {
      socket.write(answer.slice(at, at + length))
      at += length
      await new Promise(setImmediate)
    }
    socket.write(answer.slice(at))
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 }), async (lengths) => {
      pieces = lengths
      expect(await got(connections)).toBe(content)
    }),
    { numRuns: 50 },
  )
  expect([requests.length, sockets.length]).toEqual([50, 1])
})

/** What a server may do in the middle of an answer. */
const ends = {
  'nothing bad': (socket: Socket, rest: string) => socket.write(rest),
  end: (socket: Socket) => socket.end(),
  destroy: (socket: Socket) => socket.destroy(),
  reset: (socket: Socket) => raws.get(socket)?.resetAndDestroy(),
  nonsense: (socket: Socket) => socket.write('\0'.repeat(1000), () => socket.destroy()),
}

test.each([false, true])(
  'whatever a server does, no wrong byte is taken for a right one, with TLS: %p',
  async (isSecure) => {
    let deed: { readonly at: number; readonly end: keyof typeof ends } = { at: 0, end: 'nothing bad' }
    const { connections } = await serving(
      (socket) => {
        const answer = text(content)
        const { at, end } = deed
        const rest = () => ends[end](socket, answer.slice(at))
        if (at === 0) rest()
        else socket.write(answer.slice(0, at), rest)
      },
      { isSecure },
    )
    const length = text(content).length
    const wanted = fc.record({ at: fc.integer({ min: 0, max: length }), end: fc.constantFrom(...keysOf(ends)) })
    await fc.assert(
      fc.asyncProperty(wanted, async (wanted) => {
        deed = wanted
        const taking = receiver()
        const outcome = await connections
          .get(get, taking)
          .then((answer) => answer?.body?.over.then(() => 'whole' as const, codeOf), codeOf)
        const bytes = taking.bytes().toString()
        const isNonsense = deed.end === 'nonsense' && deed.at < length
        if (deed.end === 'nothing bad' || deed.at === length) expect([outcome, bytes]).toEqual(['whole', content])
        else if (isNonsense) expect(bytes.replace(/\0+$/, '')).toBe(content.slice(0, bytes.replace(/\0+$/, '').length))
        else expect([outcome, bytes]).toEqual(['ECONNRESET', content.slice(0, bytes.length)])
      }),
      { numRuns: 100 },
    )
  },
)

const keysOf = <T extends object>(object: T) => Object.keys(object) as (keyof T)[]
const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)

test('a connection is used again, and as many are made as are in use at once', async () => {
  const waiting: Socket[] = []
  const { connections, sockets } = await serving((socket, _, count) => {
    if (count > 3) socket.write(text('later'))
    else if (waiting.push(socket) === 3) for (const each of waiting) each.write(text('first'))
  })
  expect(await Promise.all([got(connections), got(connections), got(connections)])).toEqual(Array(3).fill('first'))
  for (let i = 0; i < 5; i++) expect(await got(connections)).toBe('later')
  expect(sockets.length).toBe(3)
})

test('an empty object has an end', async () => {
  const { connections, sockets } = await serving((socket) => socket.write(text('')))
  expect([await got(connections), await got(connections), sockets.length]).toEqual(['', '', 1])
})

test.each([
  ['is asked to close', (socket: Socket) => socket.write(text('content', 'Connection: close'))],
  ['brings more than it should', (socket: Socket) => socket.write(`${text('content')}more`)],
])('a connection that %s is not used again', async (_, answer) => {
  const { connections, sockets } = await serving(answer)
  expect([await got(connections), await got(connections), sockets.length]).toEqual(['content', 'content', 2])
})

test('a connection on which something comes unasked is closed', async () => {
  const { connections, sockets } = await serving((socket) => socket.write(text('content')))
  await got(connections)
  const [socket] = sockets
  socket?.write(text('another'))
  if (socket) await once(socket, 'close')
  expect([await got(connections), sockets.length]).toEqual(['content', 2])
})

test('a server that has closed the connection meanwhile is asked anew at once', async () => {
  const { connections, requests, sockets } = await serving((socket, _, count) => {
    if (count === 2) socket.destroy()
    else socket.write(text('content'))
  })
  expect([await got(connections), await got(connections)]).toEqual(['content', 'content'])
  expect([requests.length, sockets.length]).toEqual([3, 2])
})

test('a connection that was closed while nobody used it is not used', async () => {
  const { connections, requests, sockets } = await serving((socket) => socket.write(text('content')))
  await got(connections)
  sockets[0]?.end()
  if (sockets[0]) await once(sockets[0], 'close')
  expect([await got(connections), requests.length, sockets.length]).toEqual(['content', 2, 2])
})

test('a new connection that is closed before its answer is an error, and is not tried again here', async () => {
  const { connections, requests } = await serving((socket) => socket.destroy())
  await expect(got(connections)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(requests.length).toBe(1)
})

test.each([0, 5])('a connection that breaks after %p bytes of the body is an error of the body', async (bytes) => {
  const { connections } = await serving((socket) => socket.end(text('content').slice(0, bytes - 7)))
  const taking = receiver()
  const body = await bodyOf(connections, taking)
  await expect(body.over).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(taking.bytes().toString()).toBe('content'.slice(0, bytes))
})

test('nobody who listens: an error with its code', async () => {
  const { connections, sockets } = await serving((socket) => socket.write(text('content')))
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const nobody = new Connections({ protocol: 'http:', hostname: '127.0.0.1', port }, 'etag')
  await expect(nobody.get(get, receiver())).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect([await got(connections), sockets.length]).toEqual(['content', 1])
})

test.each([
  ['404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone', '404'],
  ['503', 'HTTP/1.1 503 Slow Down\r\nTransfer-Encoding: chunked\r\n\r\n', '503'],
])('other answers are their status, and end the connection: %s', async (_, answer, expected) => {
  const { connections, sockets } = await serving((socket) => socket.write(answer))
  expect([await got(connections), await got(connections), sockets.length]).toEqual([expected, expected, 2])
})

test.each([
  ['without its length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 200],
  ['of version 1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', 0],
  ['before the answer', 'HTTP/1.1 100 Continue\r\n\r\n', 100],
  ['of another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 0],
  ['that does not end', `HTTP/1.1 200 OK\r\nname: ${'v'.repeat(20_000)}`, 0],
])('who gives an answer %s is not asked again', async (_, answer, status) => {
  const { connections, requests } = await serving((socket) => socket.write(answer))
  const taking = receiver()
  expect(await connections.get(get, taking)).toEqual({ status, body: undefined })
  expect(await connections.get(get, taking)).toBeUndefined()
  expect([requests.length, taking.heads.length, taking.bytes().length]).toEqual([1, 0, 0])
})

test('what is not wanted is not taken', async () => {
  const { connections, sockets } = await serving((socket) => socket.write(text('content')))
  const check = () => {
    throw new Error('another version')
  }
  const taking = receiver({ check })
  await expect(connections.get(get, taking)).rejects.toThrow('another version')
  expect(taking.bytes().length).toBe(0)
  expect([await got(connections), sockets.length]).toEqual(['content', 2])
})

test.each([false, true])('who is told to wait waits until resumed, with TLS: %p', async (isSecure) => {
  const size = 5_000_000
  const { connections, sockets } = await serving((socket) => socket.write(text('x'.repeat(size))), { isSecure })
  let taken = 0
  const take = (bytes: Uint8Array) => {
    taken += bytes.length
    return false
  }
  const body = await bodyOf(connections, receiver({ take }))
  const quiet = async () => {
    for (let before = -1; before !== taken; ) {
      before = taken
      for (let i = 0; i < 100; i++) await new Promise(setImmediate)
    }
  }
  await quiet()
  // What one read of the socket brings.
  expect(taken).toBeLessThanOrEqual(100_000)
  const before = taken
  body.resume()
  await quiet()
  expect(taken).toBeGreaterThan(before)
  while (taken < size) {
    body.resume()
    await new Promise(setImmediate)
  }
  await body.over
  expect(taken).toBe(size)
  // Nobody is told to wait any more.
  body.resume()
  expect(sockets.length).toBe(1)
})

test('a body that is destroyed ends, quietly or with a reason, and its connection is closed', async () => {
  const { connections, sockets } = await serving((socket) => socket.write(text('content').slice(0, -1)))
  const quietly = await bodyOf(connections, receiver())
  quietly.destroy()
  await quietly.over
  const loudly = await bodyOf(connections, receiver())
  loudly.destroy(new Error('silence'))
  await expect(loudly.over).rejects.toThrow('silence')
  for (const socket of sockets) if (!socket.closed) await once(socket, 'close')
})

test('a body that has come is not in the way of the next one', async () => {
  const { connections, sockets } = await serving((socket, _, count) => socket.write(text(`content ${count}`)))
  const body = await bodyOf(connections, receiver())
  await body.over
  const next = got(connections)
  body.destroy(new Error('too late'))
  body.resume()
  expect([await next, sockets.length]).toEqual(['content 2', 1])
})

test('a server that says nothing is given up', async () => {
  const { connections, requests } = await serving(() => {}, { silenceMs: 20 })
  await expect(got(connections)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(requests.length).toBe(1)
})

test('once its answer has begun, it may have to wait for the reader', async () => {
  const timeouts: number[] = []
  const socket = { setTimeout: (ms: number) => timeouts.push(ms), destroy() {} } as unknown as Socket
  const exchange = new Exchange(socket, { check: () => {}, take: () => true })
  for (const piece of ['HTTP/1.1 200 OK\r\nContent-Le', 'ngth: 10\r\n\r\n', '12345'])
    exchange.receive(Buffer.from(piece))
  expect(timeouts).toEqual([0])
})

test('closing fails what is under way, and everything after it', async () => {
  const { connections, sockets } = await serving((socket, _, count) => {
    if (count === 1) socket.write(text('content'))
    if (count === 3) connections.close()
  })
  await got(connections)
  const silent = [connections.get(get, receiver()), connections.get(get, receiver())]
  const outcomes = await Promise.allSettled([...silent])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(connections.get(get, receiver())).rejects.toThrow('closed')
  expect(sockets.length).toBe(2)
})

test.each(['a\r\nx-more: b', 'a\0', 'ж'])('a header that would be another is not sent: %j', async (range) => {
  const { connections, requests } = await serving((socket) => socket.write(text('content')))
  const asked = connections.get({ ...get, headers: { range } }, receiver())
  await expect(asked).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' })
  expect(requests).toEqual([])
})

test('an address may stand in brackets, as those of IPv6 do', async () => {
  const { connections } = await serving((socket) => socket.write(text('content')), { hostname: '[127.0.0.1]' })
  expect(await got(connections)).toBe('content')
})

test('with TLS, a certificate that nobody trusts is an error with its code', async () => {
  const { connections } = await serving((socket) => socket.write(text('content')), { isSecure: true, isTrusted: false })
  await expect(got(connections)).rejects.toMatchObject({ code: expect.stringMatching(/SELF_SIGNED|CERT/) })
})

test('with TLS, the second connection goes on with the session of the first', async () => {
  const sessions: boolean[] = []
  const answer: Answering = (socket) => {
    sessions.push((socket as Socket & { isSessionReused(): boolean }).isSessionReused())
    socket.write(text('content', 'Connection: close'))
  }
  const { connections } = await serving(answer, { isSecure: true })
  for (let i = 0; i < 2; i++) expect(await got(connections)).toBe('content')
  expect(sessions).toEqual([false, true])
})
