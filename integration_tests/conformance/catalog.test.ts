/** Holds the catalogue against the collected facts about Currents. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import avro from 'avsc'
import { z } from 'zod'
import { importAvro } from '../../scripts/import-avro.ts'
import { AvroRecord } from '../../src/catalog/avro.ts'
import { type EventField, eventTypes } from '../../src/catalog.ts'
import { guessedName } from '../../src/destination/mapping/names.ts'
import { readShared, sharedPath } from './shared.ts'

const Place = z.object({ section: z.string(), name: z.string() })
const FactField = z.object({
  name: z.string(),
  json_type: z.string().optional(),
  avro_type: z.unknown().optional(),
  encoding: z.string().optional(),
  pii: z.boolean().optional(),
  deprecated: z.boolean().optional(),
  http: Place.nullish(),
  section: z.string().optional(),
  version: z.string().optional(),
})
type FactField = z.infer<typeof FactField>

const FactEvent = z.object({
  event_type: z.string(),
  status: z.enum(['current', 'docs_only', 'legacy']),
  category: z.string(),
  in: z.object({ segment_for_currents_list: z.boolean() }),
  snowflake_table: z.string().nullish(),
  fields: z.array(FactField),
  fields_announced_after_samples: z.array(FactField).nullish(),
  http_only_fields: z.array(FactField).nullish(),
})
type FactEvent = z.infer<typeof FactEvent>

const Names = z.object({
  segment_event: z.string(),
  braze_glossary_name: z.string().nullable(),
  segment_catalog_name: z.string().nullable(),
  in_seed_segment_list: z.boolean(),
})
const NamesFile = z.object({
  events: z.record(z.string(), Names),
  fallback_grammar: z.object({
    channels: z.record(z.string(), z.string()),
    verbs: z.record(z.string(), z.string()),
  }),
})

const { events: facts } = z.object({ events: z.array(FactEvent) }).parse(readShared('currents/events.json'))
const names = NamesFile.parse(readShared('facts/segment_event_names.json'))

const propertiesOf = (event_type: string): Readonly<Record<string, EventField>> =>
  eventTypes().get(event_type)?.schema.properties ?? {}
const allFieldsOf = (fact: FactEvent): readonly FactField[] => [
  ...fact.fields,
  ...(fact.fields_announced_after_samples ?? []),
  ...(fact.http_only_fields ?? []),
]
/** Every field of the facts that fails a check, as `event_type field`. */
const failing = (holds: (fact: FactField, field: EventField, event: FactEvent) => boolean, of = allFieldsOf) =>
  facts.flatMap((event) =>
    of(event).flatMap((fact) => {
      const field = propertiesOf(event.event_type)[fact.name]
      return field && holds(fact, field, event) ? [] : [`${event.event_type} ${fact.name}`]
    }),
  )

test('describes every known event type', () => {
  expect(facts.length).toBeGreaterThanOrEqual(106)
  expect(facts.filter(({ event_type }) => !eventTypes().has(event_type))).toEqual([])
})

test('describes exactly the known fields', () => {
  for (const fact of facts)
    expect([fact.event_type, ...Object.keys(propertiesOf(fact.event_type)).sort()]).toEqual([
      fact.event_type,
      ...allFieldsOf(fact)
        .map(({ name }) => name)
        .sort(),
    ])
})

test('JSON types are those of the facts', () => {
  const parsed = ['users.behaviors.CustomEvent', 'users.behaviors.Purchase']
  expect(
    failing(({ name, json_type }, field, { event_type }) => {
      const expected = name === 'properties' && parsed.includes(event_type) ? 'object' : (json_type ?? 'string')
      return [field.type].flat().includes(expected)
    }),
  ).toEqual([])
})

test('Avro types are those of the facts', () => {
  const samples = (event: FactEvent) => (event.status === 'docs_only' ? [] : event.fields)
  expect(
    failing(({ avro_type }, field) => JSON.stringify(avroTypeOf(field)) === JSON.stringify(avro_type), samples),
  ).toEqual([])
})

/** By the rule that `EventField.avro` documents, written anew. */
function avroTypeOf({ type, avro }: EventField): unknown {
  if (avro !== undefined) return avro
  const names = [type].flat().map((name) => ({ integer: 'int', number: 'float' })[name] ?? name)
  return names.length > 1 ? names : names[0]
}

test('what Braze marks as personal is marked here', () => {
  expect(failing(({ pii }, field) => !pii || field.personal === true)).toEqual([])
})

test('what the facts call sensitive though it is not marked is personal here too', () => {
  const sensitive = [
    'message_body',
    'media_urls',
    'push_token',
    'device_id',
    'bsuid',
    'sending_ip',
    'custom_attributes',
  ]
  expect(failing(({ name }, field) => !sensitive.includes(name) || field.personal === true)).toEqual([])
})

test('times have their unit', () => {
  const units: Readonly<Record<string, string>> = { unix_seconds: 's', unix_millis: 'ms' }
  expect(failing(({ encoding = '' }, { unit }) => !units[encoding] || unit === units[encoding])).toEqual([])
})

test('deprecated fields are marked', () => {
  expect(failing(({ deprecated }, field) => (deprecated === true) === (field.deprecated === true))).toEqual([])
})

test('fields that the samples don’t have yet tell their release', () => {
  const announced = (event: FactEvent) => event.fields_announced_after_samples ?? []
  expect(failing(({ version }, { since }) => since === Number(version?.slice(1)), announced)).toEqual([])
})

test('places in Custom HTTP are those of the facts', () => {
  const TOP = ['id', 'time']
  const USER = ['user_id', 'external_user_id', 'device_id', 'timezone']
  const rule = (name: string) => (TOP.includes(name) ? 'top' : USER.includes(name) ? 'user' : 'properties')
  const placeOf = (name: string, { custom_http }: EventField) =>
    custom_http === undefined ? `${rule(name)}.${name}` : custom_http
  const sent = (event: FactEvent) =>
    event.status === 'current' && event.fields.some(({ http }) => http) ? event.fields : []
  expect(
    failing(({ name, http }, field) => placeOf(name, field) === (http ? `${http.section}.${http.name}` : null), sent),
  ).toEqual([])
})

test('fields that only Custom HTTP has are not in storage exports', () => {
  expect(
    failing(
      (_, { avro }) => avro === null,
      (event) => event.http_only_fields ?? [],
    ),
  ).toEqual([])
})

test('category, status and Snowflake table are those of the facts', () => {
  const status = { current: 'current', docs_only: 'announced', legacy: 'legacy' } as const
  for (const fact of facts)
    expect(eventTypes().get(fact.event_type)).toMatchObject({
      category: fact.category,
      status: status[fact.status],
      snowflake_table: fact.snowflake_table ?? expect.any(String),
    })
})

test('Segment names are those of the facts', () => {
  for (const { event_type, segment_names } of eventTypes().values()) {
    const { segment_event, braze_glossary_name, segment_catalog_name } = Names.parse(names.events[event_type])
    expect([event_type, segment_names.default]).toEqual([event_type, segment_event])
    expect(segment_names.braze_native).toBe(braze_glossary_name ?? segment_event)
    // "Abort Message Events" heads a group on Segment's page; it names no event.
    const listed = segment_catalog_name === 'Abort Message Events' ? null : segment_catalog_name
    expect(segment_names.segment_catalog).toBe(listed ?? segment_event)
  }
})

test('the fifty event types of Braze’s page about Segment are marked', () => {
  const marked = [...eventTypes().values()].filter((type) => type.segment_page).map((type) => type.event_type)
  const listed = facts.filter((fact) => fact.in.segment_for_currents_list).map((fact) => fact.event_type)
  expect(marked.sort()).toEqual(listed.sort())
  expect(marked.length).toBe(50)
  expect(Object.values(names.events).filter((name) => name.in_seed_segment_list).length).toBe(50)
})

test('guessed names follow the grammar of the documented ones', () => {
  const { channels, verbs } = names.fallback_grammar
  for (const [channel, word] of Object.entries(channels))
    for (const [verb, participle] of Object.entries(verbs))
      expect(guessedName(`users.messages.${channel}.${verb}`)).toBe(`${word} ${participle}`)
})

test('the headers of the samples tell nothing that the catalogue doesn’t know', () => {
  const folder = mkdtempSync(join(tmpdir(), 'catalog-'))
  try {
    cpSync(new URL('../../catalogs', import.meta.url), folder, { recursive: true })
    expect(importAvro([sharedPath('currents/samples/avro')], folder)).toEqual(['Nothing is new.'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('descriptions are not those of the samples', () => {
  const texts = sampleDocs()
  expect(texts.size).toBeGreaterThan(100)
  const ours = [...eventTypes().values()].flatMap(({ schema, description }) => [
    description,
    ...Object.values(schema.properties).map((field) => field.description),
  ])
  expect([...new Set(ours)].filter((text) => texts.has(plain(text)))).toEqual([])
})

const SampleSchema = AvroRecord.extend({ doc: z.string().optional() })

/** The texts in the headers of the samples, which are not ours to publish. */
function sampleDocs(): ReadonlySet<string> {
  const folder = sharedPath('currents/samples/avro')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.avro'))
  const schemas = files.map((name) =>
    SampleSchema.parse(avro.extractFileHeader(join(folder, name))?.meta['avro.schema']),
  )
  return new Set(
    schemas.flatMap(({ doc, fields }) => [doc, ...fields.map((field) => field.doc)]).map((doc) => plain(String(doc))),
  )
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/\[pii\]|\bthe\b|[^a-z]/g, '')
