/** Avro files made to break their reader: each is read for what it says, or is a BrokenFileError. */
import { describe, expect, test } from '@jest/globals'
import { decodeAvro } from '../src/source/decode/avro.ts'
import { BrokenFileError, type DecodeOptions } from '../src/source/decode/decoder.ts'
import { readSchema } from '../src/source/decode/index.ts'
import { jsonSchemaOf } from '../src/source/decode/json-schema.ts'
import { avroFile, blockOf, headerOf, inChunks, long, text } from './source/decode/avro-file.ts'
import { dataIn, decoded } from './source/decode/decoded.ts'

/** A policy that covers all and changes nothing makes the decoder look at every value. */
const WAYS: readonly [string, Partial<DecodeOptions>][] = [
  ['the fast way', {}],
  ['by way of values', { personalData: { covers: () => true, replace: (value) => value } }],
]

const record = (fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'id', type: 'string' }, ...fields] })
const one = (schema: string, ...values: readonly Buffer[]): Buffer =>
  avroFile(schema, [{ count: 1, content: Buffer.concat([text('1'), ...values]) }])

describe.each(WAYS)('%s', (_, options) => {
  const dataOf = async (file: Buffer) => dataIn(await decoded(decodeAvro, file, { options }))
  const faultOf = async (file: Buffer) => (await decoded(decodeAvro, file, { options })).error?.message

  test('fields may have the names of what every object has', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype']
    const file = one(record(names.map((name) => ({ name, type: 'string' }))), ...names.map(text))
    expect(await dataOf(file)).toEqual([`{"id":"1",${names.map((name) => `"${name}":"${name}"`).join()}}`])
  })

  test('so may the fields of a record within, and the keys of a map', async () => {
    const inner = { type: 'record', name: 'N', fields: [{ name: '__proto__', type: ['null', 'int'] }] }
    const schema = record([
      { name: 'n', type: inner },
      { name: 'm', type: { type: 'map', values: 'int' } },
    ])
    const map = Buffer.concat([long(2), text('__proto__'), long(7), text('constructor'), long(8), long(0)])
    expect(await dataOf(one(schema, long(1), long(5), map))).toEqual([
      '{"id":"1","n":{"__proto__":5},"m":{"__proto__":7,"constructor":8}}',
    ])
  })

  test.each(['constructor', 'toString', 'hasOwnProperty'])('a type may be named %s', async (name) => {
    const type = { type: 'record', name, fields: [{ name: 'a', type: 'int' }] }
    expect(await dataOf(one(record([{ name: 'n', type }]), long(3)))).toEqual(['{"id":"1","n":{"a":3}}'])
  })

  test.each([
    ['branch', ['null', { type: 'record', name: 'constructor', fields: [] }]],
    ['symbol', { type: 'enum', name: 'E', symbols: ['toString'] }],
  ])('a %s of such a name, which avsc refuses, breaks the file', async (_, type) => {
    expect(await faultOf(one(record([{ name: 'a', type }]), long(0)))).toBe('the schema in the header makes no sense')
  })

  test.each(['__proto__', 'constructor', 'toString'])(
    'a type %s that nobody has defined breaks the file',
    async (type) => {
      expect(await faultOf(one(record([{ name: 'a', type }])))).toBe('the schema in the header makes no sense')
    },
  )

  test('ten thousand fields are read', async () => {
    const fields = Array.from({ length: 10_000 }, (_, i) => ({ name: `f${i}`, type: 'string' }))
    const [data = ''] = await dataOf(one(record(fields), ...fields.map(({ name }) => text(name))))
    expect(JSON.parse(data)).toEqual({ id: '1', ...Object.fromEntries(fields.map(({ name }) => [name, name])) })
  })

  test('a schema nested too deep for any stack breaks the file', async () => {
    const depth = 100_000
    const type = `${'{"type":"array","items":'.repeat(depth)}"int"${'}'.repeat(depth)}`
    const schema = `{"type":"record","name":"R","fields":[{"name":"id","type":"string"},{"name":"a","type":${type}}]}`
    expect(await faultOf(one(schema))).toMatch(/^the schema in the header/)
  })

  test('records within records without end break the file', async () => {
    const endless = record([{ name: 'next', type: 'R' }])
    const content = Buffer.concat(Array.from({ length: 50_000 }, () => text('1')))
    expect(await faultOf(avroFile(endless, [{ count: 1, content }]))).toBe('a record is damaged')
    const empty = { type: 'record', name: 'Q', fields: [{ name: 'q', type: 'Q' }] }
    expect(await faultOf(one(record([{ name: 'r', type: empty }])))).toBe('a record is damaged')
  })

  test('a text that claims to be longer than its block breaks the file', async () => {
    for (const length of [3n, 2n ** 31n, 2n ** 53n, 2n ** 62n, -1n])
      expect(await faultOf(one(record([{ name: 'a', type: 'string' }]), long(length)))).toBe('a record is damaged')
  })

  test('not a number, the infinities and minus zero are as JSON has them', async () => {
    const numbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, Number.MIN_VALUE]
    const doubles = numbers.map((value) => {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(value)
      return bytes
    })
    const schema = record(numbers.map((_, i) => ({ name: `d${i}`, type: 'double' })))
    expect(await dataOf(one(schema, ...doubles))).toEqual(['{"id":"1","d3":0,"d4":5e-324}'])
  })
})

test.each([
  ['no type', 'constructor'],
  ['a number', 5],
  ['nothing', null],
  ['a union in a union', [['null']]],
])('a header whose field is of %s is found to be broken before anything is made of it', async (_, type) => {
  await expect(readSchema(inChunks(one(record([{ name: 'a', type }]))))).rejects.toThrow(BrokenFileError)
})

test('a field __proto__ is discovered', () => {
  const inner = { type: 'record', name: 'N', fields: [{ name: '__proto__', type: 'int' }] }
  const { properties } = jsonSchemaOf({
    type: 'record',
    name: 'R',
    fields: [
      { name: '__proto__', type: 'string' },
      { name: 'n', type: inner },
    ],
  })
  expect(Object.keys(properties)).toEqual(['__proto__', 'n'])
  expect(JSON.stringify(properties['n'])).toContain('{"__proto__":{"type":["null","integer"]}}')
})

test('a claim of more events than there are bytes breaks the file, whatever the codec', async () => {
  const schema = record([])
  for (const count of [2 ** 31, 2 ** 52]) {
    const file = Buffer.concat([headerOf({ 'avro.schema': schema }), blockOf({ count, content: text('1') })])
    const { error, lines } = await decoded(decodeAvro, file)
    expect([error?.message, lines]).toEqual(['a block claims to hold more events than it has bytes', []])
  }
})
