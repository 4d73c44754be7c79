import { Readable } from 'node:stream'
import { expect, test } from '@jest/globals'
import avro from 'avsc'
import fc from 'fast-check'
import { decodeAvro } from '../../../src/source/decode/avro.ts'
import { awaited } from '../../../src/source/decode/waiting.ts'
import { recentIds } from '../../../src/source/deduplicate.ts'
import type { PersonalDataPolicy } from '../../../src/source/privacy.ts'
import { anyFile } from './any-avro.ts'
import { avroFile, blockOf, headerOf, inChunks, long, SYNC, text } from './avro-file.ts'
import { dataIn, decoded, OPTIONS, valuesIn } from './decoded.ts'

type Field = Readonly<{ name: string; type: unknown; doc?: string; default?: unknown }>

const schemaOf = (fields: readonly Field[], more: object = {}) =>
  JSON.stringify({
    type: 'record',
    name: 'Open',
    namespace: 'dataexport.S3.inner.users.messages.email',
    fields,
    ...more,
  })

const ID: Field = { name: 'id', type: 'string' }
const TIME: Field = { name: 'time', type: 'int' }

/** A file of one block. */
function fileOf(fields: readonly Field[], records: readonly object[]): Buffer {
  const type = avro.Type.forSchema(JSON.parse(schemaOf(fields)), { wrapUnions: true })
  const content = Buffer.concat(records.map((record) => type.toBuffer(record)))
  return avroFile(schemaOf(fields), [{ count: records.length, content }])
}

const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })

test('whatever avsc has encoded comes out as JSON, for any schema, in chunks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(anyFile, sizes, fc.constantFrom('null', 'deflate'), async ({ schema, records }, chunks, codec) => {
      const blocks = records.map(({ bytes }) => ({ count: 1, content: bytes }))
      const result = await decoded(decodeAvro, avroFile(schema, blocks, codec), { chunks })
      expect(result.error).toBeUndefined()
      expect(dataIn(result)).toEqual(records.map(({ json }) => json))
      expect(result.counts).toEqual({ count: records.length, events: records.length, duplicates: 0, unparsed: 0 })
    }),
    { numRuns: 150 },
  )
})

test('a file may come from a stream of Node.js', async () => {
  const file = fileOf([ID], [{ id: 'a' }, { id: 'b' }])
  const lines: string[] = []
  const chunks = Readable.from([file.subarray(0, 50), file.subarray(50)])
  for await (const { bytes } of awaited(decodeAvro(chunks, file.length, OPTIONS)))
    lines.push(Buffer.from(bytes).toString())
  expect(lines.join('').match(/"id":"."/g)).toEqual(['"id":"a"', '"id":"b"'])
})

test('a file that is cut off anywhere gives the records that are whole, and an error', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyFile,
      fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
      async ({ schema, records }, cuts) => {
        const half = Math.floor(records.length / 2)
        const blocks = [records.slice(0, half), records.slice(half)].map((some) => ({
          count: some.length,
          content: Buffer.concat(some.map(({ bytes }) => bytes)),
        }))
        const file = avroFile(schema, blocks)
        const [headerEnd = 0, firstBlockEnd = 0] = [0, 1].map((some) => avroFile(schema, blocks.slice(0, some)).length)
        for (const cut of cuts) {
          // Most cuts in the blocks, some in the header.
          const length = cut % 5 === 0 ? cut % file.length : headerEnd + (cut % (file.length - headerEnd))
          const result = await decoded(decodeAvro, file.subarray(0, length), { size: file.length })
          expect(result.error?.byte).toBe(length)
          const lines = dataIn(result)
          expect(lines).toEqual(records.slice(0, lines.length).map(({ json }) => json))
          if (length >= firstBlockEnd) expect(lines.length).toBeGreaterThanOrEqual(half)
          // Where only the end of the last block is missing, no record is.
          if (length >= file.length - SYNC.length) expect(lines.length).toBe(records.length)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('no flipped bit in the records does more than break the file', async () => {
  const flips = fc.array(fc.record({ at: fc.nat(), bit: fc.nat(7) }), { minLength: 50, maxLength: 50 })
  await fc.assert(
    fc.asyncProperty(anyFile, flips, async ({ schema, records }, flips) => {
      const whole = Buffer.concat(records.map(({ bytes }) => bytes))
      for (const { at, bit } of whole.length > 0 ? flips : []) {
        const content = Buffer.from(whole)
        const index = at % content.length
        content.writeUInt8(content.readUInt8(index) ^ (1 << bit), index)
        const file = avroFile(schema, [{ count: records.length, content }])
        // Anything but lines and a BrokenFileError would be thrown.
        for (const data of valuesIn(await decoded(decodeAvro, file))) expect(data).toBeInstanceOf(Object)
      }
    }),
    { numRuns: 50 },
  )
})

test('an absurd item count breaks the file and does not fill the memory', async () => {
  for (const items of ['string', 'null', { type: 'map', values: 'null' }]) {
    for (const container of [
      { type: 'array', items },
      { type: 'map', values: items },
    ]) {
      const schema = schemaOf([ID, { name: 'list', type: container }])
      for (const count of [long(2 ** 31), long(2n ** 62n), Buffer.concat([long(-(2 ** 31)), long(1)])]) {
        const content = Buffer.concat([text('1'), count, Buffer.alloc(100)])
        const result = await decoded(decodeAvro, avroFile(schema, [{ count: 1, content }]))
        expect(result.error?.message).toBe('a record is damaged')
      }
    }
  }
})

test('a record that contains itself is read as deep as it goes, and a damaged one is an error', async () => {
  const node = {
    type: 'record',
    name: 'Node',
    fields: [
      { name: 'n', type: 'int' },
      { name: 'next', type: ['null', 'Node'] },
    ],
  }
  const schema = schemaOf([ID, { name: 'list', type: node }])
  const nodes = (count: number) => Buffer.concat(Array.from({ length: count }, () => Buffer.from([2, 2])))
  const content = Buffer.concat([text('1'), nodes(2), Buffer.from([4, 0])])
  expect(dataIn(await decoded(decodeAvro, avroFile(schema, [{ count: 1, content }])))).toEqual([
    '{"id":"1","list":{"n":1,"next":{"n":1,"next":{"n":2}}}}',
  ])
  const deep = Buffer.concat([text('1'), nodes(200_000), Buffer.from([4, 0])])
  const { error } = await decoded(decodeAvro, avroFile(schema, [{ count: 1, content: deep }]))
  expect(error?.message).toBe('a record is damaged')
})

test('every file is decoded by its own schema', async () => {
  const old = fileOf([ID, TIME], [{ id: '1', time: 1 }])
  const later = fileOf(
    [ID, { name: 'new_field', type: ['null', 'string'], default: null }, { name: 'time', type: 'long' }],
    [{ id: '2', new_field: { string: 'x' }, time: 2 }],
  )
  const lines = [await decoded(decodeAvro, old), await decoded(decodeAvro, later)].flatMap(dataIn)
  expect(lines).toEqual(['{"id":"1","time":1}', '{"id":"2","new_field":"x","time":2}'])
})

test('defaults that Avro does not allow do no harm', async () => {
  const schema = schemaOf([ID, { name: 'a', type: ['null', { type: 'map', values: 'int' }], default: {} }])
  const file = avroFile(schema, [{ count: 1, content: Buffer.concat([text('1'), long(0)]) }])
  expect(dataIn(await decoded(decodeAvro, file))).toEqual(['{"id":"1"}'])
})

test('a line is a RECORD message, with the extra members after the event’s own', async () => {
  const options = { stream: 'any "stream"', extra: '"_ab_source_file_last_modified":"2025-04-01T00:00:00Z"' }
  const { lines } = await decoded(decodeAvro, fileOf([ID, TIME], [{ id: '1', time: 7 }]), { options })
  expect(lines).toEqual([
    '{"type":"RECORD","record":{"stream":"any \\"stream\\"","data":{"id":"1","time":7,"_ab_source_file_last_modified":"2025-04-01T00:00:00Z"},"emitted_at":5}}\n',
  ])
})

const NESTED: Field = { name: 'nested', type: { type: 'map', values: 'string' } }

/** Flat files and others go different ways. */
for (const [kind, more] of [
  ['flat', [] as Field[]],
  ['nested', [NESTED]],
] as const) {
  const fields = [ID, TIME, ...more]
  const nested = kind === 'nested' ? { nested: {} } : {}
  const events = (ids: readonly string[]) =>
    fileOf(
      fields,
      ids.map((id, time) => ({ id, time, ...nested })),
    )
  const ids = (data: readonly string[]) => data.map((line) => JSON.parse(line).id)

  test(`${kind}: an id that was seen lately is not emitted again, and counted`, async () => {
    const options = { isNew: recentIds() }
    const result = await decoded(decodeAvro, events(['a', 'b', 'a', 'c', 'b']), { options })
    expect(ids(dataIn(result))).toEqual(['a', 'b', 'c'])
    expect(result.counts).toEqual({ count: 3, events: 5, duplicates: 2, unparsed: 0 })
  })

  test(`${kind}: events that an earlier run emitted are passed over and remembered, across blocks`, async () => {
    const type = avro.Type.forSchema(JSON.parse(schemaOf(fields)))
    const blocks = [
      ['a', 'b'],
      ['c', 'a'],
      ['b', 'd'],
    ].map((some) => ({
      count: some.length,
      content: Buffer.concat(some.map((id) => type.toBuffer({ id, time: 1, ...nested }))),
    }))
    const options = { skip: 3, isNew: recentIds() }
    const result = await decoded(decodeAvro, avroFile(schemaOf(fields), blocks), { options })
    expect(ids(dataIn(result))).toEqual(['d'])
    expect(result.counts).toEqual({ count: 1, events: 6, duplicates: 2, unparsed: 0 })
  })

  test(`${kind}: a block with bytes left over is broken`, async () => {
    const type = avro.Type.forSchema(JSON.parse(schemaOf(fields)))
    const record = type.toBuffer({ id: 'a', time: 1, ...nested })
    const file = avroFile(schemaOf(fields), [{ count: 1, content: Buffer.concat([record, record]) }])
    const result = await decoded(decodeAvro, file)
    expect(ids(dataIn(result))).toEqual(['a'])
    expect(result.error?.byte).toBe(headerOf({ 'avro.schema': schemaOf(fields) }).length)
  })

  test(`${kind}: a block that claims more events than it has is broken`, async () => {
    const type = avro.Type.forSchema(JSON.parse(schemaOf(fields)))
    const content = type.toBuffer({ id: 'a', time: 1, ...nested })
    for (const count of [2, 2 ** 40]) {
      const { error } = await decoded(decodeAvro, avroFile(schemaOf(fields), [{ count, content }]))
      expect(error).toBeDefined()
    }
  })

  test(`${kind}: a policy sees the values of covered fields, tagged ones included, and no others`, async () => {
    const personal: readonly Field[] = [
      { name: 'email_address', type: ['null', 'string'] },
      { name: 'home', type: 'float', doc: '[PII] Where somebody lives' },
      { name: 'flags', type: { type: 'array', items: ['null', 'string'] }, doc: 'flags' },
    ]
    const values: string[] = []
    const policy: PersonalDataPolicy = {
      covers: (field, tagged) => tagged || field === 'email_address' || field === 'flags',
      replace: (value) => {
        // Asked with an empty string, it tells whether it drops.
        if (value !== '""') values.push(value)
        return value.startsWith('[') ? undefined : '"x"'
      },
    }
    const event = {
      id: 'a',
      time: 1,
      email_address: { string: 'é"@x' },
      home: 1.5,
      flags: [null, { string: 'f' }],
      ...nested,
    }
    const file = fileOf([...fields, ...personal], [event, { ...event, email_address: null }])
    const result = await decoded(decodeAvro, file, { options: { personalData: policy } })
    expect(valuesIn(result)).toEqual([
      { id: 'a', time: 1, email_address: 'x', home: 'x', ...nested },
      { id: 'a', time: 1, home: 'x', ...nested },
    ])
    expect(values).toEqual(['"é\\"@x"', '1.5', '[null,"f"]', '1.5', '[null,"f"]'])
  })
}

test('a policy also holds for the fields of records within', async () => {
  const person = { type: 'record', name: 'Person', fields: [{ name: 'dob', type: 'string', doc: '[PII]' }] }
  const policy: PersonalDataPolicy = { covers: (_, tagged) => tagged, replace: () => undefined }
  const file = fileOf([ID, { name: 'person', type: person }], [{ id: 'a', person: { dob: '1990' } }])
  expect(dataIn(await decoded(decodeAvro, file, { options: { personalData: policy } }))).toEqual([
    '{"id":"a","person":{}}',
  ])
})

test('the properties of custom events and purchases become objects, with every digit', async () => {
  const file = fileOf(
    [ID, { name: 'properties', type: 'string' }],
    ['{"big": 12345678901234567890, "é": "\\u00e9 \\n"}', 'not json', ''].map((properties, i) => ({
      id: `${i}`,
      properties,
    })),
  )
  const expected = [
    '{"id":"0","properties":{"big":12345678901234567890,"é":"\\u00e9 \\n"}}',
    '{"id":"1","properties":{"_unparsed":"not json"}}',
    '{"id":"2","properties":{"_unparsed":""}}',
  ]
  for (const stream of ['users.behaviors.CustomEvent', 'users.behaviors.Purchase']) {
    const result = await decoded(decodeAvro, file, { options: { stream } })
    expect(dataIn(result)).toEqual(expected)
    expect(result.counts.unparsed).toBe(2)
  }
  const other = await decoded(decodeAvro, file, { options: { stream: 'agentconsole.ToolInvocation' } })
  expect(valuesIn(other)[1]).toEqual({ id: '1', properties: 'not json' })
})

test('nullable properties become objects as well, next to fields of any type', async () => {
  const fields = [ID, NESTED, { name: 'properties', type: ['null', 'string'] }]
  const event = (properties: unknown) => ({ id: 'a', nested: {}, properties })
  const file = fileOf(fields, [event(null), event({ string: '{"a":1}' }), event({ string: '{' })])
  const result = await decoded(decodeAvro, file, { options: { stream: 'users.behaviors.Purchase' } })
  expect(valuesIn(result).map(({ properties }) => properties)).toEqual([undefined, { a: 1 }, { _unparsed: '{' }])
  expect(result.counts.unparsed).toBe(1)
})

test('bytes that are no UTF-8 are replaced as a TextDecoder replaces them', async () => {
  const bytes = Buffer.from('61ff62c328e282', 'hex')
  for (const more of [[], [NESTED]]) {
    const schema = schemaOf([ID, { name: 'a', type: 'string' }, ...more])
    const content = Buffer.concat([text('1'), text(bytes), ...more.map(() => long(0))])
    const [data] = valuesIn(await decoded(decodeAvro, avroFile(schema, [{ count: 1, content }])))
    expect(data?.['a']).toBe(new TextDecoder().decode(bytes))
  }
})

test('large files come in blocks of bounded size', async () => {
  const records = Array.from({ length: 3000 }, (_, i) => ({ id: `${i}`, nested: { text: 'x'.repeat(400) } }))
  const { blocks, counts } = await decoded(decodeAvro, fileOf([ID, NESTED], records))
  expect(counts.count).toBe(3000)
  expect(blocks.length).toBeGreaterThan(5)
  for (const { bytes } of blocks) expect(bytes.length).toBeLessThan(300_000)
})

test.each<[string, Buffer, string]>([
  [
    'the schema of a string',
    headerOf({ 'avro.schema': '"string"' }),
    'the schema in the header is not that of a record',
  ],
  ['a schema that is no JSON', headerOf({ 'avro.schema': '{' }), 'the schema in the header is no JSON'],
  [
    'a type that is not defined',
    headerOf({ 'avro.schema': schemaOf([ID, { name: 'a', type: 'Nowhere' }]) }),
    'the schema in the header makes no sense',
  ],
])('%s is told', async (_, file, reason) => {
  expect((await decoded(decodeAvro, file)).error?.message).toBe(reason)
})

test('leaving early stops the download', async () => {
  let isClosed = false
  const file = fileOf([ID], [{ id: '1' }])
  async function* chunks() {
    try {
      yield* inChunks(Buffer.concat([file, blockOf({ count: 1, content: text('2') })]), [7])
    } finally {
      isClosed = true
    }
  }
  for await (const _ of awaited(decodeAvro(chunks(), file.length, OPTIONS))) break
  expect(isClosed).toBe(true)
})
