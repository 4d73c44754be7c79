import { Writable } from 'node:stream'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Output } from '../../src/cdk/connector.ts'
import { connectionStatus, errorTrace, log } from '../../src/cdk/messages.ts'
import { LineWriter, writeLines } from '../../src/cdk/write-lines.ts'

async function* flow(outputs: readonly Output[]): AsyncIterable<Output> {
  yield* outputs
}

/** Takes what is written, one piece at a time. */
function sink(highWaterMark = 16 * 1024) {
  const pieces: Buffer[] = []
  const stream = new Writable({
    highWaterMark,
    write(piece, _, done) {
      pieces.push(piece)
      setImmediate(done)
    },
  })
  return { stream, pieces, text: () => Buffer.concat(pieces).toString() }
}

const lines = (text: string): Output => ({ type: 'RECORD_LINES', stream: 's', count: 1, bytes: Buffer.from(text) })
const ERROR = errorTrace(new Error('x'))

test('each output is a line; finished lines and states go out byte for byte', async () => {
  const { stream, text } = sink()
  const bytes = Buffer.from([0xff, 0xfe, 0x0a])
  const outputs: Output[] = [
    log('INFO', 'a\nb\u2028'),
    { ...lines(''), bytes } as Output,
    { type: 'STATE_LINE', bytes: Buffer.from('{"n":1e39}') },
  ]
  await writeLines(flow(outputs), stream)
  expect(text()).toBe(`${JSON.stringify(outputs[0])}\n${bytes.toString()}{"n":1e39}\n`)
})

test('lines keep their order, whatever their sizes', async () => {
  const size = fc.constantFrom(1, 10, 1000, 64 * 1024, 100_000)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), size), { maxLength: 20 }), async (sizes) => {
      const { stream, text } = sink()
      const texts = sizes.map(([, size], i) => String(i % 10).repeat(size))
      const outputs = sizes.map(([isMessage], i) => (isMessage ? log('INFO', texts[i] ?? '') : lines(`${texts[i]}\n`)))
      await writeLines(flow(outputs), stream)
      const expected = sizes.map(([isMessage], i) =>
        isMessage ? JSON.stringify(log('INFO', texts[i] ?? '')) : texts[i],
      )
      expect(text()).toBe(expected.map((line) => `${line}\n`).join(''))
    }),
    { numRuns: 50 },
  )
})

test('small messages that come together leave together', async () => {
  const { stream, pieces } = sink()
  await writeLines(flow(Array.from({ length: 500 }, () => log('INFO', 'x'))), stream)
  expect(pieces.filter(({ length }) => length > 0).length).toBeLessThan(5)
})

test('a message does not wait for the next one', async () => {
  const { stream, text } = sink()
  let seen = ''
  async function* outputs(): AsyncIterable<Output> {
    yield log('INFO', 'first')
    while (seen === '') {
      await new Promise(setImmediate)
      seen = text()
    }
  }
  await writeLines(outputs(), stream)
  expect(seen).toContain('first')
})

test('no output is asked for while the reader is behind', async () => {
  let [written, taken, furthest] = [0, 0, 0]
  const stream = new Writable({
    highWaterMark: 1,
    write(piece: Buffer, _, done) {
      setImmediate(() => {
        taken += piece.length
        done()
      })
    },
  })
  async function* outputs(): AsyncIterable<Output> {
    for (let i = 0; i < 200; i++) {
      furthest = Math.max(furthest, written - taken)
      written += 100_000
      yield lines('x'.repeat(100_000))
    }
  }
  await writeLines(outputs(), stream)
  expect(taken).toBe(written)
  expect(furthest).toBe(0)
})

test('lines are lent: they may change once the next output is asked for', async () => {
  const size = fc.constantFrom(1, 100, 16 * 1024, 16 * 1024 + 1, 100_000)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), size), { maxLength: 20 }), async (sizes) => {
      const taken: string[] = []
      const stream = new Writable({
        write(piece: Buffer, _, done) {
          setImmediate(() => {
            taken.push(piece.toString())
            done()
          })
        },
      })
      const letters = sizes.map(([isMessage, size], i) => (isMessage ? '' : String(i % 10).repeat(size)))
      async function* outputs(): AsyncIterable<Output> {
        const lent = Buffer.alloc(100_000)
        for (const text of letters) {
          if (text === '') yield { type: 'STATE_LINE', bytes: Buffer.from('state') }
          else yield { type: 'RECORD_LINES', stream: 's', count: 1, bytes: lent.subarray(0, lent.write(text)) }
          lent.fill('!')
        }
      }
      await writeLines(outputs(), stream)
      expect(taken.join('')).toBe(letters.map((text) => text || 'state\n').join(''))
    }),
    { numRuns: 50 },
  )
})

test('timers and signals have their turn, however fast the reader is', async () => {
  const stream = new Writable({ write: (_piece, _encoding, done) => done() })
  let isTurn = false
  setImmediate(() => {
    isTurn = true
  })
  async function* endless(): AsyncIterable<Output> {
    while (!isTurn) yield lines('x'.repeat(100_000))
  }
  await writeLines(endless(), stream)
  expect(isTurn).toBe(true)
})

test.each([
  ['nothing', [], false],
  ['a log', [log('ERROR', 'x')], false],
  ['an error', [ERROR], true],
  ['an error of one stream, and more', [ERROR, log('INFO', 'x')], true],
  ['an error that check answered', [ERROR, connectionStatus('FAILED', 'x')], false],
  ['a success', [connectionStatus('SUCCEEDED')], false],
] as const)('whether the command failed: %s', async (_, outputs, failed) => {
  expect(await writeLines(flow(outputs), sink().stream)).toEqual({ failed, error: undefined })
})

test('once the reader is gone, nothing more is asked for and the command has failed', async () => {
  const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  const stream = new Writable({ write: (_piece, _encoding, done) => done(gone) })
  const errors: Error[] = []
  let isLeft = false
  async function* endless(): AsyncIterable<Output> {
    try {
      for (;;) yield lines('x'.repeat(100_000))
    } finally {
      isLeft = true
    }
  }
  expect(await writeLines(endless(), stream, (error) => errors.push(error))).toEqual({ failed: true, error: gone })
  expect(errors).toEqual([gone])
  expect(isLeft).toBe(true)
})

test('a reader that goes while it is waited for does not hang the command', async () => {
  const stream = new Writable({ highWaterMark: 1, write: () => setImmediate(() => stream.destroy()) })
  const { failed } = await writeLines(flow([lines('x'.repeat(100_000)), lines('y')]), stream)
  expect(failed).toBe(true)
})

test('the last output ends everything', async () => {
  const { stream, text } = sink()
  const writer = new LineWriter(stream)
  async function* outputs(): AsyncIterable<Output> {
    yield lines('1\n')
    await writer.end(lines('last\n'))
    yield lines('2\n')
    yield lines('3\n')
  }
  await writer.writeAll(outputs())
  expect(text()).toBe('1\nlast\n')
})
