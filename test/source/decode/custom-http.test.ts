import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import avro from 'avsc'
import fc from 'fast-check'
import { type EventField, eventTypes } from '../../../src/catalog.ts'
import { decodeAvro } from '../../../src/source/decode/avro.ts'
import { decodeCustomHttp, eventTypesIn } from '../../../src/source/decode/custom-http.ts'
import { BrokenFileError } from '../../../src/source/decode/decoder.ts'
import { awaited } from '../../../src/source/decode/waiting.ts'
import { recentIds } from '../../../src/source/deduplicate.ts'
import { avroFile, inChunks } from './avro-file.ts'
import { dataIn, decoded, OPTIONS, valuesIn } from './decoded.ts'

const STREAM = OPTIONS.stream

const eventOf = (id: string, more: object = {}) => ({
  event_type: STREAM,
  id,
  time: 1,
  user: {},
  properties: {},
  ...more,
})

const ids = (data: readonly string[]) => data.map((line) => JSON.parse(line).id)

type Layout = (events: readonly object[]) => string

const LAYOUTS: Readonly<Record<string, Layout>> = {
  envelope: (events) => JSON.stringify({ events }),
  'envelope over several lines': (events) => JSON.stringify({ events }, null, 2),
  'envelope with other members around': (events) =>
    JSON.stringify({ before: [{ events: 1 }], events, after: { a: [] } }),
  'envelope with members after': (events) => JSON.stringify({ events, a: '"', b: { events: [] }, c: [1] }),
  array: (events) => JSON.stringify(events),
  'array over several lines': (events) => JSON.stringify(events, null, '\t'),
  'array with an event on each line': (events) => `[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]\n`,
  'JSON lines': (events) => events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  'JSON lines without a last line feed': (events) => events.map((event) => JSON.stringify(event)).join('\n'),
  'JSON lines of Windows, with blank ones': (events) =>
    events.map((event) => `\r\n${JSON.stringify(event)}\r\n`).join(''),
  'JSON lines of envelopes': (events) =>
    events.map((event) => `${JSON.stringify({ events: [event, event] })}\n`).join(''),
  'JSON lines of arrays': (events) => events.map((event) => `${JSON.stringify([event])}\n`).join(''),
  'one event after the other over several lines': (events) =>
    events.map((event) => JSON.stringify(event, null, 2)).join('\n'),
  'with a byte order mark': (events) => `\ufeff${events.map((event) => `${JSON.stringify(event)}\n`).join('')}`,
}

const nasty = fc.string({
  unit: fc.constantFrom('"', '\\', '\n', '{', '}', '[', ']', ',', ':', 'é', '😀', 'a'),
  maxLength: 12,
})
const event = fc
  .record({ id: fc.uuid(), a: nasty, b: fc.jsonValue({ maxDepth: 2 }), events: fc.boolean() })
  .map(({ id, a, b, events }) => eventOf(id, { properties: { a, b, ...(events && { events: [] }) } }))
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })

for (const [name, layout] of Object.entries(LAYOUTS))
  test(`${name}: gives each event, in chunks of any size, packed or not`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 5 }), sizes, fc.boolean(), async (events, chunks, isPacked) => {
        const text = Buffer.from(layout(events))
        const result = await decoded(decodeCustomHttp, isPacked ? gzipSync(text) : text, { chunks })
        expect(result.error).toBeUndefined()
        const copies = name === 'JSON lines of envelopes' ? 2 : 1
        const expected = events.flatMap((event) => Array.from({ length: copies }, () => event))
        const flat = expected.map(({ id, time, properties }) => ({
          id,
          time,
          ...Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null)),
        }))
        // By way of JSON, which has no negative zero.
        expect(valuesIn(result)).toEqual(JSON.parse(JSON.stringify(flat)))
      }),
      { numRuns: 60 },
    )
  })

test('an event becomes flat: user and properties move to the top, nulls go, and every digit stays', async () => {
  const file = `{"events":[{"event_type":"${STREAM}","id":"1","time":1743498000,"new":{"x":1},
    "user":{"user_id":"u","external_user_id":null,"device_id":"d","timezone":"Europe\\/Paris"},
    "properties":{"big":12345678901234567890,"price":3.10,"list":[ null, "a\\nb" ],"device_id":"other","n\\u00e4me":true}}]}`
  expect(dataIn(await decoded(decodeCustomHttp, Buffer.from(file)))).toEqual([
    '{"id":"1","time":1743498000,"new":{"x":1},"user_id":"u","device_id":"d","timezone":"Europe\\/Paris","big":12345678901234567890,"price":3.10,"list":[null,"a\\nb"],"näme":true}',
  ])
})

test.each<[string, object, unknown, number]>([
  ['users.behaviors.CustomEvent', { custom_properties: { a: 1 } }, { properties: { a: 1 } }, 0],
  ['users.behaviors.Purchase', { purchase_properties: { a: 1 } }, { properties: { a: 1 } }, 0],
  ['users.behaviors.Purchase', { purchase_properties: '{"a":1}' }, { properties: { a: 1 } }, 0],
  ['users.behaviors.Purchase', { purchase_properties: 'text' }, { properties: { _unparsed: 'text' } }, 1],
  ['users.behaviors.Purchase', { purchase_properties: [1] }, { properties: { _unparsed: '[1]' } }, 1],
  [
    'users.messages.banner.Click',
    { canvas_step_message_variation_api_id: 'x' },
    { canvas_step_message_variation_id: 'x' },
    0,
  ],
  ['users.not.yet.Known', { custom_properties: { a: 1 }, b: [] }, { custom_properties: { a: 1 }, b: [] }, 0],
])('%s: %j becomes %j', async (stream, properties, expected, unparsed) => {
  const file = JSON.stringify({ ...eventOf('1', { properties }), event_type: stream })
  const result = await decoded(decodeCustomHttp, Buffer.from(file), { options: { stream } })
  expect(valuesIn(result)).toEqual([{ id: '1', time: 1, ...(expected as object) }])
  expect(result.counts.unparsed).toBe(unparsed)
})

// ------------------------------------------------------------------------------------------------ as the Avro export

/** A value of a field: as avsc takes it, and as Custom HTTP sends it. */
interface Value {
  readonly inAvro: unknown
  readonly inHttp: unknown
}

const same = (value: unknown): Value => ({ inAvro: value, inHttp: value })

const text = fc.string({ unit: 'binary', maxLength: 10 })
const FLOATS = [3.14, 0.1, 19.99, -122.419_42, 1e-7, 5]

function valuesOf(field: EventField): fc.Arbitrary<Value> {
  const types = [field.type].flat()
  if (field.json_in_string)
    return fc
      .dictionary(text, fc.jsonValue({ maxDepth: 2 }))
      .map((object) => ({ inAvro: JSON.stringify(object), inHttp: object }))
  if (types.includes('string')) return text.map(same)
  if (types.includes('integer')) return fc.integer().map(same)
  if (types.includes('number'))
    return fc.constantFrom(...FLOATS).map((float) => ({ inAvro: Math.fround(float), inHttp: float }))
  if (types.includes('boolean')) return fc.boolean().map(same)
  return fc.array(text, { maxLength: 3 }).map(same)
}

const AVRO_TYPES: Readonly<Record<string, unknown>> = {
  string: 'string',
  object: 'string',
  integer: 'long',
  number: 'float',
  boolean: 'boolean',
  array: { type: 'array', items: 'string' },
}

const avroTypeOf = (field: EventField): unknown => AVRO_TYPES[[field.type].flat().find((type) => type !== 'null') ?? '']

const REQUIRED = ['id', 'time']

/** Builds the Custom HTTP event by the rules of the catalogue. */
function httpEvent(stream: string, values: ReadonlyMap<string, Value | null>): object {
  const event: Record<string, Record<string, unknown>> = { user: {}, properties: {} }
  const top: Record<string, unknown> = { event_type: stream }
  for (const [name, value] of values) {
    const place = eventTypes().get(stream)?.schema.properties[name]?.custom_http ?? placeOf(name)
    const [group = '', member = ''] = place.includes('.') ? place.split('.') : ['', place]
    if (value) (event[group] ?? top)[member] = value.inHttp
  }
  return { ...top, ...event }
}

function placeOf(name: string): string {
  if (REQUIRED.includes(name)) return name
  return ['user_id', 'external_user_id', 'device_id', 'timezone'].includes(name) ? `user.${name}` : `properties.${name}`
}

const inBoth = [...eventTypes().values()].map(({ event_type, schema }) => ({
  stream: event_type,
  fields: Object.entries(schema.properties).filter(([, field]) => field.custom_http !== null && field.avro !== null),
}))

test('both decoders give the same records for the same events, of every described type', async () => {
  for (const { stream, fields } of inBoth) {
    const schema = JSON.stringify({
      type: 'record',
      name: 'Event',
      fields: fields.map(([name, field]) => ({
        name,
        type: REQUIRED.includes(name) ? avroTypeOf(field) : ['null', avroTypeOf(field)],
      })),
    })
    const type = avro.Type.forSchema(JSON.parse(schema))
    const values = fc.tuple(
      ...fields.map(([name, field]) => (REQUIRED.includes(name) ? valuesOf(field) : fc.option(valuesOf(field)))),
    )
    await fc.assert(
      fc.asyncProperty(values, async (values) => {
        const byName = new Map(fields.map(([name], i) => [name, values[i] ?? null]))
        const content = type.toBuffer(
          Object.fromEntries([...byName].map(([name, value]) => [name, value?.inAvro ?? null])),
        )
        const options = { stream }
        const fromAvro = await decoded(decodeAvro, avroFile(schema, [{ count: 1, content }]), { options })
        const http = Buffer.from(JSON.stringify({ events: [httpEvent(stream, byName)] }))
        const fromHttp = await decoded(decodeCustomHttp, http, { options })
        expect(valuesIn(fromHttp)).toEqual(valuesIn(fromAvro))
        expect(fromHttp.counts).toEqual(fromAvro.counts)
      }),
      { numRuns: 3 },
    )
  }
})

// ----------------------------------------------------------------------------------------------- streams and counting

const mixed = Buffer.from(
  [
    eventOf('1'),
    { ...eventOf('2'), event_type: 'users.messages.email.Send' },
    { no: 'event' },
    [1, 'x', null],
    eventOf('1'),
    { ...eventOf('3'), event_type: 'users_messages_email_Open' },
    eventOf('4'),
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join(''),
)

test('events of other types are passed over and counted, and every type is told once', async () => {
  const types: string[] = []
  const result = await decoded(decodeCustomHttp, mixed, { options: { onEventType: (type) => types.push(type) } })
  expect(ids(dataIn(result))).toEqual(['1', '1', '3', '4'])
  expect(result.counts).toEqual({ count: 4, events: 6, duplicates: 0, unparsed: 0 })
  expect(types).toEqual([STREAM, 'users.messages.email.Send', 'users_messages_email_Open'])
})

test('tells the event types of a file without decoding it', async () => {
  expect([...(await eventTypesIn(inChunks(mixed), mixed.length))].sort()).toEqual(
    [STREAM, 'users.messages.email.Send', 'users_messages_email_Open'].sort(),
  )
})

test('events that an earlier run went through are passed over, and duplicates are left out', async () => {
  const options = { skip: 2, isNew: recentIds() }
  const result = await decoded(decodeCustomHttp, mixed, { options })
  expect(ids(dataIn(result))).toEqual(['3', '4'])
  expect(result.counts).toEqual({ count: 2, events: 6, duplicates: 1, unparsed: 0 })
})

test('a policy holds for the flat names', async () => {
  const personalData = {
    covers: (field: string) => ['user_id', 'properties', 'age'].includes(field),
    replace: (value: string) => (value === '7' ? undefined : JSON.stringify(`<${value}>`)),
  }
  const file = JSON.stringify({
    ...eventOf('1', { user: { user_id: 'ü' }, properties: { custom_properties: { a: 1 }, age: 7, sex: 'x' } }),
    event_type: 'users.behaviors.CustomEvent',
  })
  const options = { stream: 'users.behaviors.CustomEvent', personalData }
  expect(valuesIn(await decoded(decodeCustomHttp, Buffer.from(file), { options }))).toEqual([
    { id: '1', time: 1, user_id: '<"ü">', properties: '<{"a":1}>', sex: 'x' },
  ])
})

test('an empty file holds no events', async () => {
  expect(await decoded(decodeCustomHttp, Buffer.alloc(0))).toEqual({
    lines: [],
    blocks: [],
    counts: { count: 0, events: 0, duplicates: 0, unparsed: 0 },
  })
})

// --------------------------------------------------------------------------------------------------------- broken files

const line = (id: string) => `${JSON.stringify(eventOf(id, { properties: { é: 'é' } }))}\n`
const bytes = (text: string) => Buffer.byteLength(text)

test.each<[string, string, readonly string[], number]>([
  ['in the middle', `${line('1')}{"id":"x\n${line('2')}{"y"\n${line('3')}`, ['1', '2', '3'], bytes(line('1'))],
  ['at the start', `{"id":"x\n${line('1')}${line('2')}`, ['1', '2'], 0],
  ['at the start, with an open bracket', `{"a":[1,\n${line('1')}${line('2')}`, ['1', '2'], 0],
  ['after an event', `${line('1').trim()} x\n${line('2')}`, ['1', '2'], bytes(line('1'))],
  [
    'in an envelope',
    `{"events":[${line('1')},${line('2')},{"id":`,
    ['1', '2'],
    bytes(`{"events":[${line('1')},${line('2').trim()}`),
  ],
  ['after an envelope', `{"events":[${line('1')}]`, ['1'], bytes(`{"events":[${line('1').trim()}`)],
])('what is broken %s does not take the whole events with it', async (_, file, expected, byte) => {
  const result = await decoded(decodeCustomHttp, Buffer.from(file))
  expect(ids(dataIn(result))).toEqual(expected)
  expect(result.error?.message).toBe('the file is no JSON')
  expect(result.error?.byte).toBe(byte)
})

for (const [name, layout] of Object.entries(LAYOUTS))
  test(`${name}: a file that is cut off anywhere gives the events that are whole, and an error`, async () => {
    const events = ['1', '2', '3'].map((id) => eventOf(id, { properties: { text: 'a"b\nc', list: [1, { x: 2 }] } }))
    const file = Buffer.from(layout(events))
    const whole = dataIn(await decoded(decodeCustomHttp, file))
    for (let length = 0; length < file.length; length++) {
      const result = await decoded(decodeCustomHttp, file.subarray(0, length), { size: file.length })
      const lines = dataIn(result)
      expect(lines).toEqual(whole.slice(0, lines.length))
      expect(result.error).toBeInstanceOf(BrokenFileError)
      // The envelope that begins with something else is read as a whole.
      const ends = name === 'envelope with other members around' ? [] : endsOf(layout, events, file)
      expect(lines.length).toBeGreaterThanOrEqual(ends.filter((end) => end <= length).length)
    }
  })

/** Where the events end in a file that holds each once. */
function endsOf(layout: Layout, events: readonly object[], file: Buffer): readonly number[] {
  const text = file.toString()
  if (layout === LAYOUTS['JSON lines of envelopes']) return []
  return events
    .map((_, i) => bytes(text.slice(0, i === 2 ? text.lastIndexOf('}') : text.indexOf(`"${i + 2}"`))))
    .map((end, i) => (i === 2 ? end + 1 : end))
}

/** Its checksum comes last, so that damaged text may come before the error. */
test('a gzip file that is cut off or damaged is broken', async () => {
  const file = gzipSync(Array.from({ length: 2000 }, (_, i) => line(`${i}-${Math.imul(i, 0x9e3779b1)}`)).join(''))
  for (const bad of [file.subarray(0, -4), file.subarray(0, file.length / 2), Buffer.from(file).fill(0, 5000, 5100)]) {
    const result = await decoded(decodeCustomHttp, bad, { chunks: [1000] })
    expect(result.error?.message).toBe('the file does not unpack')
    expect(result.counts.count).toBeGreaterThan(0)
  }
})

test('a file of JSON lines is read in constant memory, a line at a time', async () => {
  let ahead = 0
  let most = 0
  async function* lines() {
    for (let i = 0; i < 20_000; i++) {
      ahead++
      most = Math.max(most, ahead)
      yield Buffer.from(line(`${i}`))
    }
  }
  for await (const { events } of awaited(decodeCustomHttp(lines(), 0, OPTIONS))) ahead -= events
  expect(most).toBeLessThan(3000)
})

test('an error of the store passes through, after what came before it', async () => {
  async function* failing() {
    yield Buffer.from(line('1'))
    throw new Error('connection reset')
  }
  let count = 0
  const reading = async () => {
    for await (const block of awaited(decodeCustomHttp(failing(), 0, OPTIONS))) count += block.count
  }
  await expect(reading()).rejects.toThrow('connection reset')
  expect(count).toBe(1)
})

test('leaving early stops the download', async () => {
  for (const pack of [(text: string) => Buffer.from(text), (text: string) => gzipSync(text)]) {
    let isClosed = false
    const file = pack(Array.from({ length: 20_000 }, (_, i) => line(`${i}`)).join(''))
    async function* chunks() {
      try {
        yield* inChunks(file, [1000])
      } finally {
        isClosed = true
      }
    }
    for await (const _ of awaited(decodeCustomHttp(chunks(), file.length, OPTIONS))) break
    expect(isClosed).toBe(true)
  }
})
