import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Output } from '../../src/cdk/connector.ts'
import { ConfigError, TransientError } from '../../src/cdk/errors.ts'
import { log, record } from '../../src/cdk/messages.ts'
import type { AirbyteStreamState, ConfiguredAirbyteStream, SyncMode } from '../../src/cdk/protocol.ts'
import { checkpoint, readStreams, type Stream, type StreamOutput, type StreamRequest } from '../../src/cdk/streams.ts'
import { brief, collect, still } from './environment.ts'

type Read = (request: StreamRequest) => Iterable<StreamOutput>

const streamOf = (name: string, read: Read, more: Partial<Stream['definition']> = {}): Stream => ({
  definition: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'], ...more },
  async *read(request) {
    yield* read(request)
  },
})

const configured = (name: string, sync_mode: string = 'incremental'): ConfiguredAirbyteStream => ({
  stream: { name, json_schema: {} },
  sync_mode,
  destination_sync_mode: 'append',
})

const records = (stream: string, count: number): StreamOutput[] =>
  Array.from({ length: count }, (_, i) => record(stream, { i }, 0))
const lines = (stream: string, count: number): StreamOutput => ({
  type: 'RECORD_LINES',
  stream,
  count,
  bytes: Buffer.from('x'),
})

interface Run {
  readonly catalog?: readonly ConfiguredAirbyteStream[]
  readonly states?: readonly AirbyteStreamState[]
  readonly signal?: AbortSignal
}

const outputsOf = (streams: readonly Stream[], { catalog, states = [], signal }: Run = {}): AsyncIterable<Output> =>
  readStreams({
    streams,
    catalog: { streams: [...(catalog ?? streams.map(({ definition }) => configured(definition.name)))] },
    states,
    environment: still(signal),
  })

const run = async (streams: readonly Stream[], options?: Run) => (await collect(outputsOf(streams, options))).map(brief)

test('tells how each stream goes, and counts the records before each state', async () => {
  const users = streamOf('users', () => [
    log('INFO', 'begin'),
    ...records('users', 2),
    checkpoint({ n: 1 }),
    lines('users', 40),
    ...records('users', 1),
    checkpoint({ n: 2 }),
  ])
  expect(await run([users])).toEqual([
    'users STARTED',
    'LOG INFO begin',
    'users RUNNING',
    'RECORD users',
    'RECORD users',
    'STATE users {"n":1} 2',
    'RECORDS users 40',
    'RECORD users',
    'STATE users {"n":2} 41',
    'users COMPLETE',
  ])
})

test('an empty stream has a state, too: the one it began with, or none', async () => {
  const streams = [streamOf('old', () => []), streamOf('new', () => [])]
  const states = [{ stream_descriptor: { name: 'old' }, stream_state: { n: 5 } }]
  expect(await run(streams, { states })).toEqual([
    'old STARTED',
    'STATE old {"n":5} 0',
    'old COMPLETE',
    'new STARTED',
    'STATE new {} 0',
    'new COMPLETE',
  ])
})

test('records after the last checkpoint are counted by one more state', async () => {
  const users = streamOf('users', () => [checkpoint({ n: 1 }), ...records('users', 1)])
  expect((await run([users])).slice(1)).toEqual([
    'STATE users {"n":1} 0',
    'users RUNNING',
    'RECORD users',
    'STATE users {"n":1} 1',
    'users COMPLETE',
  ])
})

test('a state that says nothing new is left out', async () => {
  const users = streamOf('users', () => [
    checkpoint({ n: 1 }),
    checkpoint({ n: 1 }),
    checkpoint({ n: 2 }),
    checkpoint({ n: 2 }),
  ])
  expect((await run([users])).filter((text) => text.startsWith('STATE'))).toEqual([
    'STATE users {"n":1} 0',
    'STATE users {"n":2} 0',
  ])
})

test('states add up to the records, none comes twice in a row, and the last record is before the last state', async () => {
  const output = fc.oneof(
    fc.constantFrom(...records('users', 1), lines('users', 3), lines('users', 0)),
    fc.constantFrom({ n: 1 }, { n: 2 }).map(checkpoint),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(output), async (emitted) => {
      const outputs = await collect(outputsOf([streamOf('users', () => emitted)]))
      const states = outputs.flatMap((output) => (output.type === 'STATE' ? [output.state] : []))
      const counts = states.map(({ sourceStats }) => sourceStats?.recordCount ?? Number.NaN)
      const total = emitted.reduce((sum, { type }) => sum + (type === 'RECORD' ? 1 : 0), 0)
      const inLines = emitted.reduce((sum, output) => sum + (output.type === 'RECORD_LINES' ? output.count : 0), 0)
      expect(counts.reduce((a, b) => a + b, 0)).toBe(total + inLines)
      expect(states.length).toBeGreaterThan(0)
      for (const [i, count] of counts.entries())
        if (i > 0 && count === 0) expect(states[i]?.stream).not.toEqual(states[i - 1]?.stream)
      expect(outputs.map(brief).at(-2)).toMatch(/^STATE|^RECORDS users 0$/)
    }),
  )
})

test.each([
  ['config_error', new ConfigError('The key was refused.')],
  ['transient_error', new TransientError('Try later.')],
  ['system_error', new Error('A defect.')],
])('a stream that fails (%s) does not keep the others from going on', async (failureType, error) => {
  const broken = streamOf('broken', function* () {
    yield* records('broken', 1)
    throw error
  })
  const outputs = await run([broken, streamOf('whole', () => [])])
  expect(outputs).toEqual([
    'broken STARTED',
    'broken RUNNING',
    'RECORD broken',
    `${failureType}: broken: ${error.message}`,
    'broken INCOMPLETE',
    'whole STARTED',
    'STATE whole {} 0',
    'whole COMPLETE',
  ])
})

test.each([
  ['an empty record', record('users', {}, 0), 'A record of "users" is empty.'],
  ["another stream's record", record('others', { a: 1 }, 0), 'The stream "users" emitted a record of "others".'],
  ["another stream's lines", lines('others', 1), 'The stream "users" emitted a record of "others".'],
  ['a state of its own', { type: 'STATE', state: {} } as const, 'The stream "users" emitted a STATE.'],
])('refuses %s', async (_, output, message) => {
  const outputs = await run([streamOf('users', () => [output])])
  expect(outputs.slice(1)).toEqual([expect.stringContaining(`system_error: users: ${message}`), 'users INCOMPLETE'])
})

test('a stream that the source does not have fails, and the nearest one is named', async () => {
  const outputs = await run([streamOf('users', () => [])], { catalog: [configured('user'), configured('users')] })
  expect(outputs).toEqual([
    'user STARTED',
    'config_error: user: There is no stream "user". Did you mean "users"? Discover the schema anew.',
    'user INCOMPLETE',
    'users STARTED',
    'STATE users {} 0',
    'users COMPLETE',
  ])
})

test('a sync mode that the stream does not have fails', async () => {
  const outputs = await run([streamOf('users', () => [])], { catalog: [configured('users', 'sideways')] })
  expect(outputs[1]).toBe(
    'config_error: users: The stream "users" has no sync mode "sideways". Choose full_refresh or incremental.',
  )
})

test.each([
  ['incremental', false, { n: 5 }, { n: 5 }],
  ['incremental', false, null, undefined],
  ['full_refresh', false, { n: 5 }, undefined],
  ['full_refresh', true, { n: 5 }, { n: 5 }],
] as const)('%s (resumable: %s) from %j goes on from %j', async (syncMode, is_resumable, saved, expected) => {
  const asked: { syncMode: SyncMode; state: unknown }[] = []
  const read: Read = ({ syncMode, state }) => {
    asked.push({ syncMode, state })
    return []
  }
  const states = [
    { stream_descriptor: { name: 'users', namespace: 'other' }, stream_state: { n: 9 } },
    { stream_descriptor: { name: 'users' }, stream_state: saved },
  ]
  await run([streamOf('users', read, { is_resumable })], { states, catalog: [configured('users', syncMode)] })
  expect(asked).toEqual([{ syncMode, state: expected }])
})

test('streams of one name in two namespaces are two streams', async () => {
  const inNamespace = (namespace: string, n: number): Stream =>
    streamOf('users', () => [checkpoint({ n })], { namespace })
  const catalog = ['b', 'a'].map((namespace) => ({
    ...configured('users'),
    stream: { name: 'users', json_schema: {}, namespace },
  }))
  const outputs = await collect(outputsOf([inNamespace('a', 1), inNamespace('b', 2)], { catalog }))
  const states = outputs.flatMap((output) => (output.type === 'STATE' ? [output.state.stream] : []))
  expect(states).toEqual([
    { stream_descriptor: { name: 'users', namespace: 'b' }, stream_state: { n: 2 } },
    { stream_descriptor: { name: 'users', namespace: 'a' }, stream_state: { n: 1 } },
  ])
})

test('when asked to stop, the output at hand is the last one and the stream is left', async () => {
  const stop = new AbortController()
  let isLeft = false
  const endless = streamOf('endless', function* () {
    try {
      for (let n = 1; ; n++) {
        yield* records('endless', 1)
        if (n === 2) stop.abort()
        yield checkpoint({ n })
      }
    } finally {
      isLeft = true
    }
  })
  const outputs = await run([endless, streamOf('next', () => [])], { signal: stop.signal })
  expect(outputs.slice(-3)).toEqual(['RECORD endless', 'STATE endless {"n":2} 1', 'endless INCOMPLETE'])
  expect(isLeft).toBe(true)
})

test('what an interruption breaks is no failure', async () => {
  const stop = new AbortController()
  const users = streamOf('users', () => {
    stop.abort()
    throw new Error('The request was aborted.')
  })
  expect(await run([users], { signal: stop.signal })).toEqual(['users STARTED', 'users INCOMPLETE'])
})

test('tells streams that their turn comes, once each and not all at once', async () => {
  const told: string[] = []
  const names = 'abcdefghij'.split('')
  const streams = names.map((name) => ({
    ...streamOf(name, () => {
      told.push(`read ${name}`)
      return []
    }),
    prepare: () => void told.push(name),
  }))
  await run(streams)
  expect(told.slice(0, 11)).toEqual([...'abcdefgh', 'read a', 'i', 'read b'])
  expect(told.filter((name) => !name.startsWith('read'))).toEqual(names)
})

test('what fails before its turn is told in its turn', async () => {
  const first = streamOf('a', () => records('a', 1))
  expect((await run([first], { catalog: [configured('a'), configured('b')] })).at(-1)).toBe('b INCOMPLETE')
})
