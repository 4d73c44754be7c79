import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { AirbyteStreamState } from '../../../src/cdk/protocol.ts'
import { SourceConfig } from '../../../src/config.ts'
import { merge } from '../../../src/local/merge/merge.ts'
import { makePlan } from '../../../src/local/plan/make.ts'
import { beginningOf, plannedShard, sourceOf } from '../../../src/local/plan/shard.ts'
import {
  beginPass,
  breakFile,
  finishFile,
  finishPass,
  type Passing,
  passOver,
  wants,
} from '../../../src/source/cursor.ts'
import { hoursSince } from '../../../src/source/hours.ts'
import { filesOf, hoursOf } from '../../../src/source/listing.ts'
import { findRoots, rootsOf } from '../../../src/source/roots.ts'
import { progressOf, stateOf } from '../../../src/source/state.ts'
import { type MemoryFile, memoryStore } from '../../source/memory-store.ts'

const STREAMS = ['users.messages.email.Open', 'users.messages.email.Click']
const PLANNED = Date.parse('2025-01-10T12:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const { signal } = new AbortController()
const config = SourceConfig.parse({ storage: { provider: 'local', path: '/' }, lookback_hours: 48 })

type Store = ReturnType<typeof memoryStore>
type Read = readonly string[]

/** One pass as a run makes it, but that nothing is decoded. Gives the state, and which files were read. */
async function pass(
  store: Store,
  options: SourceConfig,
  stream: string,
  state: AirbyteStreamState | undefined,
  now: number,
): Promise<{ state: AirbyteStreamState; read: Read }> {
  const found = await findRoots(store, '', hoursSince(0, options))
  const roots = { ...found, roots: rootsOf(found, stream) }
  let cursor: Passing = beginPass(progressOf(stream, state?.stream_state).cursor, now)
  const begun = cursor
  const read: string[] = []
  for await (const file of filesOf(store, roots, begun, hoursOf(begun, options))) {
    if (!wants(begun, file)) cursor = passOver(cursor, file)
    else if (file.object.key.includes('broken')) cursor = breakFile(cursor, file, 0, now)
    else {
      read.push(file.object.key)
      cursor = finishFile(cursor, file)
    }
  }
  return { read, state: { stream_descriptor: { name: stream }, stream_state: stateOf(finishPass(cursor), 'none') } }
}

/** The hashes in a state come in the order of reading, which means nothing. */
const sorted = ({ stream_descriptor, stream_state }: AirbyteStreamState) => {
  const { recent, broken, ...rest } = stream_state as Record<string, unknown>
  return {
    name: stream_descriptor.name,
    ...rest,
    recent: typeof recent === 'string' ? recent.match(/.{8}/g)?.sort() : recent,
    broken: (broken as object[] | undefined)?.map((file) => JSON.stringify(file)).sort(),
  }
}

const folder = fc.constantFrom(
  ...STREAMS.flatMap((stream) => [`event_type=${stream}/`, `x/event_type=${stream}/`]),
  '',
  'dump/',
)
const date = fc.constantFrom(
  '',
  'date=2025-01-09-03/',
  'date=2025-01-10-11/',
  'date=2025-01-10-12/',
  'date=2024-06-01-00/',
)
const file = fc.record({
  folder,
  date,
  name: fc.constantFrom('1', '2', '3', 'broken'),
  /** Before and after the plan, in its margin and outside. */
  minutes: fc.constantFrom(-6000, -20, -10, -1, 0, 1, 30),
  size: fc.integer({ min: 1, max: 9 }),
  /** Not listed before the ordinary run. */
  isLate: fc.boolean(),
})
type File = typeof file extends fc.Arbitrary<infer T> ? T : never

const memoryFile = ({ folder, date, name, minutes, size }: File): MemoryFile => ({
  key: `${folder}${date}${name}.json`,
  content: 'x'.repeat(size),
  modified: PLANNED + minutes * MINUTE,
})

/** Files that are not visible before the plan's moment, or soon after it, can't be dated long before it. */
const isPossible = ({ isLate, minutes }: File): boolean => !isLate || minutes > -15

test('the merged state is the one that a single run would have kept, and the next run reads the same from both', () => {
  const files = fc.uniqueArray(file, { selector: ({ folder, date, name }) => folder + date + name, maxLength: 40 })
  return fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 6 }), async (all, shards) => {
      const possible = all.filter(isPossible)
      const before = memoryStore(possible.filter(({ isLate }) => !isLate).map(memoryFile))
      const after = memoryStore(possible.map(memoryFile))
      const options = {
        store: before,
        config,
        streams: STREAMS,
        states: [],
        shards,
        parallel: shards,
        now: PLANNED,
        signal,
      }
      const plan = await makePlan(options)
      const kept: AirbyteStreamState[][] = []
      const readByShards: string[] = []
      for (const index of plan.shards.keys()) {
        const shard = plannedShard(plan, index)
        const ran = await Promise.all(
          shard.shard.streams.map((stream) => pass(before, sourceOf(shard, config), stream, undefined, PLANNED)),
        )
        kept.push(ran.map(({ state }) => state))
        readByShards.push(...ran.flatMap(({ read }, i) => read.map((key) => `${shard.shard.streams[i]} ${key}`)))
      }
      const merged = merge(plan, kept)
      expect(merged.missing).toEqual([])
      const readAtOnce: string[] = []
      for (const stream of STREAMS) {
        const single = await pass(before, config, stream, undefined, PLANNED)
        readAtOnce.push(...single.read.map((key) => `${stream} ${key}`))
        const state = merged.states.find(({ stream_descriptor }) => stream_descriptor.name === stream)
        expect(state && sorted(state)).toEqual(sorted(single.state))
        const next = await pass(after, config, stream, state, PLANNED + HOUR)
        expect(next.read).toEqual((await pass(after, config, stream, single.state, PLANNED + HOUR)).read)
      }
      expect(readByShards.sort()).toEqual(readAtOnce.sort())
    }),
    { numRuns: 100 },
  )
})

test('more files of the last minutes than a state can name are merged by their number and sum', async () => {
  const files = Array.from({ length: 200 }, (_, i) => ({
    key: `event_type=${STREAMS[0]}/date=2025-01-10-${i < 150 ? '10' : '11'}/${i}.json`,
    content: 'x',
    modified: PLANNED - i,
  }))
  const store = memoryStore(files)
  const [stream = ''] = STREAMS
  const plan = await makePlan({
    store,
    config,
    streams: [stream],
    states: [],
    shards: 2,
    parallel: 2,
    now: PLANNED,
    signal,
  })
  const kept = await Promise.all(
    [0, 1].map(async (i) => [
      (await pass(store, sourceOf(plannedShard(plan, i), config), stream, undefined, PLANNED)).state,
    ]),
  )
  const [state] = merge(plan, kept).states
  expect(state && sorted(state)).toEqual(sorted((await pass(store, config, stream, undefined, PLANNED)).state))
  expect(state?.stream_state?.['recent']).toMatchObject({ count: 200 })
})

const hour = (n: number) => `event_type=${STREAMS[0]}/date=2025-01-09-0${n}/1.json`
const twoHours = memoryStore([1, 2].map((n) => ({ key: hour(n), content: 'xx', modified: PLANNED - HOUR })))
const planOf = (shards: number, states: readonly AirbyteStreamState[] = []) =>
  makePlan({ store: twoHours, config, streams: STREAMS, states, shards, parallel: shards, now: PLANNED, signal })
const doneUntil = (name: string, since: number, more = {}): AirbyteStreamState => ({
  stream_descriptor: { name },
  stream_state: { ...stateOf({ since, recent: [], broken: [] }, 'none'), ...more },
})

test('names the shards that have not begun or are not done', async () => {
  const plan = await planOf(3)
  const [one = '', other = ''] = plan.shards[0]?.streams ?? []
  const underWay = doneUntil(one, 0, { pass: { started: plan.written_until } })
  expect(merge(plan, [[underWay, doneUntil(other, PLANNED)], undefined, undefined]).missing).toEqual([
    `Shard 0 is not done. Left: 1 of 2 streams, as ${one}.`,
    'Shard 1 has not begun: it has kept no state.',
  ])
})

test('refuses states of another plan', async () => {
  const plan = await planOf(1)
  expect(() => merge(plan, [[doneUntil(STREAMS[0] ?? '', PLANNED + 1)]])).toThrow(
    'shard 0 (--state) is of another plan',
  )
})

test.each([
  ['is of a sync that did not come to its end', { pass: { started: '2025-01-01T00:00:00.000Z' } }],
  ['was made minutes after many files were written', { recent: { count: 100, sum: 1 } }],
  ['lies in the future', { _ab_source_file_last_modified: '2030-01-01T00:00:00.000Z' }],
])('does not divide a state that %s', async (reason, more) => {
  await expect(planOf(2, [doneUntil(STREAMS[0] ?? '', 0, more)])).rejects.toThrow(reason)
})

test('a broken file that a state knows is tried again by the shard of its hour', async () => {
  const broken = ['2025-01-09-01', '2025-01-09-02', undefined].map((date, i) => ({
    hash: `hash000${i}`,
    ...(date && { date }),
    first: '2025-01-09T00:00:00.000Z',
    events: 0,
  }))
  const [name = ''] = STREAMS
  const plan = await planOf(2, [doneUntil(name, 1, { broken })])
  const own = [0, 1].map((i) =>
    beginningOf(plannedShard(plan, i), [])
      .filter(({ stream_descriptor }) => stream_descriptor.name === name)
      .flatMap(({ stream_state }) => (stream_state?.['broken'] as { hash: string }[] | undefined) ?? []),
  )
  const hashes = own.map((files) => files.map(({ hash }) => hash))
  expect(hashes.flat().sort()).toEqual(['hash0000', 'hash0001', 'hash0002'])
  expect(Math.max(...hashes.map(({ length }) => length))).toBe(2)
})
