import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventTypes, publishedStream } from '../src/catalog.ts'
import type { AirbyteStreamState } from '../src/cdk/protocol.ts'
import { type SampleReport, sampleExport } from '../src/local/sample/sample.ts'
import { runSource, type SourceRan } from './platform/source.ts'

const OPEN = 'users.messages.email.Open'
const scratch = mkdtempSync(join(tmpdir(), 'read-'))
/** Every event type, in Avro and in Custom HTTP JSON outside of event_type= folders. */
let all: SampleReport
let mail: SampleReport
let cases = 0

beforeAll(async () => {
  all = await sampleExport({ out: join(scratch, 'all'), events: 600, hours: 2, format: 'both' })
  mail = await sampleExport({
    out: join(scratch, 'mail'),
    events: 6_000,
    hours: 3,
    streams: '*.email.*',
    codec: 'deflate',
  })
})
afterAll(() => rmSync(scratch, { recursive: true }))

/** A copy of an export, and how to read it. */
function setUp(name: 'all' | 'mail', more: object = {}) {
  const path = join(scratch, `case-${cases++}`)
  cpSync(join(scratch, name), path, { recursive: true })
  const config = { storage: { provider: 'local', path }, ...more }
  const report = name === 'all' ? all : mail
  return { path, config, report, catalog: catalogOf(Object.keys(report.types)) }
}

const catalogOf = (names: readonly string[], sync_mode = 'incremental') => ({
  streams: names.map((name) => {
    const type = eventTypes().get(name)
    const stream = type ? publishedStream(type) : { name, json_schema: {}, supported_sync_modes: ['incremental'] }
    return { stream, sync_mode, destination_sync_mode: 'append' }
  }),
})

const idsOf = ({ records }: SourceRan): string[] => records.map(({ stream, data }) => `${stream} ${data['id']}`)

const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.avro'))
    .sort()

test.each(['all', 'mail'] as const)(
  'reads every event of the export "%s" once, and nothing the next time',
  async (name) => {
    const { config, catalog, report } = setUp(name)
    const first = await runSource({ command: 'read', config, catalog })
    expect(first).toMatchObject({ code: 0, problems: [], errors: [], stderr: '' })
    expect(new Set(idsOf(first)).size).toBe(report.unique)
    expect(first.records).toHaveLength(report.unique)
    expect(first.states).toHaveLength(catalog.streams.length)
    const second = await runSource({ command: 'read', config, catalog, states: first.states })
    expect(second).toMatchObject({ code: 0, problems: [], records: [] })
    expect(second.states).toHaveLength(catalog.streams.length)
  },
)

test('killed again and again it goes on from its last states, and every event arrives', async () => {
  const { config, catalog, report } = setUp('mail')
  const ids = new Set<string>()
  const states = new Map<string, AirbyteStreamState>()
  for (const mostStates of [1, 2, 3, Number.POSITIVE_INFINITY]) {
    let seen = 0
    const run = await runSource({
      command: 'read',
      config,
      catalog,
      states: [...states.values()],
      onMessage: ({ type }, kill) => void (type === 'STATE' && ++seen === mostStates && kill('SIGKILL')),
    })
    expect(run.problems).toEqual([])
    for (const id of idsOf(run)) ids.add(id)
    for (const state of run.states) states.set(state.stream_descriptor.name, state)
  }
  expect(ids.size).toBe(report.unique)
})

test('asked to stop it says what is safe, and ends with 143', async () => {
  const { config, catalog, report } = setUp('mail')
  let records = 0
  const stopped = await runSource({
    command: 'read',
    config,
    catalog,
    onMessage: ({ type }, kill) => void (type === 'RECORD' && ++records === 10 && kill('SIGTERM')),
  })
  expect(stopped).toMatchObject({ code: 143, problems: [], errors: [] })
  const rest = await runSource({ command: 'read', config, catalog, states: stopped.states })
  expect(new Set([...idsOf(stopped), ...idsOf(rest)]).size).toBe(report.unique)
})

test('a full refresh reads everything again, and nothing more when it is complete', async () => {
  const { config, report } = setUp('mail')
  const catalog = catalogOf(Object.keys(report.types), 'full_refresh')
  const first = await runSource({ command: 'read', config, catalog })
  expect(first.records).toHaveLength(report.unique)
  const again = await runSource({ command: 'read', config, catalog, states: first.states })
  expect(again).toMatchObject({ code: 0, records: [], problems: [] })
  expect(again.states).toEqual(first.states)
})

test('a file that is cut off fails its stream only, and is read once it is whole', async () => {
  const { config, catalog, path, report } = setUp('mail')
  const [name = ''] = filesIn(path).filter((file) => file.includes(`event_type=${OPEN}/`))
  const whole = readFileSync(join(path, name))
  truncateSync(join(path, name), whole.length - 20)
  const first = await runSource({ command: 'read', config, catalog })
  expect(first).toMatchObject({ code: 1, problems: [] })
  expect(first.errors).toEqual([
    {
      stream: OPEN,
      failure_type: 'transient_error',
      message: expect.stringMatching(/^1 file\(s\) of stream .*event_type=.*\.avro is broken at byte \d+: /),
    },
  ])
  for (const [stream, statuses] of Object.entries(first.statuses)) {
    expect(statuses.at(-1)).toBe(stream === OPEN ? 'INCOMPLETE' : 'COMPLETE')
  }
  rmSync(join(path, name))
  writeFileSync(join(path, name), whole)
  const second = await runSource({ command: 'read', config, catalog, states: first.states })
  expect(second).toMatchObject({ code: 0, problems: [], errors: [] })
  expect(new Set([...idsOf(first), ...idsOf(second)]).size).toBe(report.unique)
})

test('new files are read, wherever they lie', async () => {
  const { config, catalog, path } = setUp('mail')
  const first = await runSource({ command: 'read', config, catalog })
  const later = await sampleExport({
    out: path,
    events: 200,
    hours: 2,
    seed: 2,
    streams: '*.email.*',
    end: new Date(Date.now() - 100 * 3_600_000),
  })
  const second = await runSource({ command: 'read', config, catalog, states: first.states })
  expect(second).toMatchObject({ code: 0, problems: [] })
  expect(new Set(idsOf(second)).size).toBe(later.unique)
})

test('folders may spell an event type differently, and hold types that nobody has described', async () => {
  const { config, path, report } = setUp('mail')
  const [name = ''] = filesIn(path).filter((file) => file.includes(`event_type=${OPEN}/`))
  const [before = ''] = name.split('event_type=')
  renameSync(join(path, before, `event_type=${OPEN}`), join(path, before, `event_type=${OPEN.toLowerCase()}`))
  mkdirSync(join(path, 'other/event_type=users.messages.fax.Send/date=2026-01-01-00'), { recursive: true })
  const event = { event_type: 'users.messages.fax.Send', id: 'f1', time: 1, user: {}, properties: { fax: '+1' } }
  writeFileSync(
    join(path, 'other/event_type=users.messages.fax.Send/date=2026-01-01-00/a.json'),
    JSON.stringify({ events: [event] }),
  )
  const run = await runSource({ command: 'read', config, catalog: catalogOf([OPEN, 'users.messages.fax.Send']) })
  expect(run).toMatchObject({ code: 0, problems: [], errors: [] })
  expect(run.records.filter(({ stream }) => stream === OPEN)).toHaveLength(report.types[OPEN]?.unique ?? Number.NaN)
  expect(run.records.filter(({ stream }) => stream !== OPEN)).toMatchObject([{ data: { id: 'f1', fax: '+1' } }])
})

test('Avro files outside of event_type= folders say their event type themselves', async () => {
  const { config, catalog, path, report } = setUp('mail')
  mkdirSync(join(path, 'flat'))
  for (const [i, name] of filesIn(path).entries()) renameSync(join(path, name), join(path, 'flat', `${i}.avro`))
  rmSync(join(path, 'currents'), { recursive: true })
  const first = await runSource({ command: 'read', config, catalog })
  expect(first).toMatchObject({ code: 0, problems: [], errors: [] })
  expect(first.records).toHaveLength(report.unique)
  for (const [type, { unique }] of Object.entries(report.types)) {
    expect([type, first.records.filter(({ stream }) => stream === type).length]).toEqual([type, unique])
  }
  const second = await runSource({ command: 'read', config, catalog, states: first.states })
  expect(second).toMatchObject({ code: 0, records: [] })
})

test('a prefix limits what is read', async () => {
  const { config, catalog, path } = setUp('mail')
  cpSync(join(path, 'currents'), join(path, 'currents-test'), { recursive: true })
  const one = await runSource({ command: 'read', config: { ...config, path_prefix: 'currents' }, catalog })
  expect(one.records).toHaveLength(mail.unique)
  const none = await runSource({ command: 'read', config: { ...config, path_prefix: 'elsewhere/' }, catalog })
  expect(none).toMatchObject({ code: 0, records: [], problems: [] })
  expect(none.logs).toContainEqual(expect.stringMatching(/^WARN .*elsewhere\/ holds no files of a Currents export/))
})

test('events that were exported twice come twice if nothing is to be removed', async () => {
  const { config, catalog, report } = setUp('mail')
  const run = await runSource({ command: 'read', config: { ...config, deduplicate: false }, catalog })
  expect(report.duplicates).toBeGreaterThan(0)
  expect(run.records).toHaveLength(report.unique + report.duplicates)
})

test('personal data and addresses of files are as configured', async () => {
  const personal_data = { policy: 'redact' }
  const { config } = setUp('mail', { personal_data, include_file_url: true })
  const { records } = await runSource({ command: 'read', config, catalog: catalogOf([OPEN]) })
  for (const { data } of records) {
    expect(data).toMatchObject({
      email_address: '[REDACTED]',
      _ab_source_file_url: expect.stringMatching(/^file:.*avro$/),
    })
  }
})

test('a state far in the future gives a state and no records', async () => {
  const { config, catalog } = setUp('mail')
  const states = catalog.streams.map(({ stream: { name } }) => ({
    stream_descriptor: { name },
    stream_state: { _ab_source_file_last_modified: '2999-12-31T00:00:00.000Z' },
  }))
  const run = await runSource({ command: 'read', config, catalog, states })
  expect(run).toMatchObject({ code: 0, records: [], problems: [] })
  expect(run.states).toHaveLength(states.length)
})

test.each([
  ['a stream that does not exist', ['no.such.Stream'], undefined, /no stream "no.such.Stream"/],
  ['a state that is none', [OPEN], { cursor: 'nonsense' }, /Reset the stream/],
])('%s is a mistake of the configuration, and stops no other stream', async (_, names, stream_state, message) => {
  const { config } = setUp('mail')
  const [name = ''] = names
  const states = stream_state ? [{ stream_descriptor: { name }, stream_state }] : []
  const catalog = catalogOf([...names, 'users.messages.email.Send'])
  const run = await runSource({ command: 'read', config, catalog, states })
  expect(run).toMatchObject({ code: 1, problems: [] })
  expect(run.errors).toEqual([{ stream: name, failure_type: 'config_error', message: expect.stringMatching(message) }])
  expect(run.statuses['users.messages.email.Send']?.at(-1)).toBe('COMPLETE')
})

test('a folder that does not exist is named', async () => {
  const { catalog } = setUp('mail')
  const config = { storage: { provider: 'local', path: join(scratch, 'nowhere') } }
  const run = await runSource({ command: 'read', config, catalog })
  expect(run).toMatchObject({ code: 1, records: [] })
  expect(run.errors).toMatchObject([
    { failure_type: 'config_error', message: expect.stringMatching(/nowhere does not exist/) },
  ])
})
