import { expect, test } from '@jest/globals'
import { fieldsOfSchema } from '../../scripts/import-avro/fields.ts'
import { AvroRecord } from '../../src/catalog/avro.ts'
import { eventTypes } from '../../src/catalog.ts'

const schemaOf = (fields: readonly object[]) => AvroRecord.parse({ type: 'record', name: 'Send', fields })

test.each([
  ['string', { type: ['null', 'string'], avro: 'string' }],
  [['null', 'string'], { type: ['null', 'string'] }],
  [['string', 'null'], { type: ['null', 'string'], avro: ['string', 'null'] }],
  [['null', 'boolean'], { type: ['null', 'boolean'] }],
  [['null', 'int'], { type: ['null', 'integer'] }],
  [['null', 'long'], { type: ['null', 'integer'], avro: ['null', 'long'] }],
  [['null', 'float'], { type: ['null', 'number'] }],
  [['null', 'double'], { type: ['null', 'number'], avro: ['null', 'double'] }],
  ['bytes', { type: ['null', 'string'], avro: 'bytes' }],
  ['null', { type: ['null'], avro: 'null' }],
  [
    ['null', { type: 'array', items: ['null', 'string'] }],
    {
      type: ['null', 'array'],
      items: { type: ['null', 'string'] },
      avro: ['null', { type: 'array', items: ['null', 'string'] }],
    },
  ],
  [
    { type: 'map', values: 'int' },
    { type: ['null', 'object'], avro: { type: 'map', values: 'int' } },
  ],
  [
    { type: 'string', logicalType: 'uuid' },
    { type: ['null', 'string'], avro: { type: 'string', logicalType: 'uuid' } },
  ],
  [['null', 'int', 'string'], { type: ['null', 'integer', 'string'], avro: ['null', 'int', 'string'] }],
])('a field of Avro type %j is described as %j', (type, expected) => {
  expect(fieldsOfSchema(schemaOf([{ name: 'x', type }]))['x']).toEqual({ ...expected, description: 'The value of x.' })
})

test('id and time are never null, and times have their unit', () => {
  const fields = fieldsOfSchema(
    schemaOf([
      { name: 'id', type: 'string' },
      { name: 'time', type: 'int' },
    ]),
  )
  expect(fields['id']).toEqual({ type: 'string', description: 'The value of id.' })
  expect(fields['time']).toEqual({ type: 'integer', unit: 's', description: 'The value of time.' })
})

test('only the tag [PII] is taken from a field’s documentation', () => {
  const [tagged, other] = ['[PII] an address', 'an address'].map((doc) =>
    fieldsOfSchema(schemaOf([{ name: 'x', type: ['null', 'string'], doc }])),
  )
  expect(tagged?.['x']).toEqual({ type: ['null', 'string'], description: 'The value of x.', personal: true })
  expect(other?.['x']).toEqual({ type: ['null', 'string'], description: 'The value of x.' })
})

test('the catalogue’s own Avro types lead back to its JSON types', () => {
  const fields = [...eventTypes().values()].flatMap(({ schema }) => Object.entries(schema.properties))
  for (const [name, { avro, type, items, json_in_string }] of fields) {
    if (avro === undefined || avro === null || json_in_string) continue
    const found = fieldsOfSchema(schemaOf([{ name, type: avro }]))[name]
    expect([name, [found?.type].flat(), found?.avro]).toEqual([name, [type].flat(), avro])
    expect(JSON.stringify(found?.items)).toBe(JSON.stringify(items))
  }
})
