import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BASE, type MappingInput, RUDDERSTACK, SEGMENT, sent, WEBHOOK } from './records.ts'

const CUSTOM = 'users.behaviors.CustomEvent'
const PURCHASE = 'users.behaviors.Purchase'
const properties = (data: object, mapping: MappingInput = {}, stream = CUSTOM) =>
  sent(SEGMENT, stream, { ...BASE, ...data }, mapping)[0].properties

test.each([
  ['stand among the event’s own', { kind: 'Brezel', count: 3 }, { kind: 'Brezel', count: 3 }],
  ['may be nested', { a: { b: [1, null] } }, { a: { b: [1, null] } }],
  ['may be absent', undefined, {}],
  ['may be null', null, {}],
  ['may be empty', {}, {}],
  ['may be JSON in a string', '{"kind": "Brezel"}', { kind: 'Brezel' }],
  ['may be text that is no JSON', '{"kind": ', { _unparsed: '{"kind": ' }],
  ['may have come unparsed from the source', { _unparsed: '{"kind": ' }, { _unparsed: '{"kind": ' }],
  [
    'leave a name to Braze’s field, and are there once more as a whole',
    { name: 'mine', kind: 'Brezel' },
    { kind: 'Brezel', custom_properties: { name: 'mine', kind: 'Brezel' } },
  ],
  [
    'may themselves hold custom_properties',
    { custom_properties: 1, kind: 'Brezel' },
    { kind: 'Brezel', custom_properties: { custom_properties: 1, kind: 'Brezel' } },
  ],
  ['may use names of fields that this event lacks', { app_id: 'mine' }, { app_id: 'mine' }],
])('custom properties %s', (_, custom, expected) => {
  expect(properties({ name: 'eat', properties: custom })).toEqual({ name: 'eat', ...expected })
})

test('exactly the native layout has no second copy of them', () => {
  const data = { name: 'eat', properties: { name: 'mine', kind: 'Brezel' } }
  expect(properties(data, { extra_fields: false })).toEqual({ name: 'eat', kind: 'Brezel' })
})

test.each([RUDDERSTACK, WEBHOOK])('RudderStack gets them as an object of their own: $delivery', (service) => {
  const own = { name: 'mine', 'dot.ted': 1 }
  for (const custom of [own, JSON.stringify(own)]) {
    const event = sent(service, CUSTOM, { ...BASE, name: 'eat', properties: custom })[0]
    expect(event.properties).toEqual({ name: 'eat', custom_properties: own })
    const purchase = sent(service, PURCHASE, { ...BASE, price: 1, properties: custom })[0]
    expect(purchase.properties).toEqual({ price: 1, purchase_properties: own })
  }
})

test.each(['custom_properties', 'CUSTOM_PROPERTIES', 'properties', 'PROPERTIES'])(
  'they may come in a column %s',
  (column) => {
    expect(properties({ name: 'eat', [column]: { kind: 'Brezel' } })).toEqual({ name: 'eat', kind: 'Brezel' })
  },
)

test('no custom property is lost, and none replaces a field of Braze’s', () => {
  const names = fc.constantFrom('name', 'app_id', 'device_id', 'custom_properties', 'kind', '__proto__', 'ad_id')
  const custom = fc.dictionary(
    names,
    fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
  )
  const fields = fc.record({ name: fc.string(), app_id: fc.string(), device_id: fc.string() }, { requiredKeys: [] })
  fc.assert(
    fc.property(fields, custom, (fields, custom) => {
      const result = properties({ ...fields, properties: custom })
      expect(result).toMatchObject(fields)
      const whole = Object.hasOwn(result, 'custom_properties') ? result.custom_properties : undefined
      for (const [name, value] of Object.entries(custom)) expect([result[name], whole?.[name]]).toContainEqual(value)
    }),
  )
})

const BOUGHT = { product_id: 'sku-1', price: 3.14, currency: 'EUR', app_id: 'a-1' }

test.each<[string, object, MappingInput, object]>([
  ['as Braze names it', BOUGHT, {}, { event: 'Purchased', properties: { ...BOUGHT } }],
  [
    'as Segment’s e-commerce spec has it',
    BOUGHT,
    { purchases: 'order_completed' },
    {
      event: 'Order Completed',
      properties: {
        order_id: 'event-1',
        revenue: 3.14,
        currency: 'EUR',
        products: [{ product_id: 'sku-1', price: 3.14, quantity: 1 }],
        app_id: 'a-1',
      },
    },
  ],
  [
    'with custom properties',
    { ...BOUGHT, properties: { colour: 'red' } },
    { purchases: 'order_completed' },
    { properties: { colour: 'red', order_id: 'event-1' } },
  ],
  [
    'with custom properties whose names an order needs',
    { ...BOUGHT, properties: { order_id: 'mine', colour: 'red' } },
    { purchases: 'order_completed' },
    { properties: { colour: 'red', order_id: 'event-1', purchase_properties: { order_id: 'mine', colour: 'red' } } },
  ],
  [
    'without a price',
    { currency: 'EUR' },
    { purchases: 'order_completed' },
    { properties: { products: [{ quantity: 1 }] } },
  ],
  [
    'under a name of the user’s own',
    BOUGHT,
    { purchases: 'order_completed', rename: [{ event_type: PURCHASE, name: 'Bought' }] },
    { event: 'Bought', properties: { order_id: 'event-1' } },
  ],
  ['with raw names', BOUGHT, { purchases: 'order_completed', event_names: 'raw' }, { event: 'Order Completed' }],
])('a purchase %s', (_, data, mapping, expected) => {
  expect(sent(SEGMENT, PURCHASE, { ...BASE, ...data }, mapping)[0]).toMatchObject(expected)
})

test('an order has no product beside its list of products', () => {
  const { properties } = sent(RUDDERSTACK, PURCHASE, { ...BASE, ...BOUGHT }, { purchases: 'order_completed' })[0]
  expect(properties).toEqual({
    order_id: 'event-1',
    revenue: 3.14,
    products: [{ product_id: 'sku-1', price: 3.14, quantity: 1 }],
    currency: 'EUR',
    app_id: 'a-1',
  })
})
