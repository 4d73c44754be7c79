import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals'
import { eventTypes } from '../src/catalog.ts'
import { type Collector, type CollectorOptions, startCollector } from '../src/local/collector/collector.ts'
import { type SampleReport, sampleExport } from '../src/local/sample/sample.ts'
import { runCli, type Started, startCli } from './command_line.ts'
import { type FakeS3, type FakeS3Options, fakeS3 } from './fakes/s3.ts'

const KEY = 'a-secret-write-key'
/** Within the look-back of a sync that runs now. */
const END = new Date()
const HOUR_MS = 3_600_000
// Each test runs several processes.
jest.setTimeout(180_000)

const scratch = mkdtempSync(join(tmpdir(), 'sync-'))
const collectors: Collector[] = []
const servers: FakeS3[] = []
/** Every event type, in small numbers. */
let all: SampleReport
/** Fewer files, but enough events for several requests. */
let mail: SampleReport
let cases = 0

beforeAll(async () => {
  all = await sampleExport({ out: join(scratch, 'all'), events: 1500, hours: 2, end: END, format: 'both' })
  mail = await sampleExport({ out: join(scratch, 'mail'), events: 4000, hours: 1, end: END, streams: '*.email.*' })
})
afterEach(() => Promise.all([...collectors.splice(0), ...servers.splice(0)].map((server) => server.close())))
afterAll(() => rmSync(scratch, { recursive: true }))

/** A folder with two configurations, and a collector to sync to. */
async function setUp(exportName: 'all' | 'mail', options: Partial<CollectorOptions> = {}) {
  const service = options.service ?? 'segment'
  const collector = await startCollector({ service, writeKeys: [KEY], ...options })
  collectors.push(collector)
  const folder = join(scratch, `case-${cases++}`)
  cpSync(join(scratch, exportName), join(folder, 'export'), { recursive: true, preserveTimestamps: true })
  const write = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value))
  write('source.json', { storage: { provider: 'local', path: join(folder, 'export') } })
  const address = service === 'segment' ? { endpoint: collector.url } : { data_plane_url: collector.url }
  write('destination.json', { destination: { service, write_key: KEY, ...address } })
  const state = join(folder, 'state.json')
  const args = [
    'sync',
    ...['--source-config', join(folder, 'source.json'), '--destination-config', join(folder, 'destination.json')],
    ...['--state', state],
  ]
  return { collector, folder, state, args }
}

const namesOf = ({ types }: SampleReport, nameOf: (type: string) => string) => {
  const names: Record<string, number> = {}
  for (const [type, { unique }] of Object.entries(types)) names[nameOf(type)] = (names[nameOf(type)] ?? 0) + unique
  return names
}

test.each([
  ['segment', (type: string) => eventTypes().get(type)?.segment_names.default ?? type],
  ['rudderstack', (type: string) => type],
] as const)(
  'delivers every event of an export to %s once, and finds nothing new afterwards',
  async (service, nameOf) => {
    const { collector, args } = await setUp('all', { service })
    const first = await runCli(...args)
    expect(first.stderr).not.toMatch(/ERROR|WARN/)
    expect(first.code).toBe(0)
    expect(collector.stats()).toMatchObject({ unique: all.unique, duplicates: 0, dropped: {} })
    expect(collector.stats().events).toEqual(namesOf(all, nameOf))
    expect(first.stdout).toContain('1,500 read = 1,500 delivered + 0 skipped + 0 rejected')
    const { requests } = collector.stats()
    const second = await runCli(...args)
    expect(second).toMatchObject({ code: 0, stdout: 'Nothing new in 106 streams.\n' })
    expect(collector.stats().requests).toBe(requests)
  },
)

test('finds a file that arrives late in an old hour, and delivers nothing else again', async () => {
  const { collector, folder, args } = await setUp('mail')
  await runCli(...args)
  const streams = 'users.behaviors.Purchase'
  const late = await sampleExport({
    out: join(folder, 'other'),
    events: 5,
    hours: 1,
    seed: 2,
    streams,
    end: new Date(END.getTime() - 24 * HOUR_MS),
  })
  for (const name of readdirSync(join(folder, 'other'), { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.avro')) utimesSync(join(folder, 'other', name), new Date(), new Date())
  }
  cpSync(join(folder, 'other'), join(folder, 'export'), { recursive: true, preserveTimestamps: true })
  const { code, stdout } = await runCli(...args)
  expect(code).toBe(0)
  expect(stdout).toContain(`${late.unique} read = ${late.unique} delivered`)
  expect(collector.stats()).toMatchObject({ unique: mail.unique + late.unique, duplicates: 0 })
})

test('killed in the middle, again and again, it goes on and every event arrives', async () => {
  let victim: Started | undefined
  let left = 0
  const onRequest = () => void (--left === 0 && victim?.process.kill('SIGKILL'))
  const { collector, state, args } = await setUp('mail', { onRequest })
  for (left of [1, 3, 2]) {
    victim = startCli(...args)
    expect((await victim.ended).signal).toBe('SIGKILL')
    if (existsSync(state)) expect(JSON.parse(readFileSync(state, 'utf8'))).toBeInstanceOf(Array)
  }
  expect(collector.stats().unique).toBeLessThan(mail.unique)
  const last = await runCli(...args)
  expect(last).toMatchObject({ code: 0 })
  expect(collector.stats()).toMatchObject({ unique: mail.unique, dropped: {} })
})

test('interrupted, it ends with 130, keeps what is done, and goes on from there', async () => {
  const { collector, args } = await setUp('mail', {
    onRequest: (before) => void (before === 2 && run.process.kill('SIGINT')),
  })
  const run = startCli(...args)
  expect(await run.ended).toMatchObject({ code: 130 })
  expect(collector.stats().unique).toBeLessThan(mail.unique)
  expect(await runCli(...args)).toMatchObject({ code: 0 })
  expect(collector.stats()).toMatchObject({ unique: mail.unique, dropped: {} })
})

/** A sync whose export lies in a bucket, and whose state is to lie in another. */
async function setUpBucket(options: Partial<CollectorOptions> = {}, bucket: FakeS3Options = {}) {
  const { folder, collector, args } = await setUp('mail', options)
  const s3 = await fakeS3(bucket)
  servers.push(s3)
  for (const name of readdirSync(join(folder, 'export'), { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, 'export', name)
    if (statSync(path).isFile()) s3.put(name, readFileSync(path), { modified: statSync(path).mtime })
  }
  writeFileSync(join(folder, 'source.json'), JSON.stringify({ storage: s3.config }))
  const puts = () => s3.requests.filter(({ method }) => method === 'PUT').length
  return { s3, collector, puts, args: [...args.slice(0, -1), `s3://exports/${STATE}`] }
}

const STATE = 'braze/state'

test('keeps the state in the bucket, with the credentials of the source, and goes on from there', async () => {
  const { s3, collector, puts, args } = await setUpBucket()
  expect(await runCli(...args)).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/ERROR|WARN/) })
  expect(collector.stats()).toMatchObject({ unique: mail.unique, duplicates: 0 })
  expect(JSON.parse(String(s3.get(STATE)?.content))).toContainEqual(expect.objectContaining({ type: 'STREAM' }))
  const [before, { requests }] = [puts(), collector.stats()]
  // Every few seconds, and at the end.
  expect(before).toBeLessThan(10)
  expect(await runCli(...args)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing new/) })
  expect(collector.stats().requests).toBe(requests)
})

test('the state may lie in a bucket of another region', async () => {
  const { args } = await setUpBucket({}, { elsewhere: { states: 'us-west-2' } })
  const there = [...args.slice(0, -1), 's3://states/braze']
  expect(await runCli(...there)).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/ERROR|WARN/) })
  expect(await runCli(...there)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing new/) })
})

test('two syncs with one state in a bucket are noticed, and the state of the other is left as it is', async () => {
  let s3: FakeS3 | undefined
  const theirs = '[]\n'
  const { args, ...made } = await setUpBucket({ onRequest: (before) => void (before === 1 && s3?.put(STATE, theirs)) })
  s3 = made.s3
  const { code, stdout, stderr } = await runCli(...args)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: The state s3:\/\/exports\/braze\/state is in use by another sync: .*$/m)
  expect(stdout).toContain('delivered')
  expect(String(s3.get(STATE)?.content)).toBe(theirs)
})

test('a state that can not be saved ends the sync with 1, and says which permission is missing', async () => {
  const { s3, args } = await setUpBucket()
  // Before any of them could have been.
  s3.fault({ on: 'other', refuse: { status: 403, code: 'AccessDenied' }, times: 1000 })
  const { code, stderr } = await runCli(...args)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: s3:\/\/exports\/braze\/state refused to be written .*s3:PutObject/m)
  expect(s3.get(STATE)).toBeUndefined()
})

test('refuses a state that the source would read with the export', async () => {
  const { args } = await setUpBucket()
  const { code, stderr } = await runCli(...args.slice(0, -1), 's3://exports/state.json')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: The state s3:.* would be read as a file of the export\. /)
})

test('a dry run leaves the state in the bucket as it is', async () => {
  const { puts, args } = await setUpBucket()
  expect(await runCli(...args, '--dry-run')).toMatchObject({ code: 0 })
  expect(puts()).toBe(0)
})

test('what is no place for a state is said to be so', async () => {
  const { collector, args } = await setUp('mail')
  const { code, stderr } = await runCli(...args.slice(0, -1), 'ftp://host/state.json')
  expect([code, collector.stats().requests]).toEqual([1, 0])
  expect(stderr).toMatch(/^Error: "ftp:\/\/host\/state\.json" \(--state\) is no place for a state\. /)
})

test('a dry run counts everything, sends nothing and keeps no state', async () => {
  const { collector, state, args } = await setUp('all')
  const { code, stdout } = await runCli(...args, '--dry-run', '--streams', 'users.messages.email.*,!*.Delivery')
  expect(code).toBe(0)
  expect(stdout).toMatch(/\d+ read = \d+ deliverable \+ 0 skipped/)
  expect(stdout).toContain('nothing was sent')
  expect(stdout).not.toMatch(/Delivery|sms/)
  expect(collector.stats().requests).toBe(0)
  expect(existsSync(state)).toBe(false)
})

test('says what is wrong in one line, without the key, and exits with 1', async () => {
  const { collector, args } = await setUp('mail', { service: 'rudderstack', writeKeys: ['another'] })
  const { code, stdout, stderr } = await runCli(...args)
  expect(code).toBe(1)
  expect(stderr).toMatch(/Error: .*(401|key)/)
  expect(stdout + stderr).not.toContain(KEY)
  expect(collector.stats().unique).toBe(0)
})

test('prints JSON for programs, nothing else', async () => {
  const { args } = await setUp('all')
  const { code, stdout, stderr } = await runCli(...args, '--json', '--streams', 'users.messages.email.*')
  expect([code, stderr]).toEqual([0, ''])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const report = lines.at(-1)
  expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['progress', 'report']))
  expect(report.total.read).toBe(report.total.delivered)
  expect(report.streams.every(({ stream }: { stream: string }) => stream.startsWith('users.messages.email.'))).toBe(
    true,
  )
})

test('reaches the end through a service that fails now and then', async () => {
  const { collector, args } = await setUp('mail', { failRate: 0.15, seed: 35 })
  expect(await runCli(...args)).toMatchObject({ code: 0 })
  expect(collector.stats()).toMatchObject({ unique: mail.unique, dropped: {} })
  expect(Object.keys(collector.stats().answers).length).toBeGreaterThan(1)
})
