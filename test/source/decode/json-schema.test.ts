import { expect, test } from '@jest/globals'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { AvroRecord } from '../../../src/catalog/avro.ts'
import { eventTypes } from '../../../src/catalog.ts'
import { jsonSchemaOf } from '../../../src/source/decode/json-schema.ts'
import { policyOf } from '../../../src/source/privacy.ts'
import { anyFile } from './any-avro.ts'

const recordOf = (fields: readonly object[]) => AvroRecord.parse({ type: 'record', name: 'Open', fields })

const ajvOf = () => {
  const ajv = new Ajv.default({ strict: false })
  addFormats.default(ajv)
  // ajv knows times with a zone only.
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z?$/)
  ajv.addFormat('time', /^\d\d:\d\d:\d\d\.\d{3,6}$/)
  return ajv
}

const typeOf = (type: unknown) => jsonSchemaOf(recordOf([{ name: 'a', type }])).properties['a']

test.each<[unknown, object]>([
  ['string', { type: ['null', 'string'] }],
  [['null', 'string'], { type: ['null', 'string'] }],
  [['string', 'null'], { type: ['null', 'string'] }],
  ['null', { type: ['null'] }],
  ['int', { type: ['null', 'integer'] }],
  [{ type: 'long' }, { type: ['null', 'integer'] }],
  ['float', { type: ['null', 'number'] }],
  ['boolean', { type: ['null', 'boolean'] }],
  ['bytes', { type: ['null', 'string'], contentEncoding: 'base64' }],
  [{ type: 'enum', name: 'E', symbols: ['A'] }, { type: ['null', 'string'] }],
  [
    { type: 'array', items: ['null', 'string'] },
    { type: ['null', 'array'], items: { type: ['null', 'string'] } },
  ],
  [
    { type: 'map', values: 'int' },
    { type: ['null', 'object'], additionalProperties: { type: 'integer' } },
  ],
  [
    { type: 'int', logicalType: 'date' },
    { type: ['null', 'string'], format: 'date' },
  ],
  [{ type: 'string', logicalType: 'date' }, { type: ['null', 'string'] }],
  [
    ['null', { type: 'long', logicalType: 'timestamp-millis' }],
    { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
  ],
  [
    { type: 'long', logicalType: 'local-timestamp-micros' },
    { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  ],
  [['int', 'string'], { type: ['null', 'integer', 'string'] }],
  [['null', 'int', 'long', 'string'], { type: ['null', 'integer', 'string'] }],
  [['null', 'int', 'bytes'], { type: ['null', 'integer', 'string'] }],
  [
    { type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] },
    {
      type: ['null', 'object'],
      properties: { next: { type: ['null', 'object'], additionalProperties: true } },
      additionalProperties: true,
    },
  ],
])('%j is described as %j', (type, schema) => {
  expect(typeOf(type)).toEqual(schema)
})

const EVENT = recordOf([
  { name: 'id', type: 'string', doc: 'An id' },
  { name: 'time', type: 'int' },
  { name: 'properties', type: 'string' },
  { name: 'new', type: 'int', doc: '[PII] New' },
])

test('only id and time are required, and nothing else is there for sure', () => {
  const { properties, ...rest } = jsonSchemaOf(EVENT)
  expect(rest).toEqual({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    required: ['id', 'time'],
    additionalProperties: true,
  })
  expect(properties).toEqual({
    id: { type: 'string', description: 'An id' },
    time: { type: 'integer' },
    properties: { type: ['null', 'string'] },
    new: { type: ['null', 'integer'], description: '[PII] New' },
  })
})

test('the catalogue adds descriptions, and tells what is an object', () => {
  const type = eventTypes().get('users.behaviors.Purchase')
  const { properties } = jsonSchemaOf(EVENT, type)
  expect(properties['properties']).toEqual({
    type: ['null', 'object'],
    additionalProperties: true,
    description: type?.schema.properties['properties']?.description,
  })
})

test('a policy changes covered fields to text, or leaves them out', () => {
  const redacted = jsonSchemaOf(EVENT, undefined, policyOf({ policy: 'redact' })).properties
  expect(redacted['new']).toEqual({ type: ['null', 'string'], description: '[PII] New' })
  expect(Object.keys(jsonSchemaOf(EVENT, undefined, policyOf({ policy: 'drop' })).properties)).toEqual([
    'id',
    'time',
    'properties',
  ])
})

test('whatever the decoder gives fits the schema, for any Avro schema', () => {
  fc.assert(
    fc.property(anyFile, ({ schema, records }) => {
      const { required, ...jsonSchema } = jsonSchemaOf(AvroRecord.parse(JSON.parse(schema)))
      expect(required).toEqual(['id', 'time'])
      const validate = ajvOf().compile(jsonSchema)
      for (const { json } of records) {
        const isValid = validate(JSON.parse(json))
        expect(validate.errors ?? isValid).toBe(true)
      }
    }),
    { numRuns: 60 },
  )
})
