import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type EventType, eventTypes } from '../../../src/catalog.ts'
import { endOfLine, readMessages } from '../../../src/cdk/read-lines.ts'
import { DestinationConfig } from '../../../src/config.ts'
import { CompiledLines, type Rows } from '../../../src/destination/compiled/lines.ts'
import type { Mapper, Target } from '../../../src/destination/target.ts'
import { targetOf } from '../../../src/destination/target-of.ts'
import { damaged, jsonText } from '../../cdk/json-text.ts'
import { configuredStream, RUDDERSTACK, SEGMENT } from '../mapping/records.ts'

interface Sent {
  readonly writeKey: string
  readonly events: string
}

/** What the target's mappers send for some lines; undefined for a line that nothing is sent for. */
async function mapped(target: Target, lines: Buffer): Promise<readonly (Sent | undefined)[]> {
  const mappers = mappersOf(target)
  const sent: (Sent | undefined)[] = []
  for (const line of linesOf(lines))
    for await (const [message] of readMessages(flow(line))) {
      if (message?.type !== 'RECORD') continue
      const result = mappers(message.stream)(message)
      sent.push(result.status === 'send' ? { writeKey: result.writeKey, events: result.events.join(',') } : undefined)
    }
  return sent
}

interface Compiled {
  readonly sent: readonly (Sent | undefined)[]
  /** Whether each line went the short way. */
  readonly short: readonly boolean[]
}

/** The same with whatever has been learned before each line. */
async function compiled(target: Target, lines: Buffer): Promise<Compiled> {
  const mappers = mappersOf(target)
  const learned = new CompiledLines<string>(target.limits.eventBytes)
  const sent: (Sent | undefined)[] = []
  const short: boolean[] = []
  for (let start = 0; start < lines.length; ) {
    const rows = learned.map(lines, start)
    for (let row = 0; row < rows.count; row++) {
      const end = rows.lineEnd(row)
      expect(end).toBe(endOfLine(lines, start))
      const program = rows.program(row)
      let hasLearned = false
      short.push(program !== undefined)
      if (program) {
        sent.push({ writeKey: program.writeKey, events: eventOf(rows, row) })
      } else
        for await (const [message] of readMessages(flow(lines.subarray(start, end)))) {
          if (message?.type !== 'RECORD') continue
          const map = mappers(message.stream)
          const result = map(message)
          sent.push(
            result.status === 'send' ? { writeKey: result.writeKey, events: result.events.join(',') } : undefined,
          )
          hasLearned = learned.learn(message.stream, message, map)
        }
      start = end + 1
      if (hasLearned) break
    }
  }
  return { sent, short }
}

const eventOf = (rows: Rows<string>, row: number): string =>
  rows.bytes.toString('latin1', rows.eventStart(row), rows.run(row, { events: 1, bytes: Number.POSITIVE_INFINITY }).end)

function mappersOf(target: Target): (stream: string) => Mapper {
  const mappers = new Map<string, Mapper>()
  return (stream) => {
    const known = mappers.get(stream) ?? mapperOf(target, stream)
    mappers.set(stream, known)
    return known
  }
}

/** A stream that the catalogue does not name is not mapped. */
const mapperOf = (target: Target, stream: string): Mapper =>
  STREAMS.includes(stream) || eventTypes().has(stream)
    ? target.mapper(configuredStream(stream))
    : () => ({ status: 'rejected', reason: 'unknown_stream', message: '' })

function linesOf(lines: Buffer): Buffer[] {
  return lines
    .toString('latin1')
    .split('\n')
    .map((line) => Buffer.from(line, 'latin1'))
}

async function* flow(bytes: Uint8Array) {
  yield bytes
}

// -------------------------------------------------------------------------------------------------------- any lines

const STREAMS = [
  'users.messages.email.Open',
  'users.behaviors.CustomEvent',
  'users.behaviors.Purchase',
  'users.messages.sms.InboundReceive',
  'users.behaviors.subscription.GlobalStateChange',
  'users.messages.fax.Send',
]

/** Mostly what is usual, so that whole records are. */
const mostly = (usual: fc.Arbitrary<string>, ...odd: readonly string[]) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...odd) })

const word = mostly(
  fc.constantFrom('"a"', '"b c"', '"é😀"', `"${'x'.repeat(40)}"`),
  '"\\u00e9"',
  '"a\\"b"',
  '""',
  '" "',
)
const odd = fc.constantFrom('null', '0', '-1.5', '1e3', '01', 'true', '[]', '[1, 2]', '{}', '{"a":{"b":[null]}}')
const custom = fc.oneof(
  { weight: 1, arbitrary: jsonText.object },
  {
    weight: 8,
    arbitrary: mostly(
      fc.constantFrom('{}', '{"color":"red","size":3}', '{"size":[1,{"a":null}]}'),
      ...['{"name":"x"}', '{"color":1,"color":2}', '{"custom_properties":1}', '{"properties":1}', '{"app_id":1}'],
      ...['{"c\\u006flor":1}', '"{\\"a\\":1}"', '"no object"', `{"deep":${'['.repeat(70)}${']'.repeat(70)}}`],
    ),
  },
)
const time = mostly(
  fc.integer({ min: 1, max: 253_402_300_799 }).map(String),
  ...['0', '-1', '1.5', '253402300800', '1e9', '"1700000000"', 'null', '951782399', '68169600'],
)

/** A member of data, mostly with a value as it should be. */
const members: Readonly<Record<string, fc.Arbitrary<string>>> = {
  id: fc.oneof(
    fc.uuid().map((id) => JSON.stringify(id)),
    fc.constantFrom('1', '""', 'null', `"${'i'.repeat(120)}"`),
  ),
  time,
  time_ms: mostly(fc.constant('null'), '1700000000123', '"x"'),
  user_id: word,
  external_user_id: word,
  name: word,
  app_id: word,
  price: fc.constantFrom('1.5', '0', 'null'),
  product_id: word,
  properties: custom,
  to_phone_number: word,
  user_phone_number: word,
  phone_number: word,
  timezone: word,
  platform: word,
  device_id: fc.oneof(word, odd),
  message_extras: mostly(word, `"${'m'.repeat(40_000)}"`),
  unheard_of: fc.oneof(word, odd),
  __proto__: odd,
}
const USUAL = ['id', 'time', 'user_id', 'external_user_id', 'name', 'properties']

const data = fc
  .tuple(fc.subarray(USUAL, { minLength: 5 }), fc.subarray(Object.keys(members), { maxLength: 6 }), fc.nat(20))
  .chain(([usual, more, shuffle]) => {
    const names = [...new Set([...usual, ...more])]
    const values = names.map((name) => (members[name] as fc.Arbitrary<string>).map((value) => [name, value] as const))
    const found = fc.tuple(...values)
    return shuffle === 0 ? found.chain((list) => fc.shuffledSubarray(list, { minLength: list.length })) : found
  })
  .map((found) => `{${found.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`)

type Envelope = (stream: string, data: string) => string

const ENVELOPES: readonly Envelope[] = [
  (stream, data) => `{"type":"RECORD","record":{"stream":${stream},"data":${data},"emitted_at":1}}`,
  (stream, data) => `{"type":"RECORD","record":{"namespace":"n","stream":${stream},"data":${data},"emitted_at":1}}`,
  (stream, data) => `{"type":"RECORD","record":{"stream":${stream},"namespace":null,"data":${data},"emitted_at":12}}`,
  (stream, data) => `{"type":"RECORD","record":{"stream":${stream},"emitted_at":1,"data":${data},"meta":{}}}`,
  (stream, data) => `{"type":"RECORD", "record":{"stream":${stream},"data":${data},"stream":${stream}}}`,
  (stream, data) => `{"type":"RECORD","record":{"stream":${stream},"data":${data}}}`,
  (stream, data) => `{"type":"RECORD","record":{"stream":${stream},"data":${data},"emitted_at":1},"more":{}}`,
  (stream, data) => `{"type":"RECORD","record":{"stream":${stream},"data":${data},"emitted_at":-1.5E+3}} `,
]

const lineOf = (streams: readonly string[], envelopes: readonly Envelope[]) =>
  fc
    .tuple(fc.constantFrom(...streams), fc.constantFrom(...envelopes), data)
    .map(([stream, envelope, data]) => envelope(JSON.stringify(stream), data))

/** Few streams, few ways to write lines, and each line twice: the second time there is little to learn. */
const lines = fc
  .tuple(
    fc.shuffledSubarray(STREAMS, { minLength: 1, maxLength: 2 }),
    fc.shuffledSubarray([...ENVELOPES], { minLength: 1, maxLength: 2 }),
  )
  .chain(([streams, envelopes]) => {
    const line = lineOf(streams, envelopes)
    return fc.array(fc.oneof({ weight: 20, arbitrary: line }, { weight: 1, arbitrary: damaged(line) }), {
      minLength: 1,
      maxLength: 12,
    })
  })
  .chain((lines) => fc.constantFrom('', '\n').map((end) => [...lines, ...lines].join('\n') + end))

const mapping = fc.record(
  {
    event_names: fc.constantFrom('default', 'raw'),
    custom_events: fc.constantFrom('fixed', 'own_name', 'prefixed'),
    purchases: fc.constantFrom('purchased', 'order_completed'),
    anonymous_users: fc.constantFrom('send', 'skip'),
    users_without_id: fc.constantFrom('synthetic', 'reject'),
    profiles: fc.constantFrom('off', 'identify'),
    extra_fields: fc.boolean(),
    loop_guard: fc.constant(true),
    message_id_prefix: fc.constantFrom('', 'x-', 'é"'),
  },
  { requiredKeys: [] },
)

const routes = fc.constantFrom(
  [],
  [{ field: 'stream', value: STREAMS[0], write_key: 'other' }],
  [{ field: 'app_id', value: 'a', write_key: 'other' }],
  [
    { field: 'app_id', value: 'é😀', write_key: 'other' },
    { field: 'stream', value: STREAMS[1], write_key: 'third' },
    { field: 'app_id', value: 'a', write_key: 'fourth' },
  ],
)

test('the short way gives what the long way gives, byte for byte', async () => {
  let taken = 0
  await fc.assert(
    fc.asyncProperty(
      // Without the bias towards what comes first in a generator's list.
      fc.noBias(lines),
      fc.constantFrom(SEGMENT, RUDDERSTACK),
      mapping,
      routes,
      async (lines, destination, mapping, routes) => {
        const parsed = DestinationConfig.safeParse({ destination, mapping, routes })
        fc.pre(parsed.success)
        if (!parsed.data) return
        const input = Buffer.from(lines)
        const { sent, short } = await compiled(targetOf(parsed.data), input)
        taken += short.filter(Boolean).length
        expect(sent).toEqual(await mapped(targetOf(parsed.data), input))
      },
    ),
    { numRuns: 400 },
  )
  expect(taken).toBeGreaterThan(150)
})

// ------------------------------------------------------------------------------------------------------ usual lines

const VALUES: Readonly<Record<string, unknown>> = { integer: 1_700_000_000, number: 1.5, boolean: true, array: ['a'] }

function usualLine({ event_type, schema }: EventType, leaveOut: number): string {
  const fields = Object.entries(schema.properties).filter(
    ([name], i) => ['id', 'time', 'user_id'].includes(name) || (i + leaveOut) % 3 !== 0,
  )
  const data = fields.map(([name, { type }]) => [name, VALUES[[type].flat()[0] ?? ''] ?? `a ${name}`])
  const values = { ...Object.fromEntries(data), time_ms: undefined, properties: { colour: 'red', size: [1, 2] } }
  const usual = { ...values, id: `id-${leaveOut}`, user_id: 'u', time: 1_700_000_000 }
  return JSON.stringify({ type: 'RECORD', record: { stream: event_type, data: usual, emitted_at: 1 } })
}

/** Types that name a thing by two ids, of which the one replaces the other: that takes a look at each record. */
const TWO_IDS = ['users.canvas.exit.MatchedAudience', 'users.canvas.exit.PerformedEvent']

test.each([SEGMENT, RUDDERSTACK])(
  'usual records of all event types but two go the short way to $service',
  async (service) => {
    const target = () => targetOf(DestinationConfig.parse({ destination: service }))
    const learning = [...eventTypes().values()].flatMap((type) =>
      [0, 1, 2].map((leaveOut) => usualLine(type, leaveOut)),
    )
    const lines = Buffer.from([...learning, ...learning].join('\n'))
    const { sent, short } = await compiled(target(), lines)
    expect(sent).toEqual(await mapped(target(), lines))
    // By then there is nothing left to learn.
    const again = short.slice(learning.length)
    const long = [...eventTypes().keys()].filter((_, i) => !again.slice(3 * i, 3 * i + 3).every(Boolean))
    expect(long).toEqual(TWO_IDS)
  },
)

// --------------------------------------------------------------------------------------------------- single values

const letters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i))
const atEdges = [...'/0189:@AFGZ`afgz']
const nested = (open: string, inner: string, close: string, depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth)

/** JSON without white space, and what is nearly so. */
const TEXTS: readonly string[] = [
  ...letters.map((letter) => `"\\${letter}"`),
  ...atEdges.flatMap((letter) => [0, 1, 2, 3].map((at) => `"\\u${[...'0000'].with(at, letter).join('')}"`)),
  ...['\u0001', '\u001f', ' ', '!', '#', '[', ']', '\u007f', 'é', '😀'].flatMap((mark) =>
    [0, 14, 15, 16, 17, 31, 32].map((before) => `"${'x'.repeat(before)}${mark}"`),
  ),
  ...['0', '-0', '7', '10', '-12.50', '0.1', '1e5', '1E+5', '1e-5', '1.0e09', '9'.repeat(40)],
  ...['-', '+1', '01', '-01', '1.', '.5', '-.5', '1e', '1e+', '1e,5', '1.e1', '1e1.0', '0x1', '1a', '--1', '1-', '/'],
  ...[
    'true',
    'false',
    'null',
    'True',
    'tru',
    'trux',
    'truee',
    'fals',
    'falsy',
    'falsee',
    'nul',
    'nulls',
    'nope',
    'NaN',
  ],
  ...['{}', '[]', '[1]', '[1,2]', '{"a":1}', '{"a":1,"b":[{}]}', '[[],{}]', '["a","b\\""]', '{"":null}'],
  ...[
    '{',
    '[',
    '{]',
    '[}',
    '[1',
    '[1}',
    '[,]',
    '[1,]',
    '[,1]',
    '[1;2]',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '{1:1}',
    '{"a":1,}',
  ],
  ...['{"a";1}', '{"a":1]', '{"a":1;"b":1}', '{"a"1}', '{:1}', '[1:2]', '["a]', '"a', 'a"', '""', '"""', ''],
  ...[62, 63, 64, 65].flatMap((depth) => [nested('[', '1', ']', depth), nested('{"a":', '1', '}', depth)]),
]

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Deeper ones are left to the long way. */
const isFlat = (text: string): boolean => (text.match(/[[{]/g) ?? []).length <= 64

test.each([SEGMENT, RUDDERSTACK])(
  'a value goes the short way to $service if it is JSON, unchanged',
  async (service) => {
    const lineWith = (text: string) => {
      const data = `{"id":"1","time":1,"user_id":"u","send_id":${text}}`
      return `{"type":"RECORD","record":{"stream":"users.messages.email.Open","data":${data},"emitted_at":1}}`
    }
    const target = () => targetOf(DestinationConfig.parse({ destination: service }))
    const lines = Buffer.from([lineWith('1'), ...TEXTS.map(lineWith)].join('\n'))
    const { sent, short } = await compiled(target(), lines)
    expect(sent).toEqual(await mapped(target(), lines))
    expect(TEXTS.filter((_, i) => short[i + 1])).toEqual(TEXTS.filter((text) => isJson(text) && isFlat(text)))
  },
)

test.each([SEGMENT, RUDDERSTACK])(
  'an event of the most bytes goes the short way to $service, and no larger one',
  async (service) => {
    const target = () => targetOf(DestinationConfig.parse({ destination: service }))
    const lineWith = (bytes: number) => {
      const data = `{"id":"1","time":1,"user_id":"u","external_user_id":"${'x'.repeat(bytes)}","device_id":"d","send_id":"s","properties":{"a":1},"timezone":"z"}`
      return `{"type":"RECORD","record":{"stream":"users.messages.email.Open","data":${data},"emitted_at":1}}`
    }
    const [usual] = (await compiled(target(), Buffer.from(lineWith(1)))).sent
    const most = target().limits.eventBytes - (usual?.events.length ?? 0) + 1
    // The limit falls on every byte behind the id, and on some in it.
    const sizes = Array.from({ length: 700 }, (_, i) => most - 5 + i)
    const lines = Buffer.from([lineWith(1), ...sizes.map(lineWith)].join('\n'))
    const { sent, short } = await compiled(target(), lines)
    expect(short.slice(1)).toEqual(sizes.map((bytes) => bytes <= most))
    expect(sent.slice(1).map((one) => one?.events.length)).toEqual(
      sizes.map((bytes) => (bytes <= most ? target().limits.eventBytes - most + bytes : undefined)),
    )
  },
)

/** A line's value, absent if it is undefined. */
const lineOfMembers = (stream: string, members: Readonly<Record<string, string | undefined>>): string => {
  const present = Object.entries(members).flatMap(([name, text]) => (text === undefined ? [] : [`"${name}":${text}`]))
  return `{"type":"RECORD","record":{"stream":"${stream}","data":{${present.join(',')}},"emitted_at":1}}`
}

const IDS = [
  undefined,
  'null',
  '""',
  '"x"',
  '"\\u0065"',
  '42',
  'true',
  '{}',
  `"${'i'.repeat(99)}"`,
  `"${'i'.repeat(100)}"`,
]

test.each([SEGMENT, RUDDERSTACK])('ids of every kind give $service the same both ways', async (service) => {
  const target = () => targetOf(DestinationConfig.parse({ destination: service }))
  const usual = { id: '"1"', time: '1', user_id: '"u"', external_user_id: '"e"' }
  const all = IDS.flatMap((user_id) => IDS.map((external_user_id) => ({ ...usual, user_id, external_user_id })))
  const members = [usual, ...all, ...IDS.map((id) => ({ ...usual, id }))]
  const lines = Buffer.from(members.map((one) => lineOfMembers('users.messages.email.Open', one)).join('\n'))
  const { sent, short } = await compiled(target(), lines)
  expect(sent).toEqual(await mapped(target(), lines))
  expect(short.filter(Boolean).length).toBeGreaterThan(30)
})

test('neighbours that one program maps make a run, up to what there is room for', () => {
  const usual = { time: '1', user_id: '"u"', external_user_id: '"e"' }
  const [open, send] = ['users.messages.email.Open', 'users.messages.email.Send']
  const streams = [open, send, open, open, 'x', open, open, open, send, send]
  const lines = Buffer.from(streams.map((stream, i) => lineOfMembers(stream, { ...usual, id: `"${i}"` })).join('\n'))
  const mappers = mappersOf(targetOf(DestinationConfig.parse({ destination: SEGMENT })))
  const learned = new CompiledLines<string>(32_000)
  const teach = (stream: string) => {
    const data = { names: ['id', ...Object.keys(usual)], values: ['"0"', ...Object.values(usual)] }
    const line = lineOfMembers(stream, { id: '"0"', ...usual })
    learned.learn(stream, { type: 'RECORD', stream, namespace: undefined, data, line }, mappers(stream))
  }
  teach(open)
  teach(send)
  const rows = learned.map(lines, 0)
  expect(rows.count).toBe(streams.length)
  const single = (row: number) => eventOf(rows, row)
  const runAt = (row: number, events: number, bytes: number) => {
    const { count, end } = rows.run(row, { events, bytes })
    const joined = streams.slice(row, row + count).map((_, i) => single(row + i))
    expect(rows.bytes.toString('latin1', rows.eventStart(row), end)).toBe(joined.join(','))
    return count
  }
  const all = Number.POSITIVE_INFINITY
  expect([0, 1, 2, 3, 5, 6, 8, 9].map((row) => runAt(row, all, all))).toEqual([1, 1, 2, 1, 3, 2, 2, 1])
  expect(rows.program(4)).toBeUndefined()
  expect([1, 2, 3, 4].map((events) => runAt(5, events, all))).toEqual([1, 2, 3, 3])
  const two = single(5).length + 1 + single(6).length
  expect([0, two - 1, two, two + 1].map((bytes) => runAt(5, all, bytes))).toEqual([1, 1, 2, 2])
})

const APPS = [undefined, 'null', '"a"', '"b"', '"é"', '"\\u0061"', '"a\\"b"', '""', '"ab"', '42', 'true', '{}', '["a"]']

test.each([SEGMENT, RUDDERSTACK])('routes by what records hold give $service the same both ways', async (service) => {
  const { write_key } = service
  const routes = [
    { field: 'app_id', value: 'a', write_key: 'A' },
    { field: 'app_group_id', value: 'é', write_key: 'E' },
    { field: 'app_id', value: 'é', write_key: 'never with group é' },
    { field: 'app_id', value: '42', write_key: 'number' },
    { field: 'app_id', value: 'a"b', write_key: 'escaped' },
    { field: 'stream', value: 'users.messages.email.Send', write_key: 'of the stream' },
    { field: 'app_group_id', value: 'b', write_key: 'not of the stream' },
  ]
  const target = () => targetOf(DestinationConfig.parse({ destination: service, routes }))
  const usual = { id: '"1"', time: '1', user_id: '"u"' }
  const all = APPS.flatMap((app_id) => APPS.map((app_group_id) => ({ ...usual, app_id, app_group_id })))
  // A second column of the same field, and one of another name.
  const twice = ['"a"', '"b"'].flatMap((app_id) => ['"a"', '"é"'].map((APP_ID) => ({ ...usual, app_id, APP_ID })))
  const others = ['"a"', '"é"'].map((APP_GROUP_ID) => ({ ...usual, APP_GROUP_ID }))
  const members = [...all, ...others, ...twice, ...all]
  const linesOfStream = (stream: string) => members.map((one) => lineOfMembers(stream, one))
  const lines = ['users.messages.email.Open', 'users.messages.email.Send'].flatMap(linesOfStream)
  const input = Buffer.from(lines.join('\n'))
  const { sent, short } = await compiled(target(), input)
  expect(sent).toEqual(await mapped(target(), input))
  const keys = new Set(sent.filter((_, i) => short[i]).map((one) => one?.writeKey))
  const some = ['A', 'E', 'never with group é', 'not of the stream', 'of the stream', write_key]
  expect([...keys].sort()).toEqual(some.sort())
})

const NAMES = [
  '""',
  '" "',
  '" eat"',
  '"eat "',
  '"é"',
  '"\\u0065at"',
  '"a\\"b"',
  '"!"',
  '"~"',
  '"\u007f"',
  '"a\\\\"',
].concat([...['42', 'true', 'null', '{}', '["a"]', `"${'n'.repeat(300)}"`]])

test.each(['fixed', 'own_name', 'prefixed'])(
  'names of every kind give the same both ways: %s',
  async (custom_events) => {
    const target = () => targetOf(DestinationConfig.parse({ destination: SEGMENT, mapping: { custom_events } }))
    const usual = { id: '"1"', time: '1', user_id: '"u"', external_user_id: '"e"' }
    const members = ['"eat"', ...NAMES, undefined, '"eat"'].map((name) => ({ ...usual, name }))
    const lines = Buffer.from(members.map((one) => lineOfMembers('users.behaviors.CustomEvent', one)).join('\n'))
    const { sent, short } = await compiled(target(), lines)
    expect(sent).toEqual(await mapped(target(), lines))
    expect(short.at(-1)).toBe(true)
  },
)

const TIMES = [
  undefined,
  'null',
  '0',
  '1',
  '9',
  '10',
  '-1',
  '-0',
  '1.5',
  '1e9',
  '""',
  '"1700000000"',
  'true',
  '{}',
].concat([
  // Leap years and not, the turns of days, months, years and centuries, and the end of time.
  ...['59', '60', '3599', '3600', '86399', '86400', '68169599', '68169600', '68255999', '68256000', '94694399'],
  ...['94694400', '951782399', '951782400', '951868799', '951868800', '1700000000', '4107542399', '4107542400'],
  ...['4102444799', '4102444800', '9999999999', '10000000000', '253402300799', '253402300800', '999999999999'],
  ...['1000000000000', '4294967295', '4294967296', '18446744073709551616'],
])

test.each([SEGMENT, RUDDERSTACK])('times of every kind give $service the same both ways', async (service) => {
  const target = () => targetOf(DestinationConfig.parse({ destination: service }))
  const usual = { id: '"1"', user_id: '"u"', external_user_id: '"e"' }
  const members = ['1', ...TIMES, '253402300799'].map((time) => ({ ...usual, time }))
  const lines = Buffer.from(members.map((one) => lineOfMembers('users.messages.email.Open', one)).join('\n'))
  const { sent, short } = await compiled(target(), lines)
  expect(sent).toEqual(await mapped(target(), lines))
  expect(short.at(-1)).toBe(true)
})
