/** The destination as the platform runs it: arguments and stdin in, stdout and HTTP requests out. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type FakeService, fakeService, type Script } from './fakes/service.ts'
import type { SourceMessage } from './platform/books.ts'
import { type Replicated, type Replication, replicate } from './platform/platform.ts'

const SENT = 'users.messages.email.Send'
const OPENED = 'users.messages.email.Open'
const KEY = 'write-key-that-nobody-may-see'
// A few processes a test, on a machine that may be busy.
jest.setTimeout(120_000)

let service: FakeService
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'write-'))
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

const event = (stream: string, id: string, more: object = {}): SourceMessage => ({
  stream,
  data: JSON.stringify({ id, time: 1_700_000_000, user_id: 'braze', external_user_id: 'customer', ...more }),
})

/** With numbers that JavaScript's can't hold. */
const state = (stream: string | undefined, n: number): SourceMessage => ({
  state: stream,
  blob: `{"n":${n}, "big":9007199254740993,"huge":1e39,"small":-0.0,"text":"\\u00fc\\u2028😀"}`,
})

const catalog = (...streams: readonly string[]) => ({
  streams: streams.map((name) => ({
    stream: { name, json_schema: { type: 'object' }, supported_sync_modes: ['full_refresh', 'incremental'] },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  })),
})

/** One sync into Segment, as the fake service plays it. */
async function sync(
  messages: Replication['messages'],
  { script = [], config = {}, ...more }: Partial<Replication> & { readonly script?: Script } = {},
): Promise<Replicated> {
  service = await fakeService(script)
  return replicate({
    messages,
    config: { destination: { service: 'segment', write_key: KEY, endpoint: service.url }, ...config },
    catalog: catalog(SENT, OPENED),
    arrived: (data) => {
      const { id } = JSON.parse(data)
      return service.delivered.some(({ messageId }) => messageId === id)
    },
    ...more,
  })
}

const ids = () => service.delivered.map(({ messageId }) => messageId)

const run = (count: number): SourceMessage[] =>
  Array.from({ length: count }, (_, i) => [
    event(i % 3 ? SENT : OPENED, `e${i}`),
    ...(i % 100 === 99 ? [state(i % 200 === 99 ? SENT : OPENED, i)] : []),
  ]).flat()

describe('the platform', () => {
  test('gets every state back, once, in order, untouched, and no sooner than its records have arrived', async () => {
    const messages = [...run(1100), state(SENT, 1), state(OPENED, 2), state(undefined, 3)]
    const result = await sync(messages)
    expect(result).toMatchObject({ code: 0, problems: [], errors: [], stderr: '' })
    expect(result.states.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    expect(new Set(ids()).size).toBe(1100)
    expect(ids()).toHaveLength(1100)
  })

  test('gets states back in the middle of a sync, before stdin ends', async () => {
    let release: () => void = () => {}
    const acknowledged = new Promise<void>((resolve) => {
      release = resolve
    })
    async function* messages() {
      yield* run(600)
      await acknowledged
      yield state(SENT, 1)
    }
    const result = await sync(messages(), { onState: () => release() })
    expect(result).toMatchObject({ code: 0, problems: [] })
  })

  test('needs no records', async () => {
    const result = await sync([state(SENT, 1), state(undefined, 2)])
    expect(result).toMatchObject({ code: 0, problems: [], states: [{ recordCount: 0 }, { recordCount: 0 }] })
  })

  test('needs no states and no COMPLETE', async () => {
    expect(await sync([event(SENT, 'a')], { completes: false })).toMatchObject({ code: 0, problems: [], states: [] })
    expect(ids()).toEqual(['a'])
  })

  test('may number its generations', async () => {
    expect(await sync([event(SENT, 'a'), state(SENT, 1)], { generation: 3 })).toMatchObject({ code: 0, problems: [] })
  })

  test('may ask for a sync mode that nobody knows', async () => {
    const { streams } = catalog(SENT)
    const modes = { sync_mode: 'of_the_future', destination_sync_mode: 'of_the_future' }
    const result = await sync([event(SENT, 'a')], {
      catalog: { streams: streams.map((one) => ({ ...one, ...modes })) },
    })
    expect(result.code).toBe(0)
  })

  test('learns before anything is sent that a stream is no event', async () => {
    const result = await sync([event(SENT, 'a')], { catalog: catalog(SENT, 'orders') })
    expect(result).toMatchObject({
      code: 1,
      errors: [{ failure_type: 'config_error', message: expect.stringContaining('orders') }],
    })
    expect(service.requests).toEqual([])
  })
})

describe('the service', () => {
  /** It has arrived, or is the one that is refused. */
  const isKnown = (data: string) => ['e7', ...ids()].includes(JSON.parse(data).id)

  test('may be in trouble for a while', async () => {
    const result = await sync([...run(1100), state(undefined, 1)], { script: [503, 'reset', 200, 'reset-early'] })
    expect(result).toMatchObject({ code: 0, problems: [], errors: [] })
    expect(new Set(ids()).size).toBe(1100)
  })

  test.each([
    [401, 'Check the write key'],
    [404, 'Check the address'],
    [302, 'events and keys are not sent elsewhere'],
  ])('stops the sync with %i, while the source goes on', async (status, remedy) => {
    async function* endless() {
      yield* run(600)
      // The platform keeps stdin open until the destination has ended.
      await new Promise(() => {})
    }
    const script = () => ({ status, headers: { location: 'https://elsewhere.example' }, body: `key ${KEY}` })
    const result = await sync(endless(), { script })
    expect(result).toMatchObject({ code: 1, problems: [], states: [] })
    expect(result.errors).toMatchObject([{ failure_type: 'config_error', message: expect.stringContaining(remedy) }])
    expect(result.stdout + result.stderr).not.toContain(KEY)
  })

  test('may refuse one event', async () => {
    const bad = ({ events }: { readonly events: FakeService['delivered'] }) =>
      events.some(({ messageId }) => messageId === 'e7')
    const script: Script = (request) => (bad(request) ? { status: 400, body: 'e7 is bad' } : 200)
    const store = { storage_type: 'Local', bucket_path: folder }
    const result = await sync([...run(20), state(undefined, 1)], {
      script,
      config: { object_storage_config: store },
      env: { WORKER_JOB_ID: '42' },
      arrived: isKnown,
    })
    expect(result).toMatchObject({ code: 0, problems: [], states: [{ recordCount: 19, rejectedRecordCount: 1 }] })
    const file = join(folder, `${new Date().toISOString().slice(0, 10)}-42.jsonl`)
    const line = await readFile(file, 'utf8')
    expect(JSON.parse(line)).toMatchObject({
      type: 'RECORD',
      record: { stream: SENT, data: { id: 'e7' } },
      rejected: { reason: 'refused_by_service', message: 'e7 is bad', status: 400, at: expect.any(String) },
    })
  })

  test('fails the sync with an event it refuses, if such records are kept nowhere', async () => {
    const script: Script = ({ events }) => (events.some(({ messageId }) => messageId === 'e7') ? 400 : 200)
    const result = await sync([state(OPENED, 0), ...run(20), state(SENT, 1), state(OPENED, 2)], {
      script,
      arrived: isKnown,
    })
    expect(result).toMatchObject({ code: 1, problems: [] })
    expect(result.states.map(({ id }) => id)).toEqual([1, 3])
    expect(result.errors).toMatchObject([
      { failure_type: 'config_error', message: expect.stringContaining('Set object_storage_config') },
    ])
    expect(ids()).toHaveLength(19)
  })
})

test('the file of rejected records can be sent again', async () => {
  const config = { object_storage_config: { storage_type: 'Local', bucket_path: folder } }
  const env = { WORKER_JOB_ID: '1' }
  const known = () => true
  const first = await sync(run(5), { script: () => 400, config, env, arrived: known })
  expect(first).toMatchObject({ code: 0, problems: [] })
  expect(ids()).toEqual([])
  await service.close()
  service = await fakeService()
  const lines = await readFile(join(folder, `${new Date().toISOString().slice(0, 10)}-1.jsonl`), 'utf8')
  const again = await replicate({
    messages: [],
    lines: lines.trim().split('\n'),
    config: { destination: { service: 'segment', write_key: KEY, endpoint: service.url } },
    catalog: catalog(SENT, OPENED),
    arrived: known,
  })
  expect(again).toMatchObject({ code: 0, problems: [] })
  expect([...ids()].sort()).toEqual(['e0', 'e1', 'e2', 'e3', 'e4'])
})

describe('a sync that ends early', () => {
  test('by SIGTERM sends what it has, returns the states that are safe, and exits with 143', async () => {
    async function* messages() {
      yield* run(550)
      yield state(SENT, 1)
      await new Promise(() => {})
    }
    let isAsked = false
    const result = await sync(messages(), {
      onState: (_, connector) => {
        // A second one would end it at once, or meet a process that is no longer there to answer with 143.
        if (!isAsked) connector.kill('SIGTERM')
        isAsked = true
      },
      completes: false,
    })
    expect(result).toMatchObject({ code: 143, problems: [], errors: [] })
    expect(ids().length).toBeGreaterThanOrEqual(500)
    expect(result.states.length).toBeGreaterThanOrEqual(5)
  })

  test('by SIGKILL and goes on from the last state has delivered every event', async () => {
    const messages = Array.from({ length: 3000 }, (_, i) => [
      event(SENT, `e${i}`),
      ...(i % 100 === 99 ? [state(SENT, i)] : []),
    ]).flat()
    const killed = await sync(messages, { onState: (_, connector) => connector.kill('SIGKILL') })
    expect(killed).toMatchObject({ signal: 'SIGKILL', problems: [] })
    const before = new Set(ids())
    await service.close()
    const saved = killed.states.at(-1)?.id ?? 0
    expect(saved).toBeLessThan(30)
    expect(await sync(messages.slice(saved * 101))).toMatchObject({ code: 0, problems: [] })
    expect(new Set([...before, ...ids()]).size).toBe(3000)
  })

  test('by a closed stdout stops and exits with 1', async () => {
    async function* messages() {
      for (;;) yield* run(600)
    }
    const result = await sync(messages(), { onState: (_, connector) => connector.closeStdout() })
    expect(result).toMatchObject({ code: 1, problems: [] })
  })
})
