/** Where fields go: the calls of both services, in full. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { eventTypes } from '../../../src/catalog.ts'
import type { ByteString } from '../../../src/cdk/bytes.ts'
import { BASE, type Event, type MappingInput, mappedRaw, RUDDERSTACK, SEGMENT, sent, WEBHOOK } from './records.ts'

const LOOP_GUARD = {
  All: true,
  'Braze Cloud Mode (Actions)': false,
  'Braze Web Mode (Actions)': false,
  Appboy: false,
}
const LIBRARY = { name: 'braze-currents', version: expect.any(String) }
const OPENING = {
  type: 'track',
  messageId: 'event-1',
  timestamp: '2023-11-14T22:13:20.000Z',
  userId: 'user-1',
  anonymousId: 'braze-1',
}
const contextOf = (event_type: string, fields: object) => ({
  library: LIBRARY,
  integration: { name: 'Braze', version: expect.any(String) },
  braze: { event_type },
  ...fields,
})

const CLICK = {
  ...BASE,
  campaign_id: 'c-1',
  device_id: 'd-1',
  device_model: 'iPhone 15',
  email_address: 'jürgen@example.com',
  is_amp: false,
  timezone: 'Europe/Berlin',
  url: 'https://example.com/?a=1&b="2"',
  user_agent: 'Mozilla/5.0',
  suspected_bot_click_reason: ['speed', 'ip'],
  new_in_2030: { nested: [1, { deep: null }] },
  esp: null,
  _ab_source_file_last_modified: '2026-01-01T00:00:00Z',
  _ab_source_file_url: 's3://bucket/key',
  _airbyte_raw_id: 'x',
}

test('a click in an email, as Segment gets it', () => {
  expect(sent(SEGMENT, 'users.messages.email.Click', CLICK)).toEqual([
    {
      ...OPENING,
      event: 'Email Link Clicked',
      context: contextOf('users.messages.email.Click', {
        traits: { email: 'jürgen@example.com' },
        device: { id: 'd-1', model: 'iPhone 15' },
        timezone: 'Europe/Berlin',
        userAgent: 'Mozilla/5.0',
      }),
      integrations: LOOP_GUARD,
      properties: {
        campaign_id: 'c-1',
        device_id: 'd-1',
        is_amp: false,
        link_url: 'https://example.com/?a=1&b="2"',
        user_agent: 'Mozilla/5.0',
        suspected_bot_click_reason: ['speed', 'ip'],
        new_in_2030: { nested: [1, { deep: null }] },
      },
    },
  ])
})

test('the same in exactly the native layout', () => {
  expect(sent(SEGMENT, 'users.messages.email.Click', CLICK, { extra_fields: false, loop_guard: false })).toEqual([
    {
      ...OPENING,
      event: 'Email Link Clicked',
      context: { traits: { email: 'jürgen@example.com' }, device: { model: 'iPhone 15' } },
      properties: {
        campaign_id: 'c-1',
        device_id: 'd-1',
        is_amp: false,
        link_url: 'https://example.com/?a=1&b="2"',
        user_agent: 'Mozilla/5.0',
        suspected_bot_click_reason: ['speed', 'ip'],
      },
    },
  ])
})

test('the same, as RudderStack gets it', () => {
  expect(sent(RUDDERSTACK, 'users.messages.email.Click', CLICK)).toEqual([
    {
      ...OPENING,
      event: 'users.messages.email.Click',
      originalTimestamp: OPENING.timestamp,
      channel: 'server',
      context: {
        library: LIBRARY,
        integration: { name: 'Braze' },
        braze: { event_type: 'users.messages.email.Click' },
        traits: { email: 'jürgen@example.com' },
        device: { id: 'd-1', model: 'iPhone 15' },
        timezone: 'Europe/Berlin',
        userAgent: 'Mozilla/5.0',
      },
      integrations: { Braze: false },
      traits: { email: 'jürgen@example.com' },
      properties: {
        campaign_id: 'c-1',
        is_amp: false,
        url: 'https://example.com/?a=1&b="2"',
        suspected_bot_click_reason: ['speed', 'ip'],
        new_in_2030: { nested: [1, { deep: null }] },
      },
    },
  ])
})

test('the same, as Braze itself would send it', () => {
  expect(sent(WEBHOOK, 'users.messages.email.Click', CLICK)).toEqual([
    {
      event_type: 'users.messages.email.Click',
      id: 'event-1',
      time: 1_700_000_000,
      user: { user_id: 'braze-1', external_user_id: 'user-1', device_id: 'd-1', timezone: 'Europe/Berlin' },
      properties: {
        campaign_id: 'c-1',
        device_model: 'iPhone 15',
        email_address: 'jürgen@example.com',
        is_amp: false,
        url: 'https://example.com/?a=1&b="2"',
        user_agent: 'Mozilla/5.0',
        suspected_bot_click_reason: ['speed', 'ip'],
        new_in_2030: { nested: [1, { deep: null }] },
      },
    },
  ])
})

/** The value at a path; properties may have dots in their names. */
const at = (event: Event, place: string): unknown => place.split('.').reduce((object, key) => object?.[key], event)

test.each([
  // event type, field, places in Segment's call, places in RudderStack's
  ['users.messages.email.Open', 'email_address', ['context.traits.email'], ['traits.email', 'context.traits.email']],
  ['users.messages.email.Open', 'timezone', ['context.timezone'], ['context.timezone']],
  ['users.messages.email.Open', 'user_agent', ['properties.user_agent', 'context.userAgent'], ['context.userAgent']],
  ['users.messages.email.Open', 'device_id', ['properties.device_id', 'context.device.id'], ['context.device.id']],
  ['users.messages.email.Open', 'device_model', ['context.device.model'], ['context.device.model']],
  ['users.messages.email.Bounce', 'sending_ip', ['properties.sending_ip'], ['properties.sending_ip']],
  ['users.messages.sms.Send', 'to_phone_number', ['context.traits.phone'], ['traits.phone', 'context.traits.phone']],
  [
    'users.messages.sms.InboundReceive',
    'user_phone_number',
    ['context.traits.phone'],
    ['properties.user_phone_number', 'traits.phone', 'context.traits.phone'],
  ],
  [
    'users.behaviors.subscriptiongroup.StateChange',
    'phone_number',
    ['context.traits.phone'],
    ['properties.phone_number', 'traits.phone', 'context.traits.phone'],
  ],
  ['users.behaviors.app.SessionStart', 'platform', ['context.device.type', 'context.os.name'], ['context.os.name']],
  ['users.messages.pushnotification.Send', 'platform', ['properties.platform', 'context.os.name'], ['context.os.name']],
  ['users.messages.banner.Click', 'platform', ['context.device.type', 'context.os.name'], ['context.os.name']],
  ['users.behaviors.app.SessionStart', 'os_version', ['context.os.version'], ['context.os.version']],
  [
    'users.behaviors.Location',
    'ad_id',
    ['properties.ad_id', 'context.device.advertisingId'],
    ['context.device.advertisingId'],
  ],
  [
    'users.behaviors.Location',
    'ad_tracking_enabled',
    ['properties.ad_tracking_enabled', 'context.device.adTrackingEnabled'],
    ['context.device.adTrackingEnabled'],
  ],
  ['users.behaviors.Location', 'ad_id_type', ['properties.ad_id_type'], ['properties.ad_id_type']],
  ['users.messages.contentcard.Click', 'content_card_id', ['properties.card_id'], ['properties.content_card_id']],
  ['users.messages.inappmessage.Click', 'card_id', ['properties.card_id'], ['properties.card_id']],
  ['users.messages.line.Click', 'url', ['properties.link_url'], ['properties.url']],
  ['users.messages.sms.ShortLinkClick', 'url', ['properties.url', 'properties.link_url'], ['properties.url']],
  ['users.messages.fax.Click', 'url', ['properties.url', 'properties.link_url'], ['properties.url']],
  ['users.messages.email.Click', 'language', ['context.locale'], ['properties.language', 'context.locale']],
  ['users.canvas.Entry', 'in_control_group', ['properties.in_control_group'], ['properties.in_control_group']],
  ['users.profile.Update', 'dob', ['context.traits.dob'], ['properties.dob', 'context.traits.dob']],
] as const)('%s: %s goes to %j and %j', (type, field, segment, rudderstack) => {
  for (const [service, places] of [
    [SEGMENT, segment],
    [RUDDERSTACK, rudderstack],
  ] as const) {
    const [event] = sent(service, type, { ...BASE, [field]: true })
    for (const place of places) expect([place, at(event, place)]).toEqual([place, true])
    const copies = JSON.stringify({ ...event, integrations: {} }).split('true').length - 1
    expect(copies).toBe(places.length)
  }
})

test('names of properties may have dots, quotes and any character', () => {
  const data = { 'a.b': 1, 'properties.c': 2, '"\\': 3, schlüssel: 4 }
  for (const service of [SEGMENT, RUDDERSTACK, WEBHOOK])
    expect(sent(service, 'users.messages.email.Open', { ...BASE, ...data })[0].properties).toEqual(data)
})

test('nothing of an event is lost, whatever its fields', () => {
  const type = fc.constantFrom(...eventTypes().values(), {
    event_type: 'users.messages.fax.Send',
    schema: { properties: {} },
  })
  const names = [
    'url',
    'platform',
    'device_id',
    'timezone',
    'language',
    'card_id',
    'content_card_id',
    'user_agent',
    'sdk_version',
    'unheard_of',
  ]
  fc.assert(
    fc.property(type, fc.subarray(names), fc.nat(), ({ event_type, schema }, more, seed) => {
      const known = Object.keys(schema.properties).filter(
        (name) => !/^(id|time|time_ms|properties|.*_api_id)$/.test(name),
      )
      const fields = [...new Set([...known.filter((_, at) => (seed >> (at % 30)) % 2 === 0), ...more])]
      // Two fields that share one place never come in one event.
      const chosen = fields.filter((name) => !(name === 'card_id' && fields.includes('content_card_id')))
      const data = Object.fromEntries(chosen.map((name) => [name, `value of ${name}.`]))
      for (const service of [SEGMENT, RUDDERSTACK]) {
        const text = JSON.stringify(sent(service, event_type, { ...BASE, ...data })[0])
        expect(chosen.filter((name) => !text.includes(`value of ${name}.`))).toEqual([])
      }
    }),
  )
})

test.each([
  [
    'users.messages.email.Open',
    { CAMPAIGN_ID: 'internal', CAMPAIGN_API_ID: 'c-1', TIME_ZONE: 'Europe/Berlin', SF_CREATED_AT: 'x' },
  ],
  ['USERS_MESSAGES_EMAIL_OPEN_SHARED', { CAMPAIGN_API_ID: 'c-1', CAMPAIGN_ID: 'internal', TIMEZONE: 'Europe/Berlin' }],
  [
    'users_messages_email_open',
    { campaign_id: 'c-1', campaign_api_id: null, time_zone: 'Europe/Berlin', sf_created_at: 1 },
  ],
])('columns of Snowflake’s share are the fields they hold: %s %j', (stream, columns) => {
  const upper = Object.fromEntries(Object.entries(BASE).map(([name, value]) => [name.toUpperCase(), value]))
  expect(sent(SEGMENT, stream, { ...upper, ...columns })[0]).toMatchObject({
    ...OPENING,
    event: 'Email Opened',
    context: { timezone: 'Europe/Berlin' },
    properties: { campaign_id: 'c-1' },
  })
  expect(Object.keys(sent(SEGMENT, stream, { ...upper, ...columns })[0].properties)).toEqual(['campaign_id'])
})

test.each([
  'app',
  'app_group',
  'campaign',
  'canvas',
  'canvas_step',
  'canvas_variation',
  'message_variation',
  'subscription_group',
  'card',
  'content_card',
])('of the two ids of a %s, Currents’ own counts', (thing) => {
  const data = { [`${thing.toUpperCase()}_API_ID`]: 'c-1', [`${thing.toUpperCase()}_ID`]: 'internal' }
  const { properties } = sent(SEGMENT, 'users.messages.email.Open', { ...BASE, ...data })[0]
  expect(properties).toEqual({ [`${thing.replace('content_', '')}_id`]: 'c-1' })
})

test.each([{ time: '1700000000' }, { time: null, time_ms: 1_700_000_000_999 }, { time: 1_700_000_000 }])(
  'a webhook gets seconds as a number: %j',
  (data) => {
    expect(sent(WEBHOOK, 'users.messages.email.Open', { ...BASE, ...data })[0].time).toBe(1_700_000_000)
  },
)

test('an event that Braze sends to storage only can go to a webhook, too', () => {
  const data = { ...BASE, app_group_id: 'g-1', random_bucket_number: 7 }
  expect(sent(WEBHOOK, 'users.RandomBucketNumberUpdate', data)[0]).toMatchObject({
    user: { user_id: 'braze-1' },
    properties: { app_group_id: 'g-1', random_bucket_number: 7 },
  })
})

test('a record that repeats a column in another spelling sends one value', () => {
  const [event] = sent(SEGMENT, 'users.messages.email.Open', { ...BASE, send_id: 'a', SEND_ID: 'b' })
  expect(event.properties).toEqual({ send_id: 'b' })
})

test.each<[MappingInput, object | undefined]>([
  [{}, LOOP_GUARD],
  [{ loop_guard: false }, undefined],
  [{ extra_fields: false }, LOOP_GUARD],
])('with %j, integrations are %j', (mapping, integrations) => {
  expect(sent(SEGMENT, 'users.messages.email.Open', BASE, mapping)[0].integrations).toEqual(integrations)
})

test('a field that is called like what every object has is one that Braze does not send', () => {
  const odd = JSON.parse('{"constructor":1,"toString":2,"__proto__":3}')
  const [event] = sent(SEGMENT, 'users.messages.email.Click', { ...BASE, ...odd }, { extra_fields: false })
  expect(JSON.stringify(event)).not.toMatch(/constructor|toString|__proto__/)
})

const NUMBERS = [
  ...[
    '9007199254740993',
    '3.140000000000000000001',
    '9223372036854775807',
    '-9223372036854775808',
    '18446744073709551616',
  ],
  ...['1e400', '-1e400', '1E-400', '-0', '0.1000000000000000055', '123456789012345678901234567890.5'],
]

test.each([
  ['Segment', SEGMENT],
  ['RudderStack', RUDDERSTACK],
  ['RudderStack webhook', WEBHOOK],
] as const)('numbers of any size keep every digit: %s', (_, service) => {
  const raw = Object.fromEntries(NUMBERS.map((number, i) => [`number_${i}`, number as ByteString]))
  const result = mappedRaw(service, 'users.messages.email.Click', BASE, raw)
  const [event = ''] = result.status === 'send' ? result.events : []
  for (const [name, number] of Object.entries(raw)) expect(event).toMatch(new RegExp(`"${name}":${number}[,}]`))
})

test('an object whose members are all null is left out', () => {
  const empty = { device_model: null, email_address: null, timezone: null, os_version: null }
  for (const service of [SEGMENT, RUDDERSTACK]) {
    const [event] = sent(service, 'users.messages.email.Open', { ...BASE, ...empty })
    expect(event).toEqual(sent(service, 'users.messages.email.Open', BASE)[0])
    expect(JSON.stringify({ ...event, properties: 0 })).not.toContain('{}')
  }
})
