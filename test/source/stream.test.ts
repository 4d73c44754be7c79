import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ConfigError, TransientError } from '../../src/cdk/errors.ts'
import type { JsonObject } from '../../src/cdk/protocol.ts'
import { SourceConfig } from '../../src/config.ts'
import { LooseTypes } from '../../src/source/loose.ts'
import { Prefetch } from '../../src/source/prefetch.ts'
import type { SourceReport } from '../../src/source/report.ts'
import { findRoots, rootsOf } from '../../src/source/roots.ts'
import { ChangedObjectError } from '../../src/source/storage/store.ts'
import { beginFirst, readStream } from '../../src/source/stream.ts'
import { headerOf } from './decode/avro-file.ts'
import { type MemoryFile, type MemoryStore, memoryStore } from './memory-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOON = Date.parse('2025-04-08T12:00:00Z')
const OPEN = 'users.messages.email.Open'
const CLICK = 'users.messages.email.Click'
const FOLDER = `p/event_type=${OPEN}`

const event = (id: string, event_type = OPEN): string =>
  `${JSON.stringify({ event_type, id, time: 1_744_000_000, user: { user_id: 'u' }, properties: {} })}\n`

const file = (name: string, modified: number, ids: readonly string[] = [name]): MemoryFile => ({
  key: `${FOLDER}/date=2025-04-08-11/${name}.json`,
  content: ids.map((id) => event(id)).join(''),
  modified,
})

/** Lines that are passed on by themselves, not with those of other files. */
const large = (name: string, modified: number): MemoryFile => file(name, modified, [name.padEnd(LARGE, '.')])
const LARGE = 200_000

const torn = (name: string): MemoryFile => ({ ...file(name, NOON - HOUR), content: `${event(`${name}1`)}{"event_ty` })

interface World {
  readonly store: MemoryStore
  now: number
  /** How far the clock on the wall was set, in milliseconds. */
  jumped: number
}

const world = (files: readonly MemoryFile[], now = NOON): World => {
  const it: World = { now, jumped: 0, store: memoryStore(files, () => it.now) }
  return it
}

interface Options {
  readonly config?: Partial<SourceConfig>
  readonly stream?: string
  readonly isFullRefresh?: boolean
  /** Leaves after so many outputs. */
  readonly cutOff?: number
  readonly types?: LooseTypes
  readonly signal?: AbortSignal
  /** Called when the folders are found, and nothing is read yet. */
  readonly onFound?: () => void
  /** The stream is listed before its turn; called when that has begun. */
  readonly onListed?: () => void
  /** Called for every output. */
  readonly onOutput?: (type: string) => void
  /** Called when it is asked how much time has passed: at the beginning, and after each file. */
  readonly onElapsed?: () => void
}

interface Read {
  readonly ids: readonly string[]
  readonly records: readonly JsonObject[]
  readonly states: readonly JsonObject[]
  /** Ids that came after the last state. */
  readonly unsaved: readonly string[]
  readonly logs: readonly string[]
  readonly estimates: readonly number[]
  readonly report: SourceReport | undefined
  readonly error: unknown
}

async function read(it: World, state: JsonObject | undefined, options: Options = {}): Promise<Read> {
  const { stream = OPEN, isFullRefresh = false, cutOff = Number.POSITIVE_INFINITY } = options
  const config = { ...SourceConfig.parse({ storage: { provider: 'local', path: '/' } }), ...options.config }
  const foundAt = it.now
  const found = await findRoots(it.store, config.path_prefix, { also: [] })
  options.onFound?.()
  const [records, states, logs, estimates]: [JsonObject[], JsonObject[], string[], number[]] = [[], [], [], []]
  let unsaved: string[] = []
  let report: SourceReport | undefined
  let error: unknown
  let outputs = 0
  const job = {
    stream,
    config,
    store: it.store,
    roots: { ...found, roots: rootsOf(found, stream) },
    foundAt,
    types: options.types ?? new LooseTypes(),
    environment: {
      now: () => it.now,
      elapsed: () => {
        options.onElapsed?.()
        return it.now - it.jumped
      },
      sleep: async () => {},
      random: () => 0.5,
      signal: options.signal ?? new AbortController().signal,
    },
    options: {},
    isFullRefresh,
    prefetch: new Prefetch(),
    onReport: (one: SourceReport) => {
      report = one
    },
  }
  try {
    const first = options.onListed && beginFirst(job, state)
    options.onListed?.()
    for await (const output of readStream(job, state, first)) {
      if (++outputs > cutOff) break
      options.onOutput?.(output.type)
      if (output.type === 'RECORD_LINES') {
        const lines = Buffer.from(output.bytes).toString().trimEnd().split('\n')
        expect(lines).toHaveLength(output.count)
        for (const line of lines) {
          const { data } = JSON.parse(line).record
          records.push(data)
          unsaved.push(data.id.replace(/\.+$/, ''))
        }
      } else if (output.type === 'CHECKPOINT') {
        states.push(JSON.parse(JSON.stringify(output.state)))
        unsaved = []
      } else if (output.type === 'LOG') logs.push(`${output.log.level} ${output.log.message}`)
      else if (output.type === 'TRACE' && output.trace.type === 'ESTIMATE') {
        estimates.push(output.trace.estimate.byte_estimate ?? Number.NaN)
      }
    }
  } catch (caught) {
    error = caught
  }
  return {
    ids: records.map(({ id }) => String(id).replace(/\.+$/, '')),
    records,
    states,
    unsaved,
    logs,
    estimates,
    report,
    error,
  }
}

const last = (states: readonly JsonObject[]): JsonObject | undefined => states.at(-1)

test('reads every file once, and tells what it did', async () => {
  const it = world([file('a', NOON - HOUR, ['1', '2']), file('b', NOON - HOUR, ['3'])])
  const first = await read(it, undefined)
  expect(first.error).toBeUndefined()
  expect(first.records).toEqual(
    ['1', '2', '3'].map((id) =>
      expect.objectContaining({ id, _ab_source_file_last_modified: '2025-04-08T11:00:00.000Z' }),
    ),
  )
  expect(last(first.states)).toEqual({ _ab_source_file_last_modified: '2025-04-08T12:00:00.000Z', version: 1 })
  expect(first.report).toMatchObject({ stream: OPEN, files: 2, records: 3, newestHour: '2025-04-08-11', broken: 0 })
  expect(first.logs).toEqual([expect.stringMatching(/^INFO users.messages.email.Open: 3 records from 2 new files/)])
  expect(first.estimates).toEqual([it.store.files.reduce((sum, { content }) => sum + content.length, 0)])

  it.now += HOUR
  const second = await read(it, last(first.states))
  expect(second).toMatchObject({ ids: [], error: undefined })
  expect(second.states).toEqual([{ _ab_source_file_last_modified: '2025-04-08T13:00:00.000Z', version: 1 }])
})

test('an event type without files has a state, too', async () => {
  const { ids, states, error } = await read(world([]), undefined)
  expect([ids, states.length, error]).toEqual([[], 1, undefined])
})

test('the address of the file is added on request', async () => {
  const it = world([file('a', NOON - HOUR)])
  const { records } = await read(it, undefined, { config: { include_file_url: true } })
  expect(records).toEqual([
    expect.objectContaining({ _ab_source_file_url: `memory://bucket/${it.store.files[0]?.key}` }),
  ])
})

test('hours out of the bounds are neither read nor listed key by key', async () => {
  const hours = ['2025-04-01-00', '2025-04-01-17', '2025-04-01-18', '2025-04-02-00']
  const it = world(hours.map((hour) => ({ ...file(hour, NOON - HOUR), key: `${FOLDER}/date=${hour}/a.json` })))
  const config = { start_date: '2025-04-01T17:00:00Z', end_date: '2025-04-01T18:00:00Z' }
  const { ids } = await read(it, undefined, { config })
  expect(ids).toEqual(['2025-04-01-17'])
  expect(it.store.calls.filter((call) => call.startsWith('list'))).toEqual([
    `list ${FOLDER}/ `,
    `list ${FOLDER}/ ${FOLDER}/date=2025-04-01-17`,
    // A folder for the whole day would come after those of its hours.
    `list ${FOLDER}/ ${FOLDER}/date=2025-04-01/`,
    `list ${FOLDER}/ ${FOLDER}/date>`,
  ])
})

test('later syncs look no further back than the look-back', async () => {
  const late = (hour: string) => ({ ...file(hour, NOON + MINUTE), key: `${FOLDER}/date=${hour}/late.json` })
  const it = world([], NOON)
  const { states } = await read(it, undefined)
  it.store.files.push(late('2025-04-01-11'), late('2025-04-01-12'), late('2025-04-08-11'))
  it.now += HOUR
  expect((await read(it, last(states))).ids).toEqual(['2025-04-01-12', '2025-04-08-11'])
})

test('a file that arrives during the run is left to the next one', async () => {
  const it = world([file('a', NOON - HOUR), file('b', NOON + MINUTE)])
  const first = await read(it, undefined)
  expect(first.ids).toEqual(['a'])
  expect(first.report).toMatchObject({ tooNew: 1 })
  expect(first.logs.filter((line) => line.startsWith('WARN'))).toEqual([])
  it.now += HOUR
  expect((await read(it, last(first.states))).ids).toEqual(['b'])
})

test('a folder that is made while other streams are read is not passed by', async () => {
  const it = world([file('a', NOON - HOUR)])
  const b = { ...file('b', NOON + HOUR), key: `q/event_type=${OPEN}/date=2025-04-08-12/b.json` }
  const onFound = () => {
    it.now += 2 * HOUR
    it.store.files.push(b)
  }
  const first = await read(it, undefined, { onFound })
  expect(first.ids).toEqual(['a'])
  expect((await read(it, last(first.states))).ids).toEqual(['b'])
})

test('files that are dated in the future are told of once', async () => {
  const it = world([file('a', NOON + HOUR), file('b', NOON + HOUR)])
  const { ids, logs } = await read(it, undefined)
  expect(ids).toEqual([])
  expect(logs.filter((line) => line.startsWith('WARN'))).toEqual([
    expect.stringMatching(/a\.json is dated .* in the future/),
  ])
})

// ------------------------------------------------------------------------------------------------------------ states

test('a state comes after 10,000 records', async () => {
  const ids = (name: string) => Array.from({ length: 4_000 }, (_, i) => `${name}${i}`)
  const it = world(['a', 'b', 'c', 'd'].map((name) => file(name, NOON - HOUR, ids(name))))
  const { states } = await read(it, undefined)
  expect(states.map((state) => state['pass'])).toEqual([
    { started: '2025-04-08T12:00:00.000Z', after: expect.stringMatching(/c\.json$/) },
    undefined,
  ])
})

test('a state comes after 5 seconds of reading', async () => {
  const it = world(['a', 'b', 'c', 'd'].map((name) => large(name, NOON - HOUR)))
  const { states } = await read(it, undefined, { onOutput: () => (it.now += 3_000) })
  expect(states).toHaveLength(3)
})

test('a state comes after 5 seconds of reading though the clock on the wall jumps back', async () => {
  const it = world(['a', 'b', 'c', 'd'].map((name) => large(name, NOON - HOUR)))
  let outputs = 0
  const { states } = await read(it, undefined, {
    onOutput: () => {
      it.now += 3_000
      // The first is the estimate, before any file.
      if (++outputs === 2) it.now += it.jumped = -HOUR
    },
  })
  expect(states).toHaveLength(3)
})

test('a state comes after 10,000 files that were only listed', async () => {
  const old = Array.from({ length: 10_001 }, (_, i) => file(String(i).padStart(5, '0'), NOON - 2 * HOUR))
  const { states, estimates } = await read(world(old), { _ab_source_file_last_modified: '2025-04-08T11:00:00Z' })
  expect(states.map((state) => state['pass'])).toEqual([
    { started: '2025-04-08T12:00:00.000Z', after: expect.stringMatching(/09999\.json$/) },
    undefined,
  ])
  expect(estimates).toEqual([])
})

test('a pass that an earlier run began is followed by one that reaches up to now', async () => {
  const it = world([large('a', NOON - HOUR), large('b', NOON - HOUR)])
  const cut = await read(it, undefined, { cutOff: 3, onOutput: () => (it.now += 6_000) })
  expect(cut).toMatchObject({ ids: ['a'], states: [{ pass: {} }] })
  it.now += HOUR
  it.store.files.push(file('c', NOON + 30 * MINUTE))
  const rest = await read(it, last(cut.states))
  expect(rest).toMatchObject({ ids: ['b', 'c'], report: { tooNew: 0 } })
  expect(last(rest.states)).toEqual({ _ab_source_file_last_modified: new Date(it.now).toISOString(), version: 1 })
})

test('a pass that goes on does not list what is behind it', async () => {
  const roots = ['a', 'b', 'c'].map((root) => ({
    ...large(root, NOON - HOUR),
    key: `${root}/event_type=${OPEN}/${root}.json`,
  }))
  const it = world(roots)
  const cut = await read(it, undefined, { cutOff: 5, onOutput: () => (it.now += 6_000) })
  expect(cut.ids).toEqual(['a', 'b'])
  it.store.calls.length = 0
  await read(it, last(cut.states), { cutOff: 3 })
  const lists = it.store.calls.filter((call) => call.startsWith('list')).map((call) => call.split(' ')[1])
  expect(lists.slice(0, 2)).toEqual([`b/event_type=${OPEN}/`, `c/event_type=${OPEN}/`])
})

test('many files of the last minutes in hours that the next sync does not search make it read nothing again', async () => {
  const old = Array.from({ length: 70 }, (_, i) => ({
    ...file(`n${i}`, NOON - MINUTE),
    key: `${FOLDER}/date=2020-01-01-00/${i}.json`,
  }))
  const it = world([...old, file('a', NOON - MINUTE)])
  const first = await read(it, undefined)
  expect(first.ids).toHaveLength(71)
  it.now += HOUR
  const second = await read(it, last(first.states))
  expect(second).toMatchObject({ ids: [], logs: [expect.stringMatching(/^INFO/)] })
})

test('an error of the store comes after the state of what is done', async () => {
  const it = world([file('a', NOON - HOUR), file('b', NOON - HOUR)])
  const { read: readObject } = it.store
  it.store.read = (object, ...range) => {
    if (object.key.endsWith('b.json')) throw new ConfigError('refused')
    return readObject(object, ...range)
  }
  const { ids, states, error } = await read(it, undefined)
  expect([ids, error]).toEqual([['a'], new ConfigError('refused')])
  expect(last(states)).toMatchObject({ pass: { after: expect.stringMatching(/a\.json$/) } })
})

test('a run that is stopped says how far it has come', async () => {
  const stop = new AbortController()
  const it = world(['a', 'b', 'c'].map((name) => large(name, NOON - HOUR)))
  const onOutput = () => (it.store.calls.some((call) => call.endsWith('a.json')) ? stop.abort() : undefined)
  const { ids, states, error } = await read(it, undefined, { signal: stop.signal, onOutput })
  expect(error).toBeInstanceOf(TransientError)
  expect(ids.length).toBeLessThan(3)
  const rest = await read(it, last(states))
  expect([...new Set([...ids, ...rest.ids])]).toEqual(['a', 'b', 'c'])
})

test('lines of small files are passed on together, before the state that covers them', async () => {
  const files = ['a', 'b', 'c'].map((name) => file(name, NOON - HOUR))
  const it = world([...files, large('d', NOON - HOUR), file('e', NOON - HOUR)])
  const outputs: string[] = []
  const { ids, states, unsaved } = await read(it, undefined, { onOutput: (type) => outputs.push(type) })
  expect(ids).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(outputs).toEqual(['TRACE', 'RECORD_LINES', 'RECORD_LINES', 'RECORD_LINES', 'CHECKPOINT', 'LOG'])
  expect([states.length, unsaved]).toEqual([1, []])
})

test('whenever a run is stopped, its last state covers nothing that was not passed on', async () => {
  const names = Array.from({ length: 8 }, (_, i) => `n${i}`)
  const sizes = fc.array(fc.boolean(), { minLength: names.length, maxLength: names.length })
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(names.length), fc.boolean(), async (isLarge, files, isSlow) => {
      const stop = new AbortController()
      const it = world(names.map((name, i) => (isLarge[i] ? large : file)(name, NOON - HOUR)))
      const onOutput = () => {
        if (isSlow) it.now += 3_000
      }
      let left = files
      const onElapsed = () => void (left-- === 0 && stop.abort())
      const cut = await read(it, undefined, { signal: stop.signal, onOutput, onElapsed })
      const rest = await read(it, last(cut.states))
      const safe = cut.ids.filter((id) => !cut.unsaved.includes(id))
      expect([...new Set([...safe, ...rest.ids])].sort()).toEqual(names)
    }),
    { numRuns: 50 },
  )
})

test('a run is stopped in the middle of a large file', async () => {
  const stop = new AbortController()
  const it = world([
    file(
      'a',
      NOON - HOUR,
      Array.from({ length: 60_000 }, (_, i) => `${i}`),
    ),
  ])
  const onOutput = () => (it.store.calls.some((call) => call.startsWith('read')) ? stop.abort() : undefined)
  const { ids, error } = await read(it, undefined, { signal: stop.signal, onOutput })
  expect(error).toBeInstanceOf(TransientError)
  expect(ids.length).toBeLessThan(60_000)
})

test('a run is stopped while it only lists', async () => {
  const old = Array.from({ length: 10_000 }, (_, i) => file(`${i}`, NOON - 2 * HOUR))
  const stop = new AbortController()
  stop.abort()
  const state = { _ab_source_file_last_modified: '2025-04-08T11:00:00Z' }
  const { states, error } = await read(world(old), state, { signal: stop.signal })
  expect([states, error]).toEqual([[], expect.any(TransientError)])
})

test('a state far in the future gives no records and one state', async () => {
  const it = world([file('a', NOON - HOUR)])
  const state = { _ab_source_file_last_modified: '2999-01-01T00:00:00.000Z' }
  expect(await read(it, state)).toMatchObject({ ids: [], states: [{ ...state, version: 1 }], error: undefined })
})

test.each([
  ['its time and nothing else', { _ab_source_file_last_modified: '2025-04-08T11:00:00.000000Z' }],
  [
    "Airbyte's own file sources",
    {
      history: { 'a.csv': '2025-04-08T10:00:00.000000Z' },
      _ab_source_file_last_modified: '2025-04-08T11:00:00.000000Z_a.csv',
    },
  ],
  ['a later version', { _ab_source_file_last_modified: '2025-04-08T11:00:00.000Z', version: 2, pass: 7 }],
])('goes on from a state with %s', async (_, state) => {
  const it = world([file('a', NOON - 2 * HOUR), file('b', NOON - 30 * MINUTE)])
  expect((await read(it, state)).ids).toEqual(['b'])
})

test.each([
  ['nothing', {}],
  ['a mark of the platform', { __ab_no_cursor_state_message: true }],
])('begins anew with a state that holds %s', async (_, state) => {
  expect((await read(world([file('a', NOON - 2 * HOUR)]), state)).ids).toEqual(['a'])
})

test.each([
  ['no time', { cursor: 7 }],
  ['nonsense for a time', { _ab_source_file_last_modified: 'yesterday' }],
  ['a month that does not exist', { _ab_source_file_last_modified: '2025-13-01T00:00:00Z' }],
  ['a pass that is none', { _ab_source_file_last_modified: '2025-04-08T11:00:00.000Z', version: 1, pass: 7 }],
])('refuses a state with %s', async (_, state) => {
  const { error } = await read(world([]), state)
  expect(error).toBeInstanceOf(ConfigError)
  expect(String(error)).toMatch(/Reset the stream/)
})

// ------------------------------------------------------------------------------------------------------ full refresh

test('a full refresh reads everything, says that it is complete, and then has nothing left', async () => {
  const it = world([file('a', NOON - HOUR)])
  const finished = last((await read(it, undefined)).states)
  const full = await read(it, finished, { isFullRefresh: true })
  expect(full.ids).toEqual(['a'])
  expect(last(full.states)).toMatchObject({ __ab_full_refresh_sync_complete: true })

  it.now += HOUR
  const again = await read(it, last(full.states), { isFullRefresh: true })
  expect(again).toMatchObject({ ids: [], states: [last(full.states)] })

  it.store.files.push(file('b', NOON + MINUTE))
  const incremental = await read(it, last(full.states))
  expect(incremental.ids).toEqual(['b'])
  expect(last(incremental.states)).not.toHaveProperty('__ab_full_refresh_sync_complete')
})

test('a full refresh that was cut off goes on', async () => {
  const it = world(['a', 'b', 'c', 'd'].map((name) => large(name, NOON - HOUR)))
  const cut = await read(it, undefined, { isFullRefresh: true, cutOff: 5, onOutput: () => (it.now += 6_000) })
  expect(last(cut.states)).toMatchObject({ __ab_full_refresh_sync_complete: false })
  const rest = await read(it, last(cut.states), { isFullRefresh: true })
  expect(rest.ids.length).toBeLessThan(4)
  expect([...new Set([...cut.ids, ...rest.ids])]).toEqual(['a', 'b', 'c', 'd'])
})

test('a full refresh with a broken file is not complete, and goes on with that file only', async () => {
  const it = world([torn('a'), file('b', NOON - HOUR)])
  const first = await read(it, undefined, { isFullRefresh: true })
  expect(last(first.states)).toMatchObject({ __ab_full_refresh_sync_complete: false })
  it.store.files.shift()
  const second = await read(it, last(first.states), { isFullRefresh: true })
  expect(second).toMatchObject({ ids: [], error: undefined })
  expect(last(second.states)).toMatchObject({ __ab_full_refresh_sync_complete: true })
})

// ------------------------------------------------------------------------------------------------------ broken files

test('a broken file gives what is whole of it, does not stop the others, and is retried', async () => {
  const it = world([torn('a'), file('b', NOON - HOUR)])
  const first = await read(it, undefined)
  expect(first.ids).toEqual(['a1', 'b'])
  expect(first.error).toBeInstanceOf(TransientError)
  expect(String(first.error)).toMatch(/1 file\(s\) .*a\.json is broken at byte \d+/)
  expect(last(first.states)).toMatchObject({ broken: [{ events: 1, first: '2025-04-08T12:00:00.000Z' }] })
  expect(first.report).toMatchObject({ files: 1, broken: 1 })

  it.now += HOUR
  const second = await read(it, last(first.states))
  expect(second.ids).toEqual([])
  expect(second.error).toBeInstanceOf(TransientError)

  it.now += 168 * HOUR
  const third = await read(it, last(second.states))
  expect(third).toMatchObject({ ids: [], error: undefined, report: { leftBehind: 1, broken: 0 } })
  expect(third.logs).toContainEqual(expect.stringMatching(/^WARN .*left behind after 1 events/))
  expect((await read(it, last(third.states))).report).toMatchObject({ leftBehind: 0 })
})

test('a file with a codec that is not read is named, and stops no other', async () => {
  const content = headerOf({ 'avro.schema': '{"type":"record","name":"R","fields":[]}', 'avro.codec': 'xz' })
  const key = `${FOLDER}/date=2025-04-08-11/b.avro`
  const it = world([file('a', NOON - HOUR), { key, content, modified: NOON - HOUR }, file('c', NOON - HOUR)])
  const { ids, logs, report, error } = await read(it, undefined)
  expect(ids).toEqual(['a', 'c'])
  expect(report).toMatchObject({ files: 2, broken: 1 })
  const told = `File memory://bucket/${key} is broken at byte 0: it is packed with xz, which is not read`
  expect(logs[0]).toContain(told)
  expect(error).toBeInstanceOf(TransientError)
  expect((error as Error).message).toContain(told)
})

test('a file that was still uploading is read from where it was broken', async () => {
  const it = world([torn('a')])
  const first = await read(it, undefined)
  // The same identity: as when a download breaks off, so that listing and content disagree.
  const size = it.store.files[0]?.content.length ?? 0
  const whole = `${event('a1')}${event('a2')}`
  it.store.read = async function* () {
    yield Buffer.from(whole)
  }
  expect(size).toBeGreaterThan(0)
  it.now += HOUR
  const second = await read(it, last(first.states))
  expect(second).toMatchObject({ ids: ['a2'], error: undefined })
  expect(last(second.states)).not.toHaveProperty('broken')
})

test('what was read of a broken file is not forgotten when it breaks earlier the next time', async () => {
  const it = world([torn('a')])
  const first = await read(it, undefined)
  const { read: readObject } = it.store
  it.store.read = async function* () {}
  it.now += HOUR
  const second = await read(it, last(first.states))
  expect(last(second.states)).toMatchObject({ broken: [{ events: 1 }] })
  it.store.read = readObject
  expect((await read(it, last(second.states))).ids).toEqual([])
})

test('a broken file is found again in an hour that is not searched any more', async () => {
  const old = { ...torn('a'), key: `${FOLDER}/date=2020-01-01-00/a.json` }
  const it = world([old, file('b', NOON - HOUR)])
  const first = await read(it, undefined)
  it.now += HOUR
  it.store.files.push({ ...file('late', NOON), key: `${FOLDER}/date=2020-01-01-00/late.json` })
  const second = await read(it, last(first.states))
  expect(second.ids).toEqual([])
  expect(String(second.error)).toMatch(/2020-01-01-00\/a\.json is broken/)
})

test('among the files of a broken one in an old hour, the others do not count', async () => {
  const old = (name: string): MemoryFile => ({
    ...file(name, NOON - MINUTE),
    key: `${FOLDER}/date=2020-01-01-00/${name}.json`,
  })
  const recent = Array.from({ length: 70 }, (_, i) => file(`n${i}`, NOON - MINUTE))
  const it = world([{ ...torn('a'), key: old('a').key }, old('b'), ...recent])
  const first = await read(it, undefined)
  expect(last(first.states)).toMatchObject({ recent: { count: 70 } })
  it.now += HOUR
  const second = await read(it, last(first.states))
  expect(second.ids).toEqual([])
  expect(second.logs.filter((line) => line.includes('are read again'))).toEqual([])
})

test('a broken file of the last minutes that turns out whole is not read again', async () => {
  const it = world([{ ...torn('a'), modified: NOON - MINUTE }])
  const first = await read(it, undefined)
  it.store.read = async function* () {
    yield Buffer.from(`${event('a1')}${event('a2')}`)
  }
  it.now += 5 * MINUTE
  const second = await read(it, last(first.states))
  expect(second.ids).toEqual(['a2'])
  expect(last(second.states)).not.toHaveProperty('broken')
  it.now += 5 * MINUTE
  expect((await read(it, last(second.states))).ids).toEqual([])
})

test('a file that is gone between listing and reading stops no other, and is forgotten once it is not listed', async () => {
  const it = world([file('a', NOON - HOUR), file('b', NOON - HOUR)])
  const { read: readObject } = it.store
  it.store.read = (object, ...range) => {
    if (object.key.endsWith('a.json')) it.store.files.shift()
    return readObject(object, ...range)
  }
  const first = await read(it, undefined)
  expect(first.ids).toEqual(['b'])
  expect(String(first.error)).toMatch(/a\.json is gone/)
  expect(await read(it, last(first.states))).toMatchObject({ ids: [], error: undefined })
})

test('a file that is replaced while it is read is left to the next sync, and stops no other', async () => {
  const it = world([file('a', NOON - HOUR), file('b', NOON - HOUR)])
  const { read: readObject } = it.store
  it.store.read = async function* (object, ...range) {
    if (!object.key.endsWith('a.json')) return yield* readObject(object, ...range)
    it.store.files[0] = file('a', NOON + MINUTE)
    throw new ChangedObjectError('a.json was replaced')
  }
  const first = await read(it, undefined)
  expect(first).toMatchObject({ ids: ['b'], error: expect.any(TransientError) })
  it.store.read = readObject
  it.now += HOUR
  expect(await read(it, last(first.states))).toMatchObject({ ids: ['a'], error: undefined })
})

test('a stream of broken files stops before they are too many to remember', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `f${String(i).padStart(2, '0')}`)
  const { states, error, ids } = await read(world(names.map(torn)), undefined)
  expect(ids.length).toBeLessThan(30)
  expect(String(error)).toMatch(/f20\.json is broken .* and so are 20 files before it/)
  expect(last(states)).toMatchObject({ pass: { after: expect.stringMatching(/f19\.json$/) } })
  expect(JSON.stringify(last(states)).length).toBeLessThan(2_048)
})

// ------------------------------------------------------------------------------------------------------- loose files

const loose = (name: string, content: string): MemoryFile => ({ key: `p/${name}`, content, modified: NOON - HOUR })

test('files outside of event_type= folders are read by every stream that has events there, and by no other', async () => {
  const it = world([
    loose('both.json', event('1') + event('2', CLICK)),
    loose('dumps/clicks.ndjson', event('3', CLICK)),
    file('a', NOON - HOUR),
  ])
  const types = new LooseTypes()
  const opens = await read(it, undefined, { types })
  expect(opens.ids).toEqual(['a', '1'])
  const clicks = await read(it, undefined, { types, stream: CLICK })
  expect(clicks.ids).toEqual(['2', '3'])

  it.store.calls.length = 0
  const none = await read(it, undefined, { types, stream: 'users.messages.email.Send' })
  expect(none).toMatchObject({ ids: [], error: undefined })
  expect(it.store.calls.filter((call) => call.startsWith('read'))).toEqual([])

  it.now += HOUR
  expect((await read(it, last(opens.states))).ids).toEqual([])
  expect((await read(it, last(none.states), { stream: 'users.messages.email.Send' })).ids).toEqual([])
})

test('a loose file counts for the streams that have events in it, whoever reads it first', async () => {
  const it = world([
    loose('both.json', event('1') + event('2', CLICK)),
    loose('click.json', event('3', CLICK.toLowerCase())),
    loose('empty.json', '{"events":[]}'),
  ])
  const types = new LooseTypes()
  const bytes = it.store.files.map(({ content }) => content.length)
  const opens = await read(it, undefined, { types })
  expect(opens.report).toMatchObject({ files: 1, bytes: bytes[0], records: 1 })
  const clicks = await read(it, undefined, { types, stream: CLICK })
  expect(clicks.report).toMatchObject({ files: 2, bytes: (bytes[0] ?? 0) + (bytes[1] ?? 0), records: 2 })
})

test('a pass that was cut off among loose files goes on there', async () => {
  const names = ['x/2', 'x/1', 'w', 'z', 'x.y/3']
  const inFolder = { ...file('a', NOON - HOUR), key: `z/event_type=${OPEN}/a.json` }
  const it = world([...names.map((name) => loose(`${name}.json`, event(name))), inFolder])
  const all = await read(it, undefined, { onOutput: () => (it.now += 6_000) })
  expect([...all.ids].sort()).toEqual(['a', 'w', 'x.y/3', 'x/1', 'x/2', 'z'])
  for (const [i, state] of all.states.entries()) {
    // The first comes after the file in the folder, the last at the end of the pass.
    if (i === 0 || i === all.states.length - 1) continue
    expect(state).toMatchObject({ pass: { part: 'loose' } })
    expect((await read(it, state)).ids).toEqual(all.ids.slice(i + 1))
  }
})

// --------------------------------------------------------------------------------------------------------- the model

const arrival = fc.record({
  root: fc.constantFrom('p/', 'q/x/', ''),
  name: fc.nat({ max: 8 }),
  minute: fc.nat({ max: 120 }),
  late: fc.integer({ min: -14, max: 14 }),
  isLoose: fc.boolean(),
})
const run = fc.record({
  wait: fc.integer({ min: 1, max: 40 }),
  cutOff: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
})

test('every file is read at least once, and once only where no run is cut off between a record and its state', async () => {
  let cuts = 0
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { maxLength: 12 }), fc.array(run, { maxLength: 6 }), async (arrivals, runs) => {
      const files = arrivals.map(({ root, name, minute, late, isLoose }, i) => ({
        key: isLoose ? `${root}${name}.json` : `${root}event_type=${OPEN}/date=2025-04-08-1${name % 3}/${name}.json`,
        content: event(`event ${i}`),
        modified: NOON + (minute - late) * MINUTE,
        visible: NOON + minute * MINUTE,
      }))
      const it = world(files)
      const counts = new Map<string, number>()
      let state: JsonObject | undefined
      let wasCut = false
      for (const { wait, cutOff } of [...runs, { wait: 300, cutOff: undefined }, { wait: 300, cutOff: undefined }]) {
        it.now += wait * MINUTE
        const one = await read(it, state, {
          ...(cutOff !== undefined && { cutOff }),
          onOutput: () => (it.now += 2_000),
        })
        expect(one.error).toBeUndefined()
        for (const id of one.ids) counts.set(id, (counts.get(id) ?? 0) + 1)
        state = last(one.states) ?? state
        wasCut ||= one.unsaved.length > 0
        cuts += cutOff === undefined ? 0 : 1
      }
      // Contents that another took the place of may never have been seen.
      const seen = files.flatMap(({ key }, i) => (files.some((other, j) => j !== i && other.key === key) ? [] : [i]))
      for (const i of seen) {
        const count = counts.get(`event ${i}`) ?? 0
        expect(count).toBeGreaterThanOrEqual(1)
        if (!wasCut) expect(count).toBe(1)
      }
    }),
    { numRuns: 150 },
  )
  expect(cuts).toBeGreaterThan(0)
})

test('a listing that is made before the stream’s turn serves it', async () => {
  const it = world([file('a', NOON - HOUR), file('b', NOON - HOUR)])
  const usual = await read(it, undefined)
  const early = await read(it, undefined, { onListed: () => undefined })
  expect([early.ids, last(early.states), early.estimates]).toEqual([usual.ids, last(usual.states), usual.estimates])
  const next = await read(it, last(early.states), { onListed: () => undefined })
  expect([next.ids, next.error]).toEqual([[], undefined])
})

test('a listing that fails before the stream’s turn fails in its turn, with the stream’s state', async () => {
  const it = world([file('a', NOON - HOUR)])
  const failing: MemoryStore = { ...it.store, list: () => raising(new TransientError('The storage is down.')) }
  const { error, ids } = await read({ ...it, store: failing }, undefined, { onListed: () => undefined })
  expect([String(error), ids]).toEqual(['TransientError: The storage is down.', []])
})

// biome-ignore lint/correctness/useYield: it fails first.
async function* raising(error: Error): AsyncGenerator<never> {
  throw error
}
