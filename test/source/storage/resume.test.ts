import { Readable } from 'node:stream'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import { type Incoming, streamed, type Take } from '../../../src/source/storage/incoming.ts'
import { type Download, resumed } from '../../../src/source/storage/resume.ts'
import { bytesOf } from './read.ts'

const content = Buffer.from(Array.from({ length: 400 }, (_, i) => i % 251))

/** How one connection goes: bytes sent in chunks of one size, then a break, a quiet end or (neither) the true end. */
interface Connection {
  readonly bytes: number
  readonly chunk: number
  readonly end: 'break' | 'quiet'
}

/** A download whose first connections go as told, while the later ones are good. */
function download(start: number, end: number, connections: readonly Connection[]) {
  const starts: number[] = []
  const made: Download = {
    url: 's3://exports/file',
    start,
    end,
    failure: (error) => (error instanceof TransientError ? error : new TransientError(String(error))),
    async open(at, take) {
      const connection = connections[starts.length] ?? { bytes: content.length, chunk: 64, end: 'quiet' }
      starts.push(at)
      return incoming(Readable.from(sent(content.subarray(at, Math.min(end, at + connection.bytes)), connection)), take)
    },
  }
  return { ...made, starts }
}

async function* sent(bytes: Buffer, { chunk, end }: Connection): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += chunk) yield bytes.subarray(i, i + chunk)
  if (end === 'break') throw new Error('aborted')
}

function waiting() {
  const sleeps: number[] = []
  return { sleeps, random: () => 1, sleep: async (ms: number) => void sleeps.push(ms) }
}

const connection = fc.record({
  bytes: fc.integer({ min: 1, max: 120 }),
  chunk: fc.integer({ min: 1, max: 50 }),
  end: fc.constantFrom('break' as const, 'quiet' as const),
})
const bound = fc.integer({ min: 0, max: content.length })

test('every byte arrives once and in order, wherever connections break', async () => {
  await fc.assert(
    fc.asyncProperty(bound, bound, fc.array(connection, { maxLength: 30 }), async (start, end, connections) => {
      const read = await bytesOf(resumed(download(start, end, connections), waiting()))
      expect(read.equals(content.subarray(start, Math.max(start, end)))).toBe(true)
    }),
  )
})

test('a download goes on where it broke off', async () => {
  const broken = download(10, 300, [
    { bytes: 100, chunk: 30, end: 'break' },
    { bytes: 50, chunk: 50, end: 'quiet' },
  ])
  const { sleeps, ...rest } = waiting()
  await bytesOf(resumed(broken, { ...rest }))
  expect(broken.starts).toEqual([10, 110, 160])
  expect(sleeps).toEqual([500, 500])
})

test('no connection is made for nothing', async () => {
  const nothing = download(300, 300, [])
  await bytesOf(resumed(nothing, waiting()))
  expect(nothing.starts).toEqual([])
})

test('it gives up when connection after connection brings nothing', async () => {
  const dead = download(0, 300, [
    { bytes: 100, chunk: 100, end: 'break' },
    ...Array.from({ length: 99 }, () => ({ bytes: 0, chunk: 1, end: 'quiet' as const })),
  ])
  const error = await bytesOf(resumed(dead, waiting())).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(TransientError)
  expect(String(error)).toMatch(/s3:\/\/exports\/file.*byte 100 of 300/)
  expect(dead.starts.length).toBeLessThan(10)
})

test('what is no passing trouble ends it at once', async () => {
  const refused = {
    ...download(0, 300, []),
    open: () => Promise.reject(new Error()),
    failure: () => new ConfigError('no'),
  }
  const { sleeps, ...rest } = waiting()
  await expect(bytesOf(resumed(refused, { ...rest }))).rejects.toThrow(ConfigError)
  expect(sleeps).toEqual([])
})

test('a server that sends more than it was asked for is cut short', async () => {
  const greedy = { ...download(0, 100, []), open: opening(() => Readable.from([content])) }
  expect((await bytesOf(resumed(greedy, waiting()))).equals(content.subarray(0, 100))).toBe(true)
})

test('a connection that falls silent is given up, before and in the middle of its answer', async () => {
  let connections = 0
  const silent = {
    ...download(0, 300, []),
    async open(at: number, take: Take): Promise<Incoming> {
      if (connections++ === 0) return new Promise(() => {})
      if (connections === 2) return incoming(stalling(content.subarray(0, 10)), take)
      return incoming(Readable.from([content.subarray(at, 300)]), take)
    },
  }
  expect((await bytesOf(resumed(silent, waiting(), { silenceMs: 20 }))).equals(content.subarray(0, 300))).toBe(true)
  expect(connections).toBe(3)
})

test('nothing is taken of a connection that was given up', async () => {
  const takes: Take[] = []
  const open = async (at: number, take: Take): Promise<Incoming> => {
    if (takes.push(take) === 1) return new Promise(() => {})
    expect(takes[0]?.(Buffer.alloc(10, 255))).toBe(false)
    return incoming(Readable.from([content.subarray(at, 300)]), take)
  }
  const read = await bytesOf(resumed({ ...download(0, 300, []), open }, waiting(), { silenceMs: 20 }))
  expect(read.equals(content.subarray(0, 300))).toBe(true)
  expect(takes[0]?.(Buffer.alloc(10, 255))).toBe(false)
})

test('a reader that takes its time does not make the connection silent', async () => {
  const slow = download(0, 300, [])
  let read = 0
  for await (const chunk of resumed(slow, waiting(), { silenceMs: 5 })) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    read += chunk.length
  }
  expect(read).toBe(300)
  expect(slow.starts).toEqual([0])
})

test('leaving the loop closes the connection', async () => {
  const stream = stalling(content.subarray(0, 10))
  for await (const _ of resumed({ ...download(0, 300, []), open: opening(() => stream) }, waiting())) break
  expect(stream.destroyed).toBe(true)
})

test('whoever leaves while nothing arrives need not wait', async () => {
  const stream = stalling(content.subarray(0, 10))
  const left = resumed({ ...download(0, 300, []), open: opening(() => stream) }, waiting())
  await left.next()
  const next = left.next()
  await left.return?.()
  expect(await next).toEqual({ done: true, value: undefined })
  expect(stream.destroyed).toBe(true)
})

test('whoever leaves before there is a connection leaves none behind', async () => {
  const stream = stalling(content.subarray(0, 10))
  const opened = new Promise<Readable>((resolve) => setImmediate(() => resolve(stream)))
  const open = async (_: number, take: Take) => incoming(await opened, take)
  await resumed({ ...download(0, 300, []), open }, waiting()).return?.()
  await opened
  await new Promise(setImmediate)
  expect(stream.destroyed).toBe(true)
})

test('whoever leaves before the next attempt causes none', async () => {
  const broken = download(0, 300, [{ bytes: 0, chunk: 1, end: 'quiet' }])
  let wake = () => {}
  let isAsleep = () => {}
  const asleep = new Promise<void>((resolve) => {
    isAsleep = resolve
  })
  const sleep = () =>
    new Promise<void>((resolve) => {
      wake = resolve
      isAsleep()
    })
  const left = resumed(broken, { random: () => 1, sleep })
  await asleep
  await left.return?.()
  wake()
  await new Promise(setImmediate)
  expect(broken.starts).toEqual([0])
})

test('it loads by itself, until so many bytes wait for their reader', async () => {
  let sent = 0
  const endless = async function* () {
    for (; ; sent += 10) yield new Uint8Array(10)
  }
  const open = opening(() => Readable.from(endless(), { objectMode: false, highWaterMark: 1 }))
  const loading = resumed({ ...download(0, 1_000_000, []), open }, waiting(), { mostAhead: 100 })
  const isQuiet = async () => {
    const before = sent
    for (let i = 0; i < 50; i++) await new Promise(setImmediate)
    return sent === before
  }
  while (!(await isQuiet()));
  expect(sent).toBeGreaterThanOrEqual(100)
  expect(sent).toBeLessThan(200)
  expect((await loading.next()).value.length).toBeGreaterThanOrEqual(100)
  while (!(await isQuiet()));
  expect(sent).toBeGreaterThanOrEqual(200)
  expect(sent).toBeLessThan(400)
  await loading.return?.()
})

test('the first bytes come as soon as they are there, and then large chunks', async () => {
  const stream = new Readable({ read() {} })
  const size = 2_000_000
  const loading = resumed({ ...download(0, size, []), end: size, open: opening(() => stream) }, waiting())
  stream.push(Buffer.alloc(10))
  expect((await loading.next()).value).toHaveLength(10)
  let isThere = false
  const next = loading.next().then(({ value }) => {
    isThere = true
    return value.length
  })
  for (let sent = 10; sent < size; sent += 50_000) {
    expect(isThere).toBe(sent > 530_000)
    stream.push(Buffer.alloc(Math.min(50_000, size - sent)))
    await new Promise(setImmediate)
  }
  stream.push(null)
  expect(await next).toBe(524_288)
  expect((await bytesOf(loading)).length).toBe(size - 10 - 524_288)
})

/** A body that nobody looks at before it comes. */
const incoming = (stream: Readable, take: Take): Incoming =>
  streamed(stream, { version: undefined, contentRange: undefined }, { check: () => {}, take })

/** Every connection is made anew. */
const opening =
  (open: () => Readable): Download['open'] =>
  async (_, take) =>
    incoming(open(), take)

/** Sends some bytes, and then nothing for ever. */
function stalling(bytes: Buffer): Readable {
  const stream = new Readable({ read() {} })
  stream.push(bytes)
  return stream
}
