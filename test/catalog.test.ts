import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { z } from 'zod'
import { configuredCatalogs } from '../scripts/generate/configured-catalogs.ts'
import { eventTypesSource } from '../scripts/generate/event-types.ts'
import { eventTypeOf, eventTypes, publishedSchema, publishedStream } from '../src/catalog.ts'
import { AirbyteStream, ConfiguredAirbyteCatalog } from '../src/cdk/protocol.ts'

const FOLDER = new URL('../catalogs/', import.meta.url)
const types = [...eventTypes().values()]

// ------------------------------------------------------------------------------------------------------------ format

/** Plain full sentences, without the words of an unfinished text. */
const Sentence = z.string().regex(/^[A-Z][^\n]*\.$/)
const JsonType = z.enum(['null', 'string', 'integer', 'number', 'boolean', 'array', 'object'])

const FieldFile = z.strictObject({
  type: z.union([JsonType, z.array(JsonType).min(2)]),
  items: z.strictObject({ type: z.union([JsonType, z.array(JsonType).min(2)]) }).optional(),
  additionalProperties: z.literal(true).optional(),
  contentMediaType: z.literal('application/json').optional(),
  description: Sentence,
  unit: z.enum(['s', 'ms']).optional(),
  personal: z.literal(true).optional(),
  json_in_string: z.literal(true).optional(),
  avro: z.unknown().optional(),
  custom_http: z.union([z.null(), z.string().regex(/^(user|properties)\.\w+$/)]).optional(),
  segment: z
    .string()
    .regex(/^(properties|context\.\w+)\.\w+$/)
    .optional(),
  native: z.literal(false).optional(),
  deprecated: z.literal(true).optional(),
  since: z.number().int().min(2).optional(),
})

const Name = z.string().regex(/^\S.*\S$/)

const EventTypeFile = z.strictObject({
  event_type: z.string().regex(/^[a-z]+(\.[a-z]+)*\.[A-Z]\w*$/),
  title: Name,
  description: Sentence,
  category: z.enum(['customer_behavior', 'message_engagement', 'user_profile', 'other']),
  status: z.enum(['current', 'announced', 'legacy']),
  since: z.number().int().min(2).optional(),
  segment_names: z.strictObject({ default: Name, braze_native: Name, segment_catalog: Name }),
  segment_page: z.literal(true).optional(),
  snowflake_table: z.string().regex(/^[A-Z_]+_SHARED$/),
  aliases: z.array(Name),
  schema: z.strictObject({
    $schema: z.literal('http://json-schema.org/draft-07/schema#'),
    type: z.literal('object'),
    properties: z.record(z.string().regex(/^\w+$/), FieldFile),
    required: z.tuple([z.literal('id'), z.literal('time')]),
    additionalProperties: z.literal(true),
  }),
})

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
const texts = files.map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')] as const)
const parsed = texts.map(([name, text]) => [name, JSON.parse(text)] as const)

test('describes 106 event types at least', () => {
  expect(files.length).toBeGreaterThanOrEqual(106)
  expect(types.length).toBe(files.length)
})

test.each(parsed)('%s is as the format wants it', (name, content) => {
  const event = EventTypeFile.parse(content)
  expect(name).toBe(`${event.event_type}.json`)
})

test.each(texts)('%s is laid out as import-avro would write it', (_, text) => {
  expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`)
})

test('all fields but id and time may be null', () => {
  for (const { event_type, schema } of types)
    for (const [name, { type }] of Object.entries(schema.properties))
      expect([event_type, name, [type].flat().includes('null')]).toEqual([
        event_type,
        name,
        !['id', 'time'].includes(name),
      ])
})

test('a field that is personal in one event type is personal in all', () => {
  const fields = types.flatMap(({ schema }) => Object.entries(schema.properties))
  const personal = new Set(fields.flatMap(([name, field]) => (field.personal ? [name] : [])))
  expect(fields.flatMap(([name, field]) => (personal.has(name) && !field.personal ? [name] : []))).toEqual([])
})

test('no description merely repeats its field’s name', () => {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, '')
  for (const { schema } of types)
    for (const [name, { description }] of Object.entries(schema.properties)) {
      expect(plain(description).replace(/^the/, '')).not.toBe(plain(name))
      expect(description).not.toBe(`The value of ${name}.`)
    }
})

test.each(['title', 'snowflake_table', 'description'] as const)('no two event types share a %s', (key) => {
  expect(new Set(types.map((type) => type[key])).size).toBe(types.length)
})

test('no two event types share a default Segment name', () => {
  expect(new Set(types.map((type) => type.segment_names.default)).size).toBe(types.length)
})

test('no two fields of an event type go to one place in Custom HTTP or in Segment', () => {
  for (const { event_type, schema } of types)
    for (const key of ['custom_http', 'segment'] as const) {
      const places = Object.entries(schema.properties).map(([name, field]) => field[key] ?? `properties.${name}`)
      expect([event_type, key, places.length]).toEqual([event_type, key, new Set(places).size])
    }
})

// --------------------------------------------------------------------------------------------------------- spellings

test.each([
  ['users.messages.email.Open', 'users.messages.email.Open'],
  ['users.messages.email.open', 'users.messages.email.Open'],
  ['users_messages_email_Open', 'users.messages.email.Open'],
  ['USERS_MESSAGES_EMAIL_OPEN_SHARED', 'users.messages.email.Open'],
  ['users_messages_email_open', 'users.messages.email.Open'],
  ['users_campaigns_abort', 'users.campaigns.Abort'],
  ['users_canvas_abort', 'users.canvas.Abort'],
  ['USERS_BEHAVIORS_APP_SESSIONSTART_SHARED', 'users.behaviors.app.SessionStart'],
  ['braze_users.messages.email.Open', 'users.messages.email.Open'],
  ['prod__users_canvas_entry', 'users.canvas.Entry'],
  ['users.agentconsole.AgentExecuted', 'agentconsole.AgentExecuted'],
])('%s means %s', (spelling, eventType) => {
  expect(eventTypeOf(spelling)?.event_type).toBe(eventType)
})

test.each(['', 'users', 'Open', 'email.Open', 'users.messages.email', 'users.messages.fax.Send', 'orders', '_SHARED'])(
  '%j means no event type',
  (name) => {
    expect(eventTypeOf(name)).toBeUndefined()
  },
)

test('every event type is found by each spelling, behind any prefix', () => {
  const spelling = fc.constantFrom<(name: string) => string>(
    (name) => name,
    (name) => name.replaceAll('.', '_'),
    (name) => name.toUpperCase(),
    (name) => name.toLowerCase(),
    (name) => `${name.toUpperCase().replaceAll('.', '_')}_SHARED`,
  )
  const prefix = fc.constantFrom('', 'braze_', 'users_', 'users.messages.', 'agentconsole.', 'Prod.')
  fc.assert(
    fc.property(fc.constantFrom(...types), spelling, prefix, (type, spell, before) => {
      expect(eventTypeOf(`${before}${spell(type.event_type)}`)).toBe(type)
    }),
  )
})

// ----------------------------------------------------------------------------------------------------- what is made

test('publishes a draft-07 schema of plain keywords, with what the source adds', () => {
  const ajv = addFormats.default(new Ajv({ allowUnionTypes: true, keywords: ['airbyte_type'] }))
  for (const type of types) {
    const schema = publishedSchema(type)
    ajv.compile(schema)
    expect(schema.properties).toMatchObject({
      _ab_source_file_last_modified: {
        type: 'string',
        format: 'date-time',
        airbyte_type: 'timestamp_with_timezone',
      },
      _ab_source_file_url: { type: ['null', 'string'] },
    })
    expect(Object.keys(schema.properties).length).toBe(Object.keys(type.schema.properties).length + 2)
  }
})

test('publishes streams that have their cursor and key in the schema', () => {
  for (const stream of types.map(publishedStream)) {
    AirbyteStream.parse(stream)
    const fields = [stream.default_cursor_field, ...(stream.source_defined_primary_key ?? [])].flat()
    expect(fields).toEqual(['_ab_source_file_last_modified', 'id'])
    expect(stream.json_schema['properties']).toMatchObject({ _ab_source_file_last_modified: {}, id: {} })
  }
})

test.each(configuredCatalogs(types))('configured/%s is as generated', (name, text) => {
  expect(readFileSync(new URL(`configured/${name}`, FOLDER), 'utf8')).toBe(text)
})

test.each([
  ['all_events.json', types.length],
  ['segment_50.json', 50],
  ['email.json', 11],
])('configured/%s holds %i streams', (name, count) => {
  const { streams } = ConfiguredAirbyteCatalog.parse(
    JSON.parse(readFileSync(new URL(`configured/${name}`, FOLDER), 'utf8')),
  )
  expect(new Set(streams.map(({ stream }) => stream.name)).size).toBe(count)
})

test('makes a TypeScript interface for every event type', async () => {
  const source = await eventTypesSource(types.slice(0, 3))
  expect(source).toContain('export interface Events {')
  expect(source).toContain('"agentconsole.AgentExecuted": AgentconsoleAgentExecuted')
  expect(source).toContain('export interface AgentconsoleToolInvocation {')
  expect(source).toContain("  | 'tool_arguments'\n")
})

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('no event type describes a field %s', (name) => {
  for (const { schema } of types) expect(schema.properties[name]).toBeUndefined()
})
