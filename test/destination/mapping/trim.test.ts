import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ByteString, toByteString } from '../../../src/cdk/bytes.ts'
import type { Plan } from '../../../src/destination/mapping/plan.ts'
import { fitting, shortened, TRIMMED_FIELDS } from '../../../src/destination/mapping/trim.ts'
import { BASE, mapped, parsed, RUDDERSTACK, SEGMENT, WEBHOOK } from './records.ts'

const LIMIT = 32 * 1024
const SEND = 'users.messages.email.Send'
const CUSTOM = 'users.behaviors.CustomEvent'

function trimmedEvent(stream: string, data: object, service: typeof SEGMENT | typeof RUDDERSTACK = SEGMENT) {
  const result = mapped(service, stream, { ...BASE, ...data })
  if (result.status !== 'send') return result
  const [event = ''] = result.events
  return { ...parsed(event), trimmed: result.trimmed, bytes: event.length }
}

test('an event within the limit is left as it is', () => {
  const room = LIMIT - trimmedEvent(SEND, { message_extras: 'x' }).bytes + 1
  expect(trimmedEvent(SEND, { message_extras: 'x'.repeat(room) })).toMatchObject({ bytes: LIMIT, trimmed: [] })
  expect(trimmedEvent(SEND, { message_extras: 'x'.repeat(room + 1) })).toMatchObject({ trimmed: ['message_extras'] })
})

test.each([
  'message_extras',
  'raw_response',
  'input',
  'output',
  'tool_arguments',
  'flow_response_json',
  'message_body',
  'custom_attributes',
])('%s is shortened, and the event says so', (field) => {
  for (const service of [SEGMENT, RUDDERSTACK]) {
    const { properties, context, trimmed, bytes } = trimmedEvent(
      SEND,
      { [field]: 'é'.repeat(20_000), send_id: 's' },
      service,
    )
    expect(trimmed).toEqual([field])
    expect(context.braze.truncated).toEqual([field])
    expect(properties.send_id).toBe('s')
    expect(properties[field]).toMatch(/^é{15000,}$/)
    expect(bytes).toBeGreaterThan(LIMIT - 4)
    expect(bytes).toBeLessThanOrEqual(LIMIT)
  }
})

test('fields are shortened in a fixed order, and no more of them than needed', () => {
  const big = 'x'.repeat(20_000)
  const { trimmed, properties } = trimmedEvent(SEND, { message_body: big, raw_response: big, message_extras: big })
  expect(trimmed).toEqual(['message_extras', 'raw_response'])
  expect(properties.message_extras).toBeUndefined()
  expect(properties.raw_response.length).toBeGreaterThan(10_000)
  expect(properties.message_body).toBe(big)
})

test('a value that is no text goes as a whole', () => {
  const { trimmed, properties } = trimmedEvent(SEND, { message_extras: { a: 'x'.repeat(LIMIT) }, send_id: 's' })
  expect({ trimmed, properties }).toEqual({ trimmed: ['message_extras'], properties: { send_id: 's' } })
})

test('of custom properties the longest is shortened', () => {
  const custom = { short: 'x', 'lang é': 'ü'.repeat(20_000), long: 'x'.repeat(35_000), list: [1] }
  for (const service of [SEGMENT, RUDDERSTACK]) {
    const { trimmed, properties, context, bytes } = trimmedEvent(CUSTOM, { name: 'eat', properties: custom }, service)
    const own = service === SEGMENT ? properties : properties.custom_properties
    expect(trimmed).toEqual(['properties.lang é', 'properties.long'])
    expect(context.braze.truncated).toEqual(trimmed)
    expect(own).toMatchObject({ short: 'x', list: [1] })
    expect(own['lang é']).toBeUndefined()
    expect(own.long).toMatch(/^x{30000,}$/)
    expect(bytes).toBeLessThanOrEqual(LIMIT)
  }
})

test.each([
  [SEND, { url_of_a_new_kind: 'x'.repeat(LIMIT) }],
  [CUSTOM, { name: 'x'.repeat(LIMIT), properties: { a: 'x'.repeat(100) } }],
  [
    CUSTOM,
    { name: 'eat', properties: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`p${i}`, 'x'.repeat(50)])) },
  ],
])('%s is rejected if trimming does not help', (stream, data) => {
  const message = expect.stringContaining('larger than the service takes')
  expect(trimmedEvent(stream, data)).toMatchObject({ status: 'rejected', reason: 'oversize', message })
})

test('every event is within the limit and valid, or rejected', () => {
  const size = fc.integer({ min: 0, max: 45_000 })
  const char = fc.constantFrom('x', 'é', '€', '😀', '"', '\\', '\n', '\u0001')
  const text = fc.tuple(char, size).map(([char, size]) => char.repeat(Math.ceil(size / char.length)))
  const data = fc.record(
    {
      message_extras: text,
      message_body: text,
      name: fc.constant('n'),
      properties: fc.dictionary(fc.constantFrom('a', 'b', 'name'), text),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(data, (data) => {
      const result = mapped(SEGMENT, CUSTOM, { ...BASE, ...data })
      if (result.status !== 'send') return expect(result).toMatchObject({ reason: 'oversize' })
      const [event = ''] = result.events
      expect(Buffer.byteLength(Buffer.from(event, 'latin1'))).toBeLessThanOrEqual(LIMIT)
      const { context } = parsed(event)
      expect(context.braze.truncated ?? []).toEqual(result.trimmed)
    }),
    { numRuns: 20 },
  )
})

test('a shortened string is a beginning of the text, and as long as it may be', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 60 }), (text, bytes) => {
      const raw = toByteString(JSON.stringify(text))
      const rest = shortened(raw, bytes)
      expect(rest.length).toBeLessThanOrEqual(Math.max(0, raw.length - bytes))
      if (rest === '') return
      const kept = JSON.parse(Buffer.from(rest, 'latin1').toString('utf8'))
      expect(text.startsWith(kept)).toBe(true)
      const next = [...text.slice(kept.length)][0] ?? ''
      expect(toByteString(JSON.stringify(kept + next)).length).toBeGreaterThan(raw.length - bytes)
    }),
  )
})

test('the last character of the first 65,536 is no half of one', () => {
  const raw = (text: string) => toByteString(JSON.stringify(text))
  expect(shortened(raw('a\uffffb'), 1)).toBe(raw('a\uffff'))
})

test('what Braze itself would send is never shortened', () => {
  const extras = 'x'.repeat(500_000)
  const result = mapped(WEBHOOK, SEND, { ...BASE, message_extras: extras })
  expect(result.status === 'send' && parsed(result.events[0] ?? '').properties.message_extras).toBe(extras)
  expect(mapped(WEBHOOK, SEND, { ...BASE, message_extras: 'x'.repeat(1_000_000) })).toMatchObject({
    reason: 'oversize',
  })
})

test.each([
  [197, 'send'],
  [198, 'send'],
  [199, 'rejected'],
])('an event with a value nested %d deep: %s', (depth, status) => {
  const nested: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth))
  expect(mapped(RUDDERSTACK, SEND, { ...BASE, nested }).status).toBe(status)
  expect(mapped(SEGMENT, SEND, { ...BASE, nested })).toMatchObject(
    status === 'send' ? { status } : { reason: 'too_deep', message: expect.stringContaining('200 levels') },
  )
})

/** One value, at 8: the properties. What is built names what was cut. */
function fitted(properties: Readonly<Record<string, string>>, maxBytes: number) {
  let builds = 0
  const numberOf = (name: string) => [...TRIMMED_FIELDS, 'properties'].indexOf(name)
  const build = (values: readonly (ByteString | undefined)[], truncated: readonly string[]): ByteString => {
    builds++
    return toByteString(`{"properties":${values[8]},"truncated":${JSON.stringify(truncated)}}`)
  }
  const values = [...TRIMMED_FIELDS.map(() => undefined), toByteString(JSON.stringify(properties))]
  const result = fitting({ numberOf } as unknown as Plan, maxBytes)(values, build)
  return { result, builds: () => builds }
}

test.each([
  [98, ['properties.k']],
  [97, undefined],
])('a property of %d characters and two quotes is worth cutting: %j', (length, trimmed) => {
  const properties = { k: 'x'.repeat(length) }
  const whole = fitted(properties, LIMIT).result?.event.length ?? 0
  expect(fitted(properties, whole - 1).result?.trimmed).toEqual(trimmed)
})

test('thousands of properties are cut in a few steps', () => {
  for (const count of [1000, 8000, 200_000]) {
    const properties = Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'x'.repeat(100 + (i % 7))]))
    const { result, builds } = fitted(properties, LIMIT)
    expect(builds()).toBeLessThan(30)
    expect(result === undefined).toBe(count > 1000)
  }
})

test('of many properties no more go than must, and the longest go first', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 80 })
  fc.assert(
    fc.property(lengths, fc.integer({ min: 300, max: 6000 }), (lengths, maxBytes) => {
      const properties = Object.fromEntries(lengths.map((length, i) => [`k${i}`, 'x'.repeat(length)]))
      const { result } = fitted(properties, maxBytes)
      if (!result) return
      expect(result.event.length).toBeLessThanOrEqual(maxBytes)
      const left = JSON.parse(result.event).properties
      const lengthOf = (name: string): number => properties[name]?.length ?? 0
      const cut = result.trimmed.map((name) => name.replace('properties.', ''))
      const whole = Object.keys(properties).filter((name) => !cut.includes(name))
      for (const name of whole) expect(left[name]).toBe(properties[name])
      const shortest = Math.min(...cut.map(lengthOf))
      for (const name of whole) expect(lengthOf(name)).toBeLessThanOrEqual(shortest)
      // With the last one back it would not fit.
      const last = cut.at(-1)
      if (last === undefined) return
      const marker = cut.slice(0, -1).map((name) => `properties.${name}`)
      const more = JSON.stringify({ properties: { ...left, [last]: properties[last] }, truncated: marker })
      expect(more.length).toBeGreaterThan(maxBytes)
    }),
  )
})
