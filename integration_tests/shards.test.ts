/** An export that several processes read, each its shard of a plan. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, jest, test } from '@jest/globals'
import { type Collector, type CollectorOptions, startCollector } from '../src/local/collector/collector.ts'
import { type SampleOptions, sampleExport } from '../src/local/sample/sample.ts'
import { runCli, type Started, startCli } from './command_line.ts'

const HOUR_MS = 3_600_000
const END = new Date()
// Many processes, on machines with few processors.
jest.setTimeout(400_000)

const CATALOG = fileURLToPath(new URL('../catalogs/configured/all_events.json', import.meta.url))

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

const scratch = mkdtempSync(join(tmpdir(), 'shards-'))
const collectors: Collector[] = []
let cases = 0
afterEach(() => Promise.all(collectors.splice(0).map((collector) => collector.close())))
afterAll(() => rmSync(scratch, { recursive: true }))

interface Setting {
  readonly source?: object
  readonly limits?: object
  readonly collector?: Partial<CollectorOptions>
}

/** A folder with an export and two configurations, and a collector to deliver to. */
async function setUp(sample: Omit<SampleOptions, 'out'>, { source = {}, limits = {}, ...setting }: Setting = {}) {
  const folder = join(scratch, `case-${cases++}`)
  const at = (...names: readonly string[]) => join(folder, ...names)
  const { unique } = await sampleExport({ out: at('export'), ...sample })
  const collector = await startCollector({ service: 'rudderstack', ...setting.collector })
  collectors.push(collector)
  const destination = { service: 'rudderstack', data_plane_url: collector.url, write_key: 'a-secret-write-key' }
  const write = (name: string, value: object) => writeFileSync(at(name), JSON.stringify(value))
  write('source.json', { storage: { provider: 'local', path: at('export') }, deduplicate: false, ...source })
  write('destination.json', { destination, limits })
  const configs = ['--source-config', at('source.json'), '--destination-config', at('destination.json')]
  const plan = (shards: number, ...more: readonly string[]) =>
    runCli('plan', ...configs.slice(0, 2), '--shards', String(shards), '--out', at('plan.json'), ...more)
  const states = at('states', '{shard}.json')
  const sync = (shard: number): readonly string[] => [
    ...['sync', ...configs, '--plan', at('plan.json'), '--shard', String(shard), '--state', states],
  ]
  const merge = () => runCli('merge', '--plan', at('plan.json'), '--state', states)
  return { at, unique, collector, configs, plan, sync, merge }
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

/** `stream id` of every record in the output of a `read`. */
const recordsIn = (stdout: string): readonly string[] =>
  stdout.split('\n').flatMap((line) => {
    if (!line.startsWith('{"type":"RECORD"')) return []
    const { record } = JSON.parse(line) as { record: { stream: string; data: { id: string } } }
    return [`${record.stream} ${record.data.id}`]
  })

/** The streams' states at the end of a `read`. Hashes come in the order of reading, which means nothing. */
const statesIn = (text: string) => {
  const states = new Map<string, unknown>()
  for (const line of text.split('\n')) {
    if (!line.startsWith('{"type":"STATE"') && !line.startsWith('{"type":"STREAM"')) continue
    const message = JSON.parse(line.replace(/,$/, ''))
    const { stream_descriptor, stream_state } = (message.state ?? message).stream
    const recent = typeof stream_state.recent === 'string' ? stream_state.recent.match(/.{8}/g).sort() : undefined
    states.set(stream_descriptor.name, { ...stream_state, ...(recent && { recent }) })
  }
  return Object.fromEntries([...states].sort())
}

/** Files that Braze writes now, into hours that are over, and into a new one. */
async function addFiles(folder: string): Promise<number> {
  const [late, now] = [join(scratch, 'late'), new Date()]
  rmSync(late, { recursive: true, force: true })
  const { unique } = await sampleExport({ out: late, events: 300, hours: 5, seed: 9, format: 'both', end: END })
  for (const name of readdirSync(late, { recursive: true, encoding: 'utf8' })) {
    if (/\.(avro|json|jsonl)(\.gz)?$/.test(name)) utimesSync(join(late, name), now, now)
  }
  cpSync(late, folder, { recursive: true, preserveTimestamps: true })
  return unique
}

test('read in shards, at the same time, an export gives what a single read gives: each event, and the same state', async () => {
  const { at, plan } = await setUp({ events: 4000, hours: 5, end: END, format: 'both' })
  const shards = 6
  const planned = await plan(shards)
  expect(planned).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Listed [\d,]+ files in .+\.\n$/) })
  // What comes after the plan is of no shard.
  await addFiles(at('export'))

  mkdirSync(at('states'))
  const read = async (shard: number) => {
    const files = ['--plan', at('plan.json'), '--shard', String(shard), '--source-config', at('source.json')]
    expect(await runCli('shard', ...files, '--out', at(`shard-${shard}`))).toMatchObject({ code: 0 })
    const [config, catalog, state] = ['source', 'catalog', 'state'].map((name) => at(`shard-${shard}`, `${name}.json`))
    const { code, stdout } = await runCli(
      'read',
      ...['--config', `${config}`, '--catalog', `${catalog}`, '--state', `${state}`],
    )
    expect(code).toBe(0)
    const states = stdout.split('\n').filter((line) => line.startsWith('{"type":"STATE"'))
    writeFileSync(at('states', `${shard}.json`), states.join('\n'))
    return recordsIn(stdout)
  }
  const parts = await Promise.all(numbers(shards).map(read))
  const merged = await runCli('merge', '--plan', at('plan.json'), '--state', at('states', '{shard}.json'))
  expect(merged.code).toBe(0)

  const { written_until } = JSON.parse(readFileSync(at('plan.json'), 'utf8'))
  const config = JSON.parse(readFileSync(at('source.json'), 'utf8'))
  writeFileSync(at('single.json'), JSON.stringify({ ...config, written_until }))
  const single = await runCli('read', '--config', at('single.json'), '--catalog', CATALOG)
  expect(parts.flat().sort()).toEqual([...recordsIn(single.stdout)].sort())
  expect(parts.filter((records) => records.length > 0)).toHaveLength(shards)
  expect(statesIn(merged.stdout)).toEqual(statesIn(single.stdout))

  writeFileSync(at('state.json'), merged.stdout)
  const next = await runCli('read', '--config', at('source.json'), '--catalog', CATALOG, '--state', at('state.json'))
  writeFileSync(at('single-state.json'), JSON.stringify(statesOfLines(single.stdout)))
  const same = await runCli(
    'read',
    '--config',
    at('source.json'),
    '--catalog',
    CATALOG,
    '--state',
    at('single-state.json'),
  )
  expect([...recordsIn(next.stdout)].sort()).toEqual([...recordsIn(same.stdout)].sort())
  expect(recordsIn(next.stdout).length).toBeGreaterThanOrEqual(300)
})

const statesOfLines = (stdout: string): readonly object[] =>
  stdout.split('\n').flatMap((line) => (line.startsWith('{"type":"STATE"') ? [JSON.parse(line).state] : []))

test('synced in shards, one of them killed and started again, every event arrives, and the merged state goes on from there', async () => {
  let victim: Started | undefined
  let requests = 0
  const onRequest = () => void (++requests === 2 && victim?.process.kill('SIGKILL'))
  const limits = { max_events_per_second: 1500 }
  const sample = { events: 4000, hours: 3, end: END, streams: 'users.messages.email.*' }
  const { at, unique, collector, configs, plan, sync, merge } = await setUp(sample, {
    limits,
    collector: { onRequest },
  })
  expect(await plan(3, '--streams', 'users.messages.email.*')).toMatchObject({ code: 0 })

  victim = startCli(...sync(0))
  expect((await victim.ended).signal).toBe('SIGKILL')
  const early = await merge()
  expect(early).toMatchObject({ code: 1, stdout: '' })
  expect(early.stderr).toMatch(/^ERROR: Shard 0 .*\n(.*\n)*ERROR: Shard 1 has not begun/m)

  const ended = await Promise.all(numbers(3).map((shard) => runCli(...sync(shard))))
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0])
  const { duplicates } = collector.stats()
  expect(collector.stats()).toMatchObject({ unique, dropped: {} })

  const merged = await merge()
  expect(merged.code).toBe(0)
  // Each record counts once, although the killed shard sent some of them again.
  const [total = ''] = merged.stderr.match(/^ *total .*$/m) ?? []
  const [read, done, rejected] = total
    .split(/ {2,}/)
    .slice(-3)
    .map((text) => Number(text.replaceAll(/[ ,]/g, '')))
  expect([read, rejected]).toEqual([done, 0])
  // Two copies in the export are two records: the collector knows the second one, and so does the service.
  expect(read).toBeGreaterThanOrEqual(unique)
  expect(read).toBeLessThanOrEqual(unique + duplicates)

  writeFileSync(at('state.json'), merged.stdout)
  const next = ['sync', ...configs, '--streams', 'users.messages.email.*', '--state', at('state.json')]
  expect((await runCli(...next)).stdout).toMatch(/^Nothing new/)
  const more = await sampleExport({ out: at('more'), events: 50, hours: 4, seed: 5, end: END, streams: '*.email.Open' })
  for (const name of readdirSync(at('more'), { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.avro')) utimesSync(at('more', name), new Date(), new Date())
  }
  cpSync(at('more'), at('export'), { recursive: true, preserveTimestamps: true })
  expect(await runCli(...next)).toMatchObject({ code: 0 })
  expect(collector.stats()).toMatchObject({ unique: unique + more.unique })
})

test('a shard with nothing to do ends at once, one that is done finds nothing new, and states of other plans are refused', async () => {
  const sample = { events: 30, hours: 1, end: new Date(END.getTime() - HOUR_MS), streams: 'users.behaviors.Purchase' }
  const { at, unique, collector, configs, plan, sync, merge } = await setUp(sample)
  const streams = ['--streams', 'users.behaviors.Purchase']
  const planned = await plan(3, ...streams)
  expect(planned.stdout).toContain('2 shards with nothing to do')
  expect(readFileSync(at('plan.json'), 'utf8')).not.toContain('a-secret')
  const idle = await runCli(...sync(2))
  expect(idle).toMatchObject({ code: 0, stdout: '', stderr: 'Shard 2 of the plan has nothing to do.\n' })
  expect(await runCli(...sync(0))).toMatchObject({ code: 0 })
  expect((await runCli(...sync(0))).stdout).toMatch(/^Nothing new/)
  expect(collector.stats()).toMatchObject({ unique })
  expect(await merge()).toMatchObject({ code: 0 })

  const stateless = sync(0).filter((word, i, words) => word !== '--state' && words[i - 1] !== '--state')
  expect(await runCli(...stateless, '--dry-run')).toMatchObject({ code: 0 })
  expect(await runCli(...stateless)).toMatchObject({ code: 1, stderr: expect.stringContaining('(--state)') })
  expect((await runCli(...sync(3))).stderr).toContain('There is no shard 3')
  expect((await plan(2, ...streams)).stderr).toContain('--force')
  expect(await plan(2, ...streams, '--force')).toMatchObject({ code: 0 })
  expect(await runCli(...sync(0))).toMatchObject({ code: 1, stderr: expect.stringContaining('is of another plan') })
  const shared = await runCli(
    'sync',
    ...configs,
    '--plan',
    at('plan.json'),
    '--shard',
    '0',
    '--state',
    at('state.json'),
  )
  expect(shared).toMatchObject({ code: 1, stderr: expect.stringContaining('Put {shard} into its name') })
})

test('the page on scale works as it is written', async () => {
  const { at, unique, collector } = await setUp({ events: 300, hours: 3, end: END, format: 'both' })
  const page = readFileSync(new URL('../docs/scale.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
  expect(blocks).toHaveLength(2)
  const script = blocks.join('').replaceAll('node dist/main.js', `"${process.execPath}" "${MAIN}"`)
  const shell = spawn('sh', ['-ec', script], { cwd: at() })
  const said = { stdout: '', stderr: '' }
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  const [code] = await once(shell, 'close')
  expect([code, said.stderr.match(/.*ERROR.*/)]).toEqual([0, null])
  expect(said.stdout).toContain('Nothing new')
  expect(collector.stats()).toMatchObject({ unique })
})
