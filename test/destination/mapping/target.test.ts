import { expect, test } from '@jest/globals'
import { eventTypes } from '../../../src/catalog.ts'
import { DestinationConfig } from '../../../src/config.ts'
import { targetOf } from '../../../src/destination/target-of.ts'
import {
  BASE,
  configuredStream,
  mapped,
  RUDDERSTACK,
  recordOf,
  SEGMENT,
  type ServiceInput,
  target,
  WEBHOOK,
} from './records.ts'

const NOW = new Date('2026-01-02T03:04:05.678Z')
const BASIC = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`

test.each<[object, string, object]>([
  [SEGMENT, 'https://api.segment.io/v1/batch', { Authorization: BASIC('segment-key') }],
  [{ ...SEGMENT, region: 'eu' }, 'https://events.eu1.segmentapis.com/v1/batch', {}],
  [{ ...SEGMENT, endpoint: 'http://127.0.0.1:8080' }, 'http://127.0.0.1:8080/v1/batch', {}],
  [{ ...SEGMENT, endpoint: 'http://127.0.0.1:8080/segment/' }, 'http://127.0.0.1:8080/segment/v1/batch', {}],
  [RUDDERSTACK, 'https://example.com/v1/batch', { Authorization: BASIC('rudder-key') }],
  [{ ...RUDDERSTACK, data_plane_url: 'https://example.com/v1/batch' }, 'https://example.com/v1/batch', {}],
  [WEBHOOK, 'https://example.com/v1/webhook?writeKey=rudder-key', { 'Braze-Currents-Version': '1' }],
  [
    { service: 'rudderstack', data_plane_url: 'https://example.com/v1/webhook?writeKey=a%2Bb', delivery: 'webhook' },
    'https://example.com/v1/webhook?writeKey=a%2Bb',
    {},
  ],
  [
    { service: 'rudderstack', data_plane_url: 'https://example.com/v1/webhook?writeKey=pasted' },
    'https://example.com/v1/batch',
    { Authorization: BASIC('pasted') },
  ],
])('%j is reached at %s', (destination, url, headers) => {
  const service = targetOf(DestinationConfig.parse({ destination }))
  const [key = ''] = service.writeKeys
  expect(service.url(key)).toBe(url)
  expect(service.headers(key)).toMatchObject({ 'Content-Type': 'application/json', ...headers })
})

test.each<[ServiceInput, object]>([
  [SEGMENT, { batch: [{ a: 1 }, { b: 2 }], sentAt: NOW.toISOString() }],
  [RUDDERSTACK, { batch: [{ a: 1 }, { b: 2 }], sentAt: NOW.toISOString() }],
  [WEBHOOK, { events: [{ a: 1 }, { b: 2 }] }],
])('%j is sent a body', (destination, body) => {
  const { head, tail } = target(destination).envelope(NOW)
  expect(JSON.parse(`${head}${['{"a":1}', '{"b":2}'].join(',')}${tail}`)).toEqual(body)
})

test.each<[ServiceInput, string | undefined]>([
  [SEGMENT, undefined],
  [RUDDERSTACK, '{"batch":[]}'],
  [WEBHOOK, '{"events":[]}'],
])('%j is probed with %s', (destination, probe) => {
  expect(target(destination).probe).toBe(probe)
})

test.each<[ServiceInput, object]>([
  // The documented limits: 32 KB an event, 500 KB and 2,500 events a request.
  [SEGMENT, { eventBytes: 32_768, batchBytes: 500_000, batchEvents: 2500 }],
  [RUDDERSTACK, { eventBytes: 32_768, batchBytes: 4000 * 1024, batchEvents: Number.POSITIVE_INFINITY }],
  [WEBHOOK, { eventBytes: 4000 * 1024, batchBytes: 4000 * 1024, batchEvents: 100 }],
])('%j is not sent more than it takes: %j', (destination, most) => {
  for (const [limit, value] of Object.entries(target(destination).limits))
    expect([limit, value]).toEqual([limit, Math.min(value, (most as Record<string, number>)[limit] ?? 0)])
})

test.each([SEGMENT, RUDDERSTACK, WEBHOOK])('every event type is mapped, the same every time: %j', (service) => {
  for (const { event_type, schema } of eventTypes().values()) {
    const data = { ...Object.fromEntries(Object.keys(schema.properties).map((name) => [name, null])), ...BASE }
    const [one, other] = [mapped(service, event_type, data), mapped(service, event_type, data)]
    expect(one).toEqual(other)
    expect(one).toMatchObject({ status: 'send', events: { length: 1 }, trimmed: [] })
    const { head, tail } = target(service).envelope(NOW)
    expect(() => JSON.parse(one.status === 'send' ? head + one.events.join() + tail : '')).not.toThrow()
  }
})

test.each([SEGMENT, RUDDERSTACK, WEBHOOK])('a stream that holds no event is refused: %j', (service) => {
  expect(() => target(service).mapper(configuredStream('orders'))).toThrow(
    'Stream "orders" holds no Braze Currents event.',
  )
})

const ROUTES = [
  { field: 'app_id', value: 'ios', write_key: 'ios-key' },
  { field: 'stream', value: 'users.messages.email.Open', write_key: 'open-key' },
  { field: 'app_group_id', value: '42', write_key: 'group-key' },
] as const

test.each([
  ['users.messages.email.Open', {}, 'open-key'],
  ['users.messages.email.Open', { app_id: 'ios' }, 'ios-key'],
  ['users.messages.email.Click', { app_id: 'ios', app_group_id: '42' }, 'ios-key'],
  ['users.messages.email.Click', { app_group_id: '42' }, 'group-key'],
  ['users.messages.email.Click', { app_group_id: 42 }, 'group-key'],
  ['users.messages.email.Click', { APP_API_ID: 'ios', APP_ID: 'internal' }, 'ios-key'],
  ['users.messages.email.Click', { app_id: 'android' }, undefined],
  ['users.messages.email.Click', { app_id: null }, undefined],
])('%s with %j is sent with %s', (stream, data, key) => {
  for (const service of [SEGMENT, RUDDERSTACK, WEBHOOK]) {
    const routed = target(service, {}, { routes: [...ROUTES] })
    const result = routed.mapper(configuredStream(stream))(recordOf(stream, { ...BASE, ...data }))
    expect(result).toMatchObject({ writeKey: key ?? service.write_key })
    expect(routed.writeKeys).toEqual([service.write_key, 'ios-key', 'open-key', 'group-key'])
  }
})
