/** The two writers of Avro blocks must not differ in a byte: the one by way of values is the oracle of the fast one. */
import { expect, test } from '@jest/globals'
import avro from 'avsc'
import fc from 'fast-check'
import { valueWriter } from '../../../src/source/decode/avro-values.ts'
import { BrokenFileError, type DecodedBlock, type DecodeOptions } from '../../../src/source/decode/decoder.ts'
import { exactLong } from '../../../src/source/decode/exact-long.ts'
import { numberText } from '../../../src/source/decode/json-text.ts'
import { transcoder, type WriteBlocks } from '../../../src/source/decode/transcoder.ts'
import { recentIds } from '../../../src/source/deduplicate.ts'

const OPTIONS: DecodeOptions = { stream: 'any', extra: '"_extra":1', emittedAt: 5, skip: 0 }
const JSON_FIELD = 'properties'

/** What a writer made of a block: its lines and counts, and how it ended. */
function outcomeOf(write: WriteBlocks, block: Buffer, count: number, skip = 0) {
  return outcomeOfBlocks(write, [{ content: block, count, byte: 0 }], skip)
}

function outcomeOfBlocks(write: WriteBlocks, written: Parameters<WriteBlocks>[0], skip: number) {
  const blocks: DecodedBlock[] = []
  let error = ''
  try {
    for (const part of write(written, skip)) blocks.push({ ...part, bytes: Buffer.from(part.bytes) })
  } catch (thrown) {
    if (!(thrown instanceof BrokenFileError)) throw thrown
    error = thrown.message
  }
  const sum = (key: 'count' | 'events' | 'duplicates' | 'unparsed') => blocks.reduce((n, part) => n + part[key], 0)
  return {
    lines: Buffer.concat(blocks.map(({ bytes }) => bytes)).toString('latin1'),
    counts: [sum('count'), sum('events'), sum('duplicates'), sum('unparsed')],
    error,
  }
}

/** The fast writer and the slow one. `release` lets the next ones have their memory. */
function bothOf(schema: object, options: DecodeOptions, deduplicate: boolean) {
  const windows = deduplicate ? [recentIds(), recentIds()] : []
  const own = (i: number): DecodeOptions => (windows[i] ? { ...options, isNew: windows[i] } : options)
  const ours = own(0)
  const fast = transcoder(schema, ours, JSON_FIELD)?.(ours)
  if (!fast) throw new Error('the schema is flat, so there must be a transcoder')
  const slow = valueWriter(JSON.stringify(schema), own(1), JSON_FIELD)
  return { fast, slow, release: () => windows.forEach(({ release }) => void release()) }
}

interface FieldCase {
  /** As the file declares it. */
  readonly type: unknown
  /** As we encode it: strings as bytes, which look the same, so that they may hold anything. */
  readonly wire: unknown
  readonly value: fc.Arbitrary<unknown>
}

const bytes = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u001f', '\u007f', 'é', '€', '😀', 'a', '\u2028'),
      maxLength: 60,
    }),
    fc.constantFrom('f47ac10b-58cc-4372-a567-0e02b2c3d479', ''),
  )
  .map((text) => Buffer.from(text, 'utf8'))
const anyBytes = fc.oneof(
  bytes,
  fc.uint8Array({ maxLength: 24 }).map((array) => Buffer.from(array)),
)
/** JSON as people and other programs write it: with whitespace anywhere, escapes, any depth. */
const spaced = fc.tuple(fc.json({ maxDepth: 4 }), fc.constantFrom('', ' ', '\n', '\t \r')).map(([text, space]) =>
  // Never within a string: those have no such marks here, or are cut in two and are no JSON.
  text.replace(/[{}[\],:]/g, `${space}$&${space}`),
)
const tokens = fc
  .array(
    fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        ' ',
        '"a"',
        '"\\u00e9"',
        '"\\ud800"',
        '"\\x"',
        '"é😀\u2028\u007f"',
        '"\n"',
        '"',
      ],
      ...['true', 'false', 'null', 'nul', '0', '-0', '-', '01', '1.', '1.50', '.5', '12345678901234567890', '1e400'],
      ...['1E+2', '1e', '\u00a0', '\ufeff', '\u000b', '"a":1', '"a":[{}]', '"__proto__":{"b" : 2}', '"\\"\\\\\\/\\b"'],
    ),
    { maxLength: 7 },
  )
  .map((parts) => `{${parts.join('')}}`)
const nested = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.integer({ min: 60, max: 70 }))
  .map(([open, depth]) => `{"a":${open.repeat(depth)}1${(open === '[' ? ']' : '}').repeat(depth)}}`)
const json = fc
  .tuple(
    fc.oneof(
      fc.json(),
      spaced,
      tokens,
      nested,
      fc.constantFrom('{}', '{"a": 12345678901234567890, "b\\u0041":[1.0, 1e400 ]}', '{"a":1,"a":2}', '[1]', '{', ''),
      fc.constantFrom(' {"x" : "a  b"} ', `{"a":"${'x'.repeat(40)}\\"${'é'.repeat(20)}"}`),
    ),
    fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 3 }),
  )
  .map(([text, damage]) => damaged(Buffer.from(text, 'utf8'), damage))

function damaged(text: Buffer, damage: readonly [number, number] | null): Buffer {
  if (damage && text.length > 0) text.writeUInt8(damage[1], damage[0] % text.length)
  return text
}

const plain: readonly FieldCase[] = [
  { type: 'string', wire: 'bytes', value: anyBytes },
  { type: 'int', wire: 'int', value: fc.integer() },
  { type: 'long', wire: 'long', value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  { type: 'float', wire: 'float', value: fc.float() },
  { type: 'double', wire: 'double', value: fc.double() },
  { type: 'boolean', wire: 'boolean', value: fc.boolean() },
  { type: 'null', wire: 'null', value: fc.constant(null) },
  {
    type: { type: 'array', items: 'string' },
    wire: { type: 'array', items: 'bytes' },
    value: fc.array(anyBytes, { maxLength: 4 }),
  },
  {
    type: { type: 'array', items: ['null', 'string'] },
    wire: { type: 'array', items: ['null', 'bytes'] },
    value: fc.array(fc.option(anyBytes.map((b) => ({ bytes: b }))), { maxLength: 4 }),
  },
]

const wrapped = (wire: unknown): string => (typeof wire === 'string' ? wire : 'array')

/** A field as it is, nullable, or nullable the other way round. */
const cases: readonly FieldCase[] = plain.flatMap((field) => {
  if (field.type === 'null') return [field]
  const value = fc.option(field.value.map((v) => ({ [wrapped(field.wire)]: v })))
  return [
    field,
    { type: ['null', field.type], wire: ['null', field.wire], value },
    { type: [field.type, 'null'], wire: [field.wire, 'null'], value },
  ]
})

/** Damage makes numbers of more bits than they have, which avsc does not notice. */
const withoutIntegers = cases.filter(({ type }) => !/"(int|long)"/.test(JSON.stringify(type)))

const jsonCase: FieldCase = { type: 'string', wire: 'bytes', value: json }
const idCase: FieldCase = {
  type: 'string',
  wire: 'bytes',
  value: fc.oneof(fc.constantFrom('1', '2', 'é'), fc.nat(40).map(String)).map((t) => Buffer.from(t)),
}
const nullable = ({ type, wire, value }: FieldCase): FieldCase => ({
  type: ['null', type],
  wire: ['null', wire],
  value: fc.option(value.map((bytes) => ({ bytes }))),
})

/** Of bytes that are no text, one writer compares ids as they are, and the other what is made of them. */
const withoutTexts = (cases: readonly FieldCase[]) =>
  cases.filter(({ wire }) => !JSON.stringify(wire).includes('bytes'))

/** The fields that mean something to us are mostly, but not always, of the types that they should be. */
const fieldOf = (name: string, cases: readonly FieldCase[]): fc.Arbitrary<FieldCase & { name: string }> => {
  const usual = name === JSON_FIELD ? jsonCase : name === 'id' ? idCase : undefined
  const any = fc.constantFrom(...(name === 'id' ? withoutTexts(cases) : cases))
  const field = usual ? fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, fc.constant(nullable(usual)), any) : any
  return field.map((field) => ({ name, ...field }))
}

const fileOf = (cases: readonly FieldCase[]) =>
  fc
    .uniqueArray(fc.constantFrom('id', 'properties', 'a', 'b', 'time', 'toString'), { minLength: 1 })
    .chain((names) => fc.tuple(...names.map((name) => fieldOf(name, cases))))
    .chain((fields) => {
      const schemaOf = (key: 'type' | 'wire') => ({
        type: 'record',
        name: 'R',
        fields: fields.map((field) => ({ name: field.name, type: field[key] })),
      })
      const type = avro.Type.forSchema(schemaOf('wire') as avro.Schema, {
        wrapUnions: true,
        registry: { long: exactLong },
      })
      const record = fc.tuple(...fields.map(({ value }) => value))
      // Ids are looked up sixteen at a time.
      const few = fc.array(record, { maxLength: 6 })
      const many = fc.array(record, { minLength: 15, maxLength: 50 })
      const encoded = fc.oneof({ weight: 5, arbitrary: few }, { weight: 1, arbitrary: many }).map((records) =>
        records.map((values) =>
          encode(
            type,
            fields.map(({ name }) => name),
            values,
          ),
        ),
      )
      return fc.record({ schema: fc.constant(schemaOf('type')), records: encoded })
    })

function encode(type: avro.Type, names: readonly string[], values: readonly unknown[]): Buffer {
  return type.toBuffer(Object.fromEntries(names.map((name, i) => [name, values[i]])))
}

test('both writers give the same bytes and counts for any flat schema and any data', () => {
  fc.assert(
    fc.property(
      fileOf(cases),
      fc.boolean(),
      fc.nat(3),
      fc.boolean(),
      fc.nat(20),
      ({ schema, records }, deduplicate, skip, extra, cut) => {
        const options = { ...OPTIONS, extra: extra ? OPTIONS.extra : '' }
        const { fast, slow, release } = bothOf(schema, options, deduplicate)
        const blocks = [records.slice(0, cut), records.slice(cut)].map((some, byte) => ({
          content: Buffer.concat(some),
          count: some.length,
          byte,
        }))
        expect(outcomeOfBlocks(fast, blocks, skip)).toEqual(outcomeOfBlocks(slow, blocks, skip))
        release()
      },
    ),
    { numRuns: 1000 },
  )
})

/** The first and the last byte of each kind that UTF-8 knows, and some that JSON writes differently. */
const EDGES = [
  ...[0x00, 0x22, 0x41, 0x5c, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1],
  ...[0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff],
]

/** Four bytes of all kinds, between so many letters that they lie anywhere in what is looked at in one go. */
function* fours(): Generator<Buffer> {
  const kinds = EDGES.length
  for (let i = 0; i < kinds ** 4; i++) {
    const four = [3, 2, 1, 0].map((place) => EDGES[Math.floor(i / kinds ** place) % kinds] ?? 0)
    const text = Buffer.alloc((i % 18) + 4 + (i % 3) * 8, 'x')
    text.set(four, i % 18)
    yield text
  }
}

function* inBatches<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let batch: T[] = []
  for (const item of items) {
    if (batch.push(item) < size) continue
    yield batch
    batch = []
  }
  yield batch
}

const INT = avro.Type.forSchema('int')
const encoded = (texts: readonly Buffer[]): Buffer =>
  Buffer.concat(texts.flatMap((text) => [INT.toBuffer(text.length), text]))

test('any bytes are taken for the text that a TextDecoder takes them for', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 't', type: 'string' }] }
  const options = { ...OPTIONS, extra: '' }
  const { fast } = bothOf(schema, options, false)
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const strict = new TextDecoder('utf-8', { fatal: true })
  for (const texts of inBatches(fours(), 20_000)) {
    const { lines } = outcomeOf(fast, encoded(texts), texts.length)
    const found = strict.decode(Buffer.from(lines, 'latin1')).matchAll(/"data":\{"t":(.*)\},"emitted_at"/g)
    const wanted = texts.map((text) => JSON.stringify(decoder.decode(text)))
    expect([...found].map(([, text]) => text).join('\n')).toBe(wanted.join('\n'))
  }
})

test('both writers take the same bytes for text in JSON', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: JSON_FIELD, type: 'string' }] }
  const { fast, slow } = bothOf(schema, OPTIONS, false)
  const inJson = (text: Buffer) => Buffer.concat([Buffer.from('{"k":"'), text, Buffer.from('"}')])
  for (const texts of inBatches(fours(), 20_000)) {
    // A seventh of them, of all kinds: the slow writer is slow.
    const some = texts.filter((_, i) => i % 7 === 0).map(inJson)
    const [one, other] = [fast, slow].map((write) => outcomeOf(write, encoded(some), some.length))
    expect(one).toEqual(other)
  }
})

const BITS = new DataView(new ArrayBuffer(4))
const floatOf = (bits: number): number => {
  BITS.setUint32(0, bits)
  return BITS.getFloat32(0)
}

/** Prices, what lies around powers of two, and floats of all sizes. */
const FLOATS = [
  ...Array.from({ length: 30_000 }, (_, i) => Math.fround(i / 100)),
  ...Array.from({ length: 10_000 }, (_, i) => Math.fround(-i / 1000)),
  ...Array.from({ length: 256 * 9 }, (_, i) => floatOf((Math.floor(i / 9) << 23) + (i % 9) - 4)),
  ...Array.from({ length: 30_000 }, (_, i) => floatOf(Math.imul(i, 0x9e3779b1))),
]

test('a float is written as numberText writes it', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 'f', type: 'float' }] }
  const { fast } = bothOf(schema, OPTIONS, false)
  const block = Buffer.from(new Float32Array(FLOATS).buffer)
  const found = outcomeOf(fast, block, FLOATS.length).lines.matchAll(/"data":\{(?:"f":([^,]*),)?"_extra"/g)
  expect([...found].map(([, text]) => text).join()).toBe(FLOATS.map((float) => numberText(float, 32)).join())
})

test('both writers leave out the same fields of persons', () => {
  const marks = fc.array(fc.constantFrom('[PII] of a person', 'nothing', 7, undefined), { minLength: 6, maxLength: 6 })
  const policy = { covers: (name: string, isTagged: boolean) => isTagged || name === 'a', replace: () => undefined }
  let left = 0
  fc.assert(
    fc.property(fileOf(cases), marks, ({ schema, records }, marks) => {
      const fields = schema.fields.map((field, i) => ({ ...field, doc: marks[i] }))
      const { fast, slow } = bothOf({ ...schema, fields }, { ...OPTIONS, personalData: policy }, false)
      const block = Buffer.concat(records)
      const outcome = outcomeOf(fast, block, records.length)
      expect(outcome).toEqual(outcomeOf(slow, block, records.length))
      const covered = fields.filter(({ name, doc }) => name === 'a' || doc === '[PII] of a person')
      left += covered.length
    }),
  )
  expect(left).toBeGreaterThan(0)
})

test('both writers take the same texts for JSON objects, and write them alike', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: JSON_FIELD, type: 'string' }] }
  const type = avro.Type.forSchema({ ...schema, fields: [{ name: JSON_FIELD, type: 'bytes' }] } as avro.Schema)
  const { fast, slow } = bothOf(schema, OPTIONS, false)
  fc.assert(
    fc.property(fc.array(json, { minLength: 1, maxLength: 4 }), (texts) => {
      const block = Buffer.concat(texts.map((text) => type.toBuffer({ [JSON_FIELD]: text })))
      expect(outcomeOf(fast, block, texts.length)).toEqual(outcomeOf(slow, block, texts.length))
    }),
    { numRuns: 5000 },
  )
})

test('both writers keep as text what is nested too deeply', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: JSON_FIELD, type: 'string' }] }
  const type = avro.Type.forSchema(schema as avro.Schema)
  const deep = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
  const records = [63, 64, 65, 997, 998, 5000].map((levels) => type.toBuffer({ [JSON_FIELD]: deep(levels) }))
  const { fast, slow } = bothOf(schema, OPTIONS, false)
  const outcome = outcomeOf(fast, Buffer.concat(records), records.length)
  expect(outcome).toEqual(outcomeOf(slow, Buffer.concat(records), records.length))
  expect(outcome.counts).toEqual([6, 6, 0, 2])
})

test('a damaged block gives the same lines, and an error from both', () => {
  const flip = fc.record({ at: fc.nat(), bit: fc.nat(7), cut: fc.nat(9) })
  fc.assert(
    fc.property(fileOf(withoutIntegers), flip, ({ schema, records }, { at, bit, cut }) => {
      const block = Buffer.concat(records)
      if (block.length === 0) return
      const index = at % block.length
      block.writeUInt8(block.readUInt8(index) ^ (1 << bit), index)
      const damaged = block.subarray(0, Math.max(0, block.length - (cut > 5 ? cut - 5 : 0)))
      const { fast, slow } = bothOf(schema, OPTIONS, false)
      const [one, other] = [fast, slow].map((write) => outcomeOf(write, damaged, records.length))
      expect(one).toEqual(other)
    }),
    { numRuns: 1000 },
  )
})

// 126 as a length is 63.
test.each([
  ['boolean', 0, 1],
  ['string', 126, 64],
])(
  'a record of many values of the type %s that is cut off is damaged, wherever the memory ends',
  (type, byte, size) => {
    const fields = Array.from({ length: 3000 }, (_, i) => ({ name: `f${i}`, type }))
    const isNew = recentIds()
    const options = { ...OPTIONS, isNew }
    const write = transcoder({ type: 'record', name: 'R', fields }, options, JSON_FIELD)?.(options)
    // Longer than a page, by less than what is kept free.
    for (let bytes = 1; write && bytes < 140_000; bytes += 61) {
      const records = Math.ceil(bytes / (size * fields.length))
      expect(outcomeOf(write, Buffer.alloc(bytes, byte), records, records).error).toBe('a record is damaged')
    }
    isNew.release()
  },
)

test.each([
  ['of 64 bits is read', 0x01, ''],
  ['of more than 64 bits is damaged', 0x02, 'a record is damaged'],
  ['that goes on after ten bytes is damaged', 0x81, 'a record is damaged'],
])('a number %s', (_, last, error) => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 'n', type: 'long' }] }
  const block = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, last, 0])
  const { fast } = bothOf(schema, OPTIONS, false)
  const outcome = outcomeOf(fast, error ? block : block.subarray(0, 10), 1)
  expect(outcome.error).toBe(error)
  expect(outcome.lines.includes('"n":-9223372036854775808,')).toBe(error === '')
})

test('a line longer than the output is written whole, and counted once', () => {
  const schema = {
    type: 'record',
    name: 'R',
    fields: ['id', 'text', 'properties'].map((name) => ({ name, type: 'string' })),
  }
  const type = avro.Type.forSchema(schema as avro.Schema)
  const records = ['\u0001'.repeat(900_000), 'short', 'é"'.repeat(400_000)].map((text, i) =>
    type.toBuffer({ id: `${i}`, text, properties: `no json ${text.length}` }),
  )
  const { fast, slow } = bothOf(schema, OPTIONS, true)
  const block = Buffer.concat(records)
  const outcome = outcomeOf(fast, block, 3)
  expect(outcome).toEqual(outcomeOf(slow, block, 3))
  expect(outcome.counts).toEqual([3, 3, 0, 3])
})

test('what fills the output several times is written whole, without the events that were emitted before', () => {
  const schema = { type: 'record', name: 'R', fields: ['id', 'text'].map((name) => ({ name, type: 'string' })) }
  const type = avro.Type.forSchema(schema as avro.Schema)
  const records = Array.from({ length: 3000 }, (_, i) => type.toBuffer({ id: `${i % 2900}`, text: 'x'.repeat(1000) }))
  const block = Buffer.concat(records)
  for (const skip of [0, 1, 1500, 2999, 3000]) {
    const { fast, slow } = bothOf(schema, OPTIONS, true)
    const outcome = outcomeOf(fast, block, records.length, skip)
    expect(outcome).toEqual(outcomeOf(slow, block, records.length, skip))
    expect(outcome).toMatchObject({ error: '', counts: [Math.max(0, 2900 - skip), 3000, expect.any(Number), 0] })
  }
})

test.each([
  ['numbers', 'int', Buffer.alloc(100_000, 2)],
  ['strings that are absent', ['null', 'string'], Buffer.alloc(100_000)],
])('a block of %s only, whose lines fill the output several times, is written whole', (_, type, block) => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 'a', type }] }
  const { fast, slow } = bothOf(schema, OPTIONS, false)
  const outcome = outcomeOf(fast, block, block.length)
  expect(outcome.counts).toEqual([block.length, block.length, 0, 0])
  expect(outcome.lines === outcomeOf(slow, block, block.length).lines).toBe(true)
})

test('who waits for the lines is thought of every 64 KB, in blocks of any size', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 'text', type: 'string' }] }
  const type = avro.Type.forSchema(schema as avro.Schema)
  const record = type.toBuffer({ text: 'x'.repeat(1000) })
  let pumped = 0
  const options = { ...OPTIONS, pump: () => void pumped++ }
  const write = transcoder(schema, options, undefined)?.(options)
  const kilobytes = [1, 100, 4000].map((count) => {
    pumped = 0
    const lines = write && outcomeOf(write, Buffer.concat(Array.from({ length: count }, () => record)), count).lines
    return (lines?.length ?? 0) / 1024 / pumped
  })
  expect(kilobytes.map((each) => each <= 64)).toEqual([true, true, true])
  expect(kilobytes[2]).toBeGreaterThan(60)
})

test('a schema that is not flat is left to the other writer', () => {
  const of = (type: unknown) => {
    const fields = [
      { name: 'a', type },
      { name: 'b', type: 'string' },
    ]
    return transcoder({ type: 'record', name: 'R', fields }, OPTIONS, undefined)
  }
  const nested = { type: 'record', name: 'N', fields: [] }
  for (const type of [
    'bytes',
    nested,
    { type: 'map', values: 'int' },
    ['null', 'int', 'string'],
    ['int', 'string'],
    ['null'],
    { type: 'int', logicalType: 'date' },
    { type: 'array', items: 'int' },
    { type: 'array', items: ['string', 'null'] },
  ]) {
    expect(of(type)).toBeUndefined()
  }
  for (const type of ['string', { type: 'string', 'avro.java.string': 'String' }, ['null', { type: 'long' }]]) {
    expect(of(type)).toBeDefined()
  }
  expect(transcoder({ type: 'record', name: 'R', fields: [] }, OPTIONS, undefined)).toBeUndefined()
  expect(transcoder('string', OPTIONS, undefined)).toBeUndefined()
})

test('where a value must be replaced, all is left to the other writer', () => {
  const fields = ['a', 'b'].map((name) => ({ name, type: 'string' }))
  const of = (covered: string, replaced: string | undefined) => {
    const personalData = { covers: (name: string) => name === covered, replace: () => replaced }
    return transcoder({ type: 'record', name: 'R', fields }, { ...OPTIONS, personalData }, undefined)
  }
  expect(of('b', '"[REDACTED]"')).toBeUndefined()
  expect(of('b', undefined)).toBeDefined()
  expect(of('c', '"[REDACTED]"')).toBeDefined()
})

test('a JSON object longer than the output is written whole, between others', () => {
  const schema = {
    type: 'record',
    name: 'R',
    fields: ['id', JSON_FIELD, 'text'].map((name) => ({ name, type: 'string' })),
  }
  const type = avro.Type.forSchema(schema as avro.Schema)
  // The first one is none, and takes twice its length as text.
  const none = '"'.repeat(700_000)
  const objects = [none, `{"a":"${'x'.repeat(1_500_000)}"}`, '{"b": 1}', `{"c": [${'1, '.repeat(600_000)}1]}`, '{}']
  const records = objects.map((text, i) => type.toBuffer({ id: `${i}`, [JSON_FIELD]: text, text: `end of ${i}` }))
  const { fast, slow } = bothOf(schema, OPTIONS, true)
  const block = Buffer.concat(records)
  const outcome = outcomeOf(fast, block, objects.length)
  expect(outcome).toEqual(outcomeOf(slow, block, objects.length))
  expect(outcome.counts).toEqual([5, 5, 0, 1])
})
