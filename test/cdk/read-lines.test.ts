import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fromByteString, toByteString } from '../../src/cdk/bytes.ts'
import type { InputMessage } from '../../src/cdk/input.ts'
import { LineReader } from '../../src/cdk/line.ts'
import { parseRaw } from '../../src/cdk/raw-object.ts'
import { endOfLine, LineBlock, readMessages } from '../../src/cdk/read-lines.ts'
import { damaged, lineText, soup } from './json-text.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

async function read(...chunks: readonly Uint8Array[]): Promise<InputMessage[]> {
  const messages: InputMessage[] = []
  for await (const block of readMessages(flow(chunks))) messages.push(...block)
  return messages
}

async function* flow(chunks: readonly Uint8Array[]) {
  yield* chunks
}

const RECORD = '{"type":"RECORD","record":{"stream":"users","data":{"id":1},"emitted_at":1}}'
const STATE =
  '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{}}}}'

// ---------------------------------------------------------------------------------------------- against JSON.parse

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a line means, found with JSON.parse. */
function meaningOf(line: string): unknown {
  try {
    return meaningOfValue(JSON.parse(line))
  } catch {
    return 'UNREADABLE'
  }
}

function meaningOfValue(message: unknown): unknown {
  if (!isObject(message) || typeof message['type'] !== 'string') return 'UNREADABLE'
  const { type, record, state } = message
  if (type === 'STATE') return isObject(state) && (state['type'] ?? 'LEGACY') === 'LEGACY' ? 'STATE' : 'UNREADABLE'
  return type === 'RECORD' ? meaningOfRecord(record) : undefined
}

function meaningOfRecord(record: unknown): unknown {
  if (!isObject(record)) return 'UNREADABLE'
  const { stream, data } = record
  const namespace = record['namespace'] ?? undefined
  const isWhole = typeof stream === 'string' && (namespace === undefined || typeof namespace === 'string')
  if (!isWhole || !isObject(data) || Object.keys(data).length === 0) return 'UNREADABLE'
  return { stream, namespace, data: new Map(Object.entries(data)) }
}

function meaningOfMessage(message: InputMessage | undefined): unknown {
  if (message?.type !== 'RECORD') return message?.type
  const { stream, namespace, data } = message
  const members = data.names.map((name, i) => [fromByteString(name), parseRaw(data.values[i] ?? '')] as const)
  return { stream, namespace, data: new Map(members) }
}

test('a line means what it means to JSON.parse', async () => {
  const line = fc.oneof(lineText, lineText, damaged(lineText), soup)
  await fc.assert(
    fc.asyncProperty(
      line.filter((line) => line.trim() !== ''),
      async (line) => {
        expect((await read(bytes(line))).map(meaningOfMessage)).toEqual(
          [meaningOf(line)].filter((m) => m !== undefined),
        )
      },
    ),
    { numRuns: 5000 },
  )
})

test('lines come out whole and in order, wherever the chunks are cut', async () => {
  const line = fc.oneof(lineText, fc.constant(STATE), fc.constant(''), soup)
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 400 })), fc.boolean(), async (lines, cuts, isEnded) => {
      const input = bytes(lines.join('\n') + (isEnded ? '\n' : ''))
      const alone = await Promise.all(lines.map((line) => read(bytes(line))))
      expect(await read(...cut(input, cuts))).toEqual(alone.flat())
    }),
    { numRuns: 500 },
  )
})

function cut(input: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((at) => at % (input.length + 1)).sort((a, b) => a - b), input.length]
  return places.slice(1).map((end, i) => input.subarray(places[i], end))
}

// ------------------------------------------------------------------------------------------------------ case by case

test('a record keeps its line and its raw values', async () => {
  const line =
    '{"type":"RECORD","record":{"stream":"ü","namespace":"n","data":{"big":12345678901234567890},"emitted_at":1}}'
  expect(await read(bytes(`${line}\n`))).toEqual([
    {
      type: 'RECORD',
      stream: 'ü',
      namespace: 'n',
      data: { names: ['big'], values: ['12345678901234567890'] },
      line: toByteString(line),
    },
  ])
})

const state = (state: object) => JSON.stringify({ type: 'STATE', state: { ...state, id: 7 } })
const stream = (name: string, namespace?: string) => ({
  stream_descriptor: { name, namespace },
  stream_state: { n: 1 },
})

test.each([
  ['STREAM', state({ type: 'STREAM', stream: stream('a', 'n') }), [{ name: 'a', namespace: 'n' }]],
  [
    'GLOBAL',
    state({ type: 'GLOBAL', global: { stream_states: [stream('a'), stream('b')] } }),
    [{ name: 'a' }, { name: 'b' }],
  ],
  ['LEGACY', state({ type: 'LEGACY', data: {} }), []],
  ['no type', state({ data: { a: 1 } }), []],
])('a state says whose progress it holds: %s', async (_, line, streams) => {
  expect(await read(bytes(line))).toEqual([{ type: 'STATE', streams, line }])
})

test.each([
  ['a blank line', '  \r'],
  ['a log line', '{"type":"LOG","log":{"level":"INFO","message":"\\"record\\": {"}}'],
  ["the platform's COMPLETE", '{"type":"TRACE","trace":{"type":"STREAM_STATUS","emitted_at":1}}'],
  ['a control message', '{"type":"CONTROL","control":{}}'],
  ['a type that is yet to come', '{"type":"FROM_THE_FUTURE","record":{"data":{}}}'],
])('passes over %s', async (_, line) => {
  expect(await read(bytes(`${line}\n`))).toEqual([])
})

test.each([
  [true, 'a cut-off record', RECORD.slice(0, -5)],
  [true, 'a cut-off record whose type never came', '{"record":{"stream":"users","data":{"id":1'],
  [true, 'a record that is spelt with spaces', '{ "type" : "RECORD" , }'],
  [true, 'a record without fields', '{"type":"RECORD","record":{"stream":"users","data":{},"emitted_at":1}}'],
  [true, 'a record whose data is null', '{"type":"RECORD","record":{"stream":"users","data":null,"emitted_at":1}}'],
  [true, 'a record whose data is a list', '{"type":"RECORD","record":{"stream":"users","data":[1],"emitted_at":1}}'],
  [true, 'a record without a stream', '{"type":"RECORD","record":{"data":{"id":1},"emitted_at":1}}'],
  [true, 'a record that is no object', '{"type":"RECORD","record":"users"}'],
  [true, 'a record that is not there', '{"type":"RECORD"}'],
  [
    true,
    'a record with a raw control character',
    '{"type":"RECORD","record":{"stream":"users","data":{"a":"\u0001"}}}',
  ],
  [true, 'two records on one line', RECORD + RECORD],
  [false, 'a stack trace', '    at Object.<anonymous> (main.js:1:1)'],
  [false, 'a number', '42'],
  [false, 'an object without a type', '{"log":{}}'],
  [false, 'a cut-off state', STATE.slice(0, -5)],
  [false, 'a state without its stream', '{"type":"STATE","state":{"type":"STREAM"}}'],
  [false, 'a state that is not there', '{"type":"STATE"}'],
])('unreadable, meant to be a record: %s: %s', async (isRecord, _, line) => {
  expect(await read(bytes(`${line}\n`))).toEqual([{ type: 'UNREADABLE', isRecord, line }])
})

test('lines may end with carriage returns, and the first may begin with a byte order mark', async () => {
  const [first, second] = await read(bytes(`\uFEFF${RECORD}\r\n${RECORD}\r\n`))
  expect([first?.type, second?.type]).toEqual(['RECORD', 'RECORD'])
})

test('a byte order mark anywhere else is a character too many', async () => {
  const messages = await read(bytes(`${RECORD}\n`), bytes(`\uFEFF${RECORD}\n`))
  expect(messages.map(({ type }) => type)).toEqual(['RECORD', 'UNREADABLE'])
})

test('a byte order mark may be cut in two', async () => {
  const input = bytes(`\uFEFF${RECORD}\n`)
  expect((await read(input.subarray(0, 1), input.subarray(1))).map(({ type }) => type)).toEqual(['RECORD'])
})

test('separators of lines in Unicode are ordinary characters', async () => {
  const line = RECORD.replace('1}', '"\u2028\u2029\u0085"}')
  expect(await read(bytes(line))).toHaveLength(1)
})

test('bytes that are not UTF-8 are replaced, and the lines around them are untouched', async () => {
  const broken = RECORD.replace('1}', '"é\xff"}')
  const input = Buffer.concat([bytes(`${RECORD}\n`), Buffer.from(broken, 'latin1'), bytes(`\n${RECORD}\n`)])
  const replaced = RECORD.replace('1}', '"\uFFFD\uFFFD"}')
  expect((await read(input)).map(({ line }) => line)).toEqual([RECORD, replaced, RECORD].map(toByteString))
})

test('a line of many megabytes is put together once', async () => {
  const line = RECORD.replace('1}', `"${'x'.repeat(32 * 2 ** 20)}"}`)
  const input = bytes(`${line}\n`)
  const chunks = Array.from({ length: Math.ceil(input.length / 4096) }, (_, i) =>
    input.subarray(i * 4096, (i + 1) * 4096),
  )
  expect((await read(...chunks)).map(({ line }) => line.length)).toEqual([line.length])
})

test.each([1, 2, 7, 40])('of a long block, every line can be asked for, or each %i-th', (step) => {
  const lengths = Array.from({ length: 400 }, (_, i) => (i * 37) % 1000)
  const lines = lengths.map((length, i) =>
    RECORD.replace('1}', `${i},"text":"${'x'.repeat(i === 200 ? 50_000 : length)}"}`),
  )
  const block = new LineBlock(bytes(lines.join('\n')), new LineReader())
  const asked = lines.filter((_, i) => i % step === 0)
  for (const line of asked) {
    const start = block.bytes.indexOf(line)
    expect(block.message(start, endOfLine(block.bytes, start))).toMatchObject({ type: 'RECORD', line })
  }
})
