/** Events as large as Braze makes them, from a file to the service. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, jest, test } from '@jest/globals'
import { type Collector, startCollector } from '../src/local/collector/collector.ts'
import { avroFile, long, text } from '../test/source/decode/avro-file.ts'
import { runCli } from './command_line.ts'

jest.setTimeout(60_000)

const scratch = mkdtempSync(join(tmpdir(), 'large-'))
afterAll(() => rmSync(scratch, { recursive: true }))
let collector: Collector
afterEach(() => collector.close())

const TYPE = 'users.behaviors.CustomEvent'
const HOUR = `event_type=${TYPE}/date=2025-04-01-17`
const TIME = 1_743_527_000

interface LargeEvent {
  readonly id: string
  readonly name: string
  readonly properties: object
}

/** 900 KB is the most that Braze takes in a request for an event. */
const LARGE = 'é"\\'.repeat(225_000)
const EVENTS: readonly LargeEvent[] = [
  { id: 'small', name: 'n', properties: { a: 1 } },
  { id: 'large-value', name: 'n', properties: { a: LARGE } },
  {
    id: 'many-values',
    name: 'n',
    properties: Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`key_${i}`, i])),
  },
  { id: 'large-name', name: LARGE, properties: {} },
  { id: 'last', name: 'n', properties: { a: 2 } },
]

/** What makes them large is no value that could be cut short. */
const REJECTED = ['many-values', 'large-name']

const SCHEMA = JSON.stringify({
  type: 'record',
  name: 'CustomEvent',
  fields: [
    ...['id', 'user_id', 'name', 'properties'].map((name) => ({ name, type: 'string' })),
    { name: 'time', type: 'long' },
  ],
})
const asAvro = ({ id, name, properties }: LargeEvent): Buffer =>
  Buffer.concat([...[id, 'u', name, JSON.stringify(properties)].map(text), long(TIME)])
const asHttp = ({ id, name, properties }: LargeEvent): object => ({
  event_type: TYPE,
  id,
  time: TIME,
  user: { user_id: 'u' },
  properties: { name, custom_properties: properties },
})

test.each([
  [
    'Avro',
    `${HOUR}/a.avro`,
    () =>
      avroFile(
        SCHEMA,
        EVENTS.map((event) => ({ count: 1, content: asAvro(event) })),
      ),
  ],
  ['JSON', `${HOUR}/a.json`, () => Buffer.from(JSON.stringify({ events: EVENTS.map(asHttp) }))],
])(
  'events of 900 KB in %s are read whole, trimmed for the service if they can be, and else kept',
  async (format, key, file) => {
    collector = await startCollector({ service: 'segment', writeKeys: ['k'] })
    const folder = join(scratch, format)
    mkdirSync(join(folder, 'export', HOUR), { recursive: true })
    writeFileSync(join(folder, 'export', key), file())
    const write = (name: string, value: object): string => {
      writeFileSync(join(folder, name), JSON.stringify(value))
      return join(folder, name)
    }
    const source = write('source.json', { storage: { provider: 'local', path: join(folder, 'export') } })
    const destination = write('destination.json', {
      destination: { service: 'segment', write_key: 'k', endpoint: collector.url },
      object_storage_config: { storage_type: 'Local', bucket_path: join(folder, 'rejected') },
    })
    const stream = { name: TYPE, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] }
    const catalog = write('catalog.json', {
      streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }],
    })

    const read = await runCli('read', '--config', source, '--catalog', catalog)
    const data = read.stdout.split('\n').flatMap((line) => {
      if (!line.startsWith('{"type":"RECORD"')) return []
      const { id, name, properties } = JSON.parse(line).record.data
      return [{ id, name, properties }]
    })
    expect(data).toEqual(EVENTS)

    const sync = await runCli('sync', '--source-config', source, '--destination-config', destination, '--json')
    const report = JSON.parse(sync.stdout.trim().split('\n').at(-1) ?? '')
    expect([sync.code, report.total, collector.stats()]).toMatchObject([
      0,
      { read: 5, delivered: 3, rejected: 2 },
      { unique: 3, dropped: {} },
    ])
    expect(report.discrepancies).toEqual([])
    expect(sync.stdout).toContain('even when trimmed."')
    const [kept = ''] = readdirSync(join(folder, 'rejected'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.jsonl'),
    )
    const rejected = readFileSync(join(folder, 'rejected', kept), 'utf8')
      .trim()
      .split('\n')
    expect(rejected.map((line) => JSON.parse(line).record.data)).toMatchObject(
      EVENTS.filter(({ id }) => REJECTED.includes(id)),
    )
  },
)
