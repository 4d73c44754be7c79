import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import avro from 'avsc'
import { eventTypes } from '../src/catalog.ts'
import type { AirbyteStream, JsonObject } from '../src/cdk/protocol.ts'
import { sampleExport } from '../src/local/sample/sample.ts'
import { runSource, type SourceRan } from './platform/source.ts'

const OPEN = 'users.messages.email.Open'
const scratch = mkdtempSync(join(tmpdir(), 'discover-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const configOf = (path: string, more: object = {}) => ({ storage: { provider: 'local', path }, ...more })

const folder = (name: string): string => {
  mkdirSync(join(scratch, name), { recursive: true })
  return join(scratch, name)
}

function streamsOf({ messages }: SourceRan): readonly AirbyteStream[] {
  const [catalog, ...others] = messages.flatMap((message) => (message.type === 'CATALOG' ? [message.catalog] : []))
  expect(others).toEqual([])
  return catalog?.streams ?? []
}

const propertiesOf = (streams: readonly AirbyteStream[], name: string): JsonObject =>
  streams.find((stream) => stream.name === name)?.json_schema['properties'] as JsonObject

/** An Avro file of an event type, as Braze writes them. */
function avroFile(event_type: string, fields: readonly object[], records: readonly object[]): Buffer {
  const [name = '', ...namespace] = event_type.split('.').reverse()
  const schema = {
    type: 'record',
    name,
    namespace: ['dataexport.S3.inner', ...namespace.reverse()].join('.'),
    fields: [{ name: 'id', type: 'string' }, { name: 'time', type: 'int' }, ...fields],
  }
  const type = avro.Type.forSchema(schema as avro.Schema)
  const sync = Buffer.alloc(16, 7)
  const header = avro.Type.forSchema({ type: 'map', values: 'bytes' })
  const meta = header.toBuffer({ 'avro.schema': Buffer.from(JSON.stringify(schema)) })
  const block = Buffer.concat(records.map((record) => type.toBuffer(record)))
  const long = avro.Type.forSchema('long')
  return Buffer.concat([
    Buffer.from('Obj\x01', 'latin1'),
    meta,
    sync,
    long.toBuffer(records.length),
    long.toBuffer(block.length),
    block,
    sync,
  ])
}

test('an empty folder gives the catalogue', async () => {
  const run = await runSource({ command: 'discover', config: configOf(folder('empty')) })
  expect(run).toMatchObject({ code: 0, problems: [] })
  const streams = streamsOf(run)
  expect(streams.map(({ name }) => name)).toEqual([...eventTypes().keys()].sort())
  for (const stream of streams) {
    expect(stream).toMatchObject({
      supported_sync_modes: ['full_refresh', 'incremental'],
      source_defined_cursor: true,
      default_cursor_field: ['_ab_source_file_last_modified'],
      source_defined_primary_key: [['id']],
      is_resumable: true,
      json_schema: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          _ab_source_file_last_modified: { airbyte_type: 'timestamp_with_timezone' },
        },
      },
    })
  }
})

test('a folder that does not exist is a mistake of the configuration', async () => {
  const run = await runSource({ command: 'discover', config: configOf(join(scratch, 'nowhere')) })
  expect(run).toMatchObject({ code: 1, errors: [{ failure_type: 'config_error' }] })
})

test('what the export holds is added: event types and fields that nobody has described', async () => {
  const path = folder('newer')
  const put = (key: string, content: Buffer | string) => {
    mkdirSync(join(path, key, '..'), { recursive: true })
    writeFileSync(join(path, key), content)
  }
  const fax = { name: 'fax', type: ['null', 'float'], default: null, doc: 'The number.' }
  const event = { id: 'a', time: 1, fax: 1.5 }
  put(`a/event_type=${OPEN}/date=2026-01-01-05/6/us/1.avro`, avroFile(OPEN, [], [{ id: 'a', time: 1 }]))
  put(`a/event_type=${OPEN}/date=2026-01-01-17/6/us/2.avro`, avroFile(OPEN, [fax], [event]))
  put(
    `b/event_type=users.messages.fax.Send/date=2026-01-01-05/6/us/1.avro`,
    avroFile('users.messages.fax.Send', [fax], [event]),
  )
  put('loose/1.avro', avroFile('users.messages.fax.Read', [fax], [event]))
  put(
    'loose/2.json',
    JSON.stringify({ event_type: 'users.messages.fax.Jam', id: 'a', time: 1, user: {}, properties: {} }),
  )
  const streams = streamsOf(await runSource({ command: 'discover', config: configOf(path) }))
  const newNames = streams.map(({ name }) => name).filter((name) => !eventTypes().has(name))
  expect(newNames).toEqual(['users.messages.fax.Jam', 'users.messages.fax.Read', 'users.messages.fax.Send'])
  const field = { type: ['null', 'number'], description: 'The number.' }
  expect(propertiesOf(streams, OPEN)).toMatchObject({ fax: field, email_address: { type: ['null', 'string'] } })
  for (const name of ['users.messages.fax.Send', 'users.messages.fax.Read']) {
    expect(Object.keys(propertiesOf(streams, name))).toEqual([
      'id',
      'time',
      'fax',
      '_ab_source_file_last_modified',
      '_ab_source_file_url',
    ])
    expect(propertiesOf(streams, name)).toMatchObject({ fax: field })
  }
})

test('the newest file may be broken', async () => {
  const path = folder('broken')
  await sampleExport({ out: path, events: 20, hours: 1, streams: OPEN })
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.avro')) truncateSync(join(path, name), 10)
  }
  const run = await runSource({ command: 'discover', config: configOf(path) })
  expect(run).toMatchObject({ code: 0, errors: [] })
  expect(streamsOf(run)).toHaveLength(eventTypes().size)
})

test.each([
  ['drop', undefined],
  ['redact', { type: ['null', 'string'] }],
])('with the policy "%s", personal data are described as they come', async (policy, expected) => {
  const config = configOf(folder('empty'), { personal_data: { policy } })
  const streams = streamsOf(await runSource({ command: 'discover', config }))
  const dob = propertiesOf(streams, 'users.profile.Update')['dob']
  if (expected) expect(dob).toMatchObject(expected)
  else expect(dob).toBeUndefined()
})

test.each([
  ['drop', undefined, undefined],
  ['redact', { type: ['null', 'string'] }, '[REDACTED]'],
])(
  'with the policy "%s", what the files mark as personal is described as it comes',
  async (policy, described, value) => {
    const path = folder(`tagged-${policy}`)
    const key = join(path, `event_type=${OPEN}/date=2026-01-01-05`)
    mkdirSync(key, { recursive: true })
    const fields = ['is_amp', 'is_new'].map((name) => ({ name, type: 'boolean', doc: '[PII] Whether.' }))
    const event = { id: 'a', time: 1, is_amp: true, is_new: true }
    writeFileSync(join(key, '1.avro'), avroFile(OPEN, fields, [event]))
    const config = configOf(path, { personal_data: { policy } })
    const streams = streamsOf(await runSource({ command: 'discover', config }))
    const stream = streams.find(({ name }) => name === OPEN)
    const catalog = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' }] }
    const { records } = await runSource({ command: 'read', config, catalog })
    for (const { name } of fields) {
      if (described) expect(propertiesOf(streams, OPEN)[name]).toMatchObject(described)
      else expect(propertiesOf(streams, OPEN)).not.toHaveProperty(name)
      expect(records.map(({ data }) => data[name])).toEqual([value])
    }
  },
)

test('every record fits the schema of its stream', async () => {
  const path = folder('all')
  await sampleExport({ out: path, events: 500, hours: 1 })
  const config = configOf(path, { include_file_url: true })
  const streams = streamsOf(await runSource({ command: 'discover', config }))
  const catalog = {
    streams: streams.map((stream) => ({ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' })),
  }
  const { records } = await runSource({ command: 'read', config, catalog })
  expect(records).toHaveLength(500)
  const ajv = addFormats.default(new Ajv.default({ strict: false }))
  const validators = new Map(streams.map(({ name, json_schema }) => [name, ajv.compile(json_schema)]))
  for (const { stream, data } of records) {
    const validate = validators.get(stream)
    expect([stream, validate?.(data), validate?.errors]).toEqual([stream, true, null])
    const unknown = Object.keys(data).filter((field) => !Object.hasOwn(propertiesOf(streams, stream), field))
    expect([stream, unknown]).toEqual([stream, []])
  }
})
