import { expect, test } from '@jest/globals'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import { operations } from '../../../src/destination/mapping/operations.ts'
import {
  configuredStream,
  type Data,
  parsed,
  RUDDERSTACK,
  recordOf,
  SEGMENT,
  type ServiceInput,
  target,
  WEBHOOK,
} from './records.ts'

const LIBRARY = { name: 'braze-currents', version: expect.any(String) }

const mapAs = (object: string, data: Data, service: ServiceInput = SEGMENT) =>
  target(service, { loop_guard: false }).mapper({ ...configuredStream('orders'), destination_object_name: object })(
    recordOf('orders', data),
  )

function called(object: string, data: Data, service: ServiceInput = SEGMENT) {
  const result = mapAs(object, data, service)
  if (result.status !== 'send') throw new Error(JSON.stringify(result))
  return parsed(result.events[0] ?? '')
}

const ORDER = {
  event: 'Order Shipped',
  userId: 'user-1',
  anonymousId: 'visitor-1',
  messageId: 'm-1',
  timestamp: '2026-01-02T03:04:05+01:00',
  properties: { total: 3.14, carrier: 'DHL' },
  carrier: 'UPS',
  'a.b': 1,
  nothing: null,
  _airbyte_raw_id: 'x',
}

test.each([SEGMENT, RUDDERSTACK])('records of any source can be track calls: %j', (service) => {
  expect(called('track', ORDER, service)).toEqual({
    type: 'track',
    event: 'Order Shipped',
    userId: 'user-1',
    anonymousId: 'visitor-1',
    messageId: 'm-1',
    timestamp: '2026-01-02T02:04:05.000Z',
    context: { library: LIBRARY },
    properties: { total: 3.14, carrier: 'UPS', 'a.b': 1 },
  })
})

test('or identify calls', () => {
  expect(called('identify', { userId: 42, email: 'j@example.com', 'a.b': 1, traits: { plan: 'pro' } })).toEqual({
    type: 'identify',
    userId: '42',
    messageId: expect.stringMatching(/^[\w-]{43}$/),
    context: { library: LIBRARY },
    traits: { plan: 'pro', email: 'j@example.com', 'a.b': 1 },
  })
})

test('a messageId of our own tells records apart, and is the same in every run', () => {
  const ids = [1, 1, 2].map((total) => called('track', { event: 'a', userId: 'u', total }).messageId)
  expect(ids.map((id) => ids.indexOf(id))).toEqual([0, 0, 2])
})

test.each([
  ['track', { userId: 'u' }, 'no_name'],
  ['track', { event: 'a' }, 'no_user'],
  ['track', { event: 'a', userId: 'u', timestamp: 'soon' }, 'no_time'],
  ['track', { event: 'a', userId: 'u', text: 'x'.repeat(40_000) }, 'oversize'],
  ['identify', { traits: {} }, 'no_user'],
])('%s of %j is rejected: %s', (object, data, reason) => {
  expect(mapAs(object, data)).toMatchObject({ status: 'rejected', reason })
})

test.each(['group', 'toString'])('there is no operation %s', (object) => {
  expect(() => mapAs(object, {})).toThrow(
    `Stream "orders" is mapped to "${object}". Map it to one of: track, identify.`,
  )
})

test('a webhook takes events of Braze only', () => {
  expect(() => mapAs('track', ORDER, WEBHOOK)).toThrow('Choose delivery "batch"')
})

test('the schemas of the operations describe what is mapped', () => {
  const ajv = addFormats.default(new Ajv.default({ strict: true, allowUnionTypes: true }))
  const [track, identify] = operations().map(({ json_schema }) => ajv.compile(json_schema))
  expect(track?.(ORDER)).toBe(true)
  expect(track?.({ userId: 'u' })).toBe(false)
  expect(identify?.({ userId: 'u', traits: { plan: 'pro' } })).toBe(true)
})
