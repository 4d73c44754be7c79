import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import avro from 'avsc'
import { importAvro } from '../../scripts/import-avro.ts'

const CATALOG = fileURLToPath(new URL('../../catalogs', import.meta.url))

let folder: string
let catalog: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-avro-'))
  catalog = join(folder, 'catalogs')
  cpSync(CATALOG, catalog, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

type Field = { readonly name: string; readonly type: unknown; readonly doc?: string; readonly default?: null }

const ID: Field = { name: 'id', type: 'string' }
const TIME: Field = { name: 'time', type: 'int' }

/** A file of no events, as an export would name and head it. */
async function avroFile(eventType: string, fields: readonly Field[], name = 'export.avro'): Promise<string> {
  const dot = eventType.lastIndexOf('.')
  const namespace = `dataexport.S3.inner.${eventType.slice(0, dot)}`
  const schema = { type: 'record', name: eventType.slice(dot + 1), namespace, fields }
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  const encoder = new avro.streams.BlockEncoder(schema as avro.Schema, { writeHeader: true })
  encoder.end()
  writeFileSync(path, await buffer(encoder))
  return path
}

const textOf = (eventType: string): string => readFileSync(join(catalog, `${eventType}.json`), 'utf8')
const read = (eventType: string) => JSON.parse(textOf(eventType))

test('a new event type gets a file with a guessed name and neutral descriptions', async () => {
  const fax = { name: 'fax_number', type: ['null', 'string'], doc: '[PII] The number dialled', default: null } as const
  const path = await avroFile('users.messages.fax.SoftBounce', [TIME, fax, ID])
  expect(importAvro([path], catalog)).toEqual([
    'users.messages.fax.SoftBounce (new)',
    '  + time  "int"',
    '  + fax_number  ["null","string"] personal',
    '  + id  "string"',
    '  Write a title, a description, the category and the Segment names.',
    '  Describe time, fax_number, id in catalogs/users.messages.fax.SoftBounce.json.',
    'Now run: npm run generate',
  ])
  expect(read('users.messages.fax.SoftBounce')).toEqual({
    event_type: 'users.messages.fax.SoftBounce',
    title: 'Fax Soft Bounced',
    description: 'The event users.messages.fax.SoftBounce.',
    category: 'message_engagement',
    status: 'current',
    segment_names: {
      default: 'Fax Soft Bounced',
      braze_native: 'Fax Soft Bounced',
      segment_catalog: 'Fax Soft Bounced',
    },
    snowflake_table: 'USERS_MESSAGES_FAX_SOFTBOUNCE_SHARED',
    aliases: [],
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        id: { type: 'string', description: 'The value of id.' },
        time: { type: 'integer', description: 'The value of time.', unit: 's' },
        fax_number: { type: ['null', 'string'], description: 'The value of fax_number.', personal: true },
      },
      required: ['id', 'time'],
      additionalProperties: true,
    },
  })
  expect(textOf('users.messages.fax.SoftBounce')).not.toContain('dialled')
})

test('a known event type gets the new field, and keeps everything else', async () => {
  const before = read('users.messages.email.Open')
  const fields = [ID, TIME, { name: 'folder', type: ['null', 'string'], default: null } as const]
  const report = importAvro([await avroFile('users.messages.email.Open', fields)], catalog)
  expect(report.slice(0, 2)).toEqual(['users.messages.email.Open', '  + folder  ["null","string"]'])
  const folderField = { type: ['null', 'string'], description: 'The value of folder.' }
  before.schema.properties.folder = folderField
  expect(read('users.messages.email.Open')).toEqual(before)
})

test.each([
  ['users.behaviors.Location', 'app_id', ['null', 'string'], { avro: undefined }, '["null","string"]'],
  ['users.behaviors.Location', 'latitude', 'double', { avro: 'double' }, '"double"'],
  ['users.behaviors.Purchase', 'properties', ['null', 'string'], { avro: ['null', 'string'] }, '["null","string"]'],
] as const)('a changed Avro type is noted: %s %s is now %j', async (eventType, name, type, expected, note) => {
  const before = read(eventType).schema.properties[name]
  const path = await avroFile(eventType, [ID, TIME, { name, type }])
  expect(importAvro([path], catalog)).toEqual([
    eventType,
    `  ~ ${name}  Avro type is ${note}`,
    'Now run: npm run generate',
  ])
  expect(read(eventType).schema.properties[name]).toEqual({ ...before, ...expected })
})

test('a field that changes its JSON type is described as either', async () => {
  const path = await avroFile('users.behaviors.Location', [ID, TIME, { name: 'app_id', type: ['null', 'int'] }])
  expect(importAvro([path], catalog)[1]).toBe(
    '  ~ app_id  Avro type is ["null","int"], JSON type is ["null","string","integer"]',
  )
})

test('a second import finds nothing new', async () => {
  await avroFile('users.messages.fax.Send', [ID, TIME], 'export/a/1.avro')
  await avroFile('users.messages.fax.Send', [ID, TIME, { name: 'pages', type: 'long' }], 'export/b/2.avro')
  importAvro([join(folder, 'export')], catalog)
  expect(Object.keys(read('users.messages.fax.Send').schema.properties)).toEqual(['id', 'time', 'pages'])
  expect(importAvro([join(folder, 'export')], catalog)).toEqual(['Nothing is new.'])
})

test.each([
  ['is no Avro file', 'no Avro at all'],
  ['ends within its header', 'Obj\u0001\u0002'],
])('a file that %s is refused by name', (_, text) => {
  const path = join(folder, 'broken.avro')
  writeFileSync(path, text, 'latin1')
  expect(() => importAvro([path], catalog)).toThrow('broken.avro has no header of an Avro record.')
})
