import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Arriving, readBody, readHead } from '../../../src/source/storage/wire_answer.ts'

/** Bytes that arrive in the given pieces, each in the same buffer as the one before. */
function arriving(bytes: Buffer, cuts: readonly number[] = []): Arriving {
  const buffer = Buffer.alloc(bytes.length)
  const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b)
  let at = 0
  let unread = buffer.subarray(0, 0)
  return {
    async peek() {
      if (unread.length > 0) return unread
      const end = ends.find((end) => end > at)
      if (end === undefined) return undefined
      unread = buffer.fill(0xee).subarray(0, bytes.copy(buffer, 0, at, end))
      at = end
      return unread
    },
    take(count) {
      const taken = unread.subarray(0, count)
      unread = unread.subarray(taken.length)
      return taken
    },
  }
}

async function answerIn(bytes: Buffer | string, cuts?: readonly number[]) {
  const from = arriving(Buffer.from(bytes), cuts)
  const head = await readHead(from)
  const chunks: Buffer[] = []
  for await (const chunk of readBody(from, head)) chunks.push(Buffer.from(chunk))
  const rest = await from.peek()
  return { head, body: Buffer.concat(chunks), rest: rest ? String(rest) : '' }
}

const OK = 'HTTP/1.1 200 OK\r\n'

/** The body in chunks that end at the cuts, as a server would send it. */
function inChunks(body: Buffer, cuts: readonly number[]): Buffer {
  const ends = [...new Set([...cuts.filter((cut) => cut < body.length), body.length])].sort((a, b) => a - b)
  const chunks = ends.map((end, i) => body.subarray(ends[i - 1] ?? 0, end)).filter(({ length }) => length > 0)
  const parts = chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)};x=y\r\n`), chunk, '\r\n'])
  return Buffer.concat([...parts, '0\r\nchecksum: 1\r\n\r\n'].map((part) => Buffer.from(part)))
}

const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
const cuts = fc.array(fc.nat(500))

test('a body arrives as it was sent, however it is framed and cut, and what follows is left', async () => {
  await fc.assert(
    fc.asyncProperty(body, cuts, cuts, fc.boolean(), async (body, chunks, cuts, isChunked) => {
      const framed = isChunked
        ? Buffer.concat([Buffer.from(`${OK}Transfer-Encoding: chunked\r\n\r\n`), inChunks(body, chunks)])
        : Buffer.concat([Buffer.from(`${OK}Content-Length: ${body.length}\r\n\r\n`), body])
      const read = await answerIn(Buffer.concat([framed, Buffer.from('HTTP')]), cuts)
      expect(read.body.equals(body)).toBe(true)
      expect([read.head.isKept, read.head.status]).toEqual([true, 200])
      // Of what comes next the beginning may be all that has arrived.
      expect('HTTP'.startsWith(read.rest) && read.rest !== '').toBe(true)
    }),
  )
})

test('an answer that is cut off anywhere is no whole one', async () => {
  const whole = Buffer.from(`${OK}content-length: 5\r\n\r\nabcde`)
  const chunked = Buffer.concat([
    Buffer.from(`${OK}transfer-encoding: chunked\r\n\r\n`),
    inChunks(Buffer.from('abc'), [1]),
  ])
  for (const answer of [whole, chunked])
    for (let end = 0; end < answer.length; end++)
      await expect(answerIn(answer.subarray(0, end))).rejects.toThrow('the answer is damaged')
})

test.each([
  ['headers in any case and spacing', 'HTTP/1.1 206 \r\nETAG:"1"\r\nContent-Length:  2 \r\n\r\nab', 206, true, 'ab'],
  ['without carriage returns', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nab', 200, true, 'ab'],
  ['without a reason', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', 200, true, ''],
  ['what is said before', `HTTP/1.1 100 Continue\r\n\r\n${OK}content-length: 2\r\n\r\nab`, 200, true, 'ab'],
  ['a body up to the end', `${OK}\r\nabcdef`, 200, false, 'abcdef'],
  ['a server that closes', `${OK}Connection: Close\r\ncontent-length: 2\r\n\r\nab`, 200, false, 'ab'],
  ['a server of old', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nab', 200, false, 'ab'],
  ['no body', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', 304, true, ''],
])('%s', async (_, answer, status, isKept, body) => {
  const read = await answerIn(answer, [3, 20])
  expect([read.head.status, read.head.isKept, String(read.body)]).toEqual([status, isKept, body])
})

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', /no HTTP/],
  ['HTTP/2', 'HTTP/2 200\r\n\r\n', /no HTTP/],
  ['a length that is none', `${OK}content-length: many\r\n\r\n`, /length/],
  ['a negative length', `${OK}content-length: -5\r\n\r\n`, /length/],
  ['two lengths', `${OK}content-length: 5, 5\r\n\r\nabcde`, /length/],
  ['a chunk of no length', `${OK}transfer-encoding: chunked\r\n\r\nxyz\r\n`, /length/],
  ['a chunk that is longer than it says', `${OK}transfer-encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n`, /chunk/],
  ['a line without end', `${OK}x: ${'y'.repeat(70_000)}`, /long line/],
  ['headers without end', OK + 'x: y\r\n'.repeat(2_000), /too many headers/],
])('%s is refused', async (_, answer, message) => {
  await expect(answerIn(answer)).rejects.toThrow(message)
})

test('a header may be called like what every object has', async () => {
  const { head } = await answerIn(`${OK}__proto__: x\r\nconstructor: y\r\ncontent-length: 0\r\n\r\n`)
  expect(Object.entries(head.headers)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
    ['content-length', '0'],
  ])
})
