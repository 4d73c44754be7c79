import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  BASE,
  configuredStream,
  type MappingInput,
  mapped,
  RUDDERSTACK,
  recordOf,
  SEGMENT,
  sent,
  target,
  WEBHOOK,
} from './records.ts'

const STREAM = 'users.messages.sms.InboundReceive'
const call = (data: object, mapping: MappingInput = {}) => sent(SEGMENT, STREAM, { ...BASE, ...data }, mapping)[0]
const refusal = (data: object, mapping: MappingInput = {}) => {
  const { message: _, ...result } = { message: '', ...mapped(SEGMENT, STREAM, { ...BASE, ...data }, mapping) }
  return result
}

test.each([
  [{ time: 1_700_000_000 }, '2023-11-14T22:13:20.000Z'],
  [{ time: 1_700_000_000.25 }, '2023-11-14T22:13:20.250Z'],
  [{ time: 1 }, '1970-01-01T00:00:01.000Z'],
  [{ time: '1700000000' }, '2023-11-14T22:13:20.000Z'],
  [{ time: 1_700_000_000, time_ms: 1_700_000_000_999 }, '2023-11-14T22:13:20.999Z'],
  [{ time: 1_700_000_000, time_ms: null }, '2023-11-14T22:13:20.000Z'],
  [{ time: 1_700_000_000, time_ms: 'soon' }, '2023-11-14T22:13:20.000Z'],
  [{ time: undefined, time_ms: 1_700_000_000_999 }, '2023-11-14T22:13:20.999Z'],
  [{ time: 253_402_300_799 }, '9999-12-31T23:59:59.000Z'],
])('%j happened at %s', (data, timestamp) => {
  expect(call(JSON.parse(JSON.stringify(data)))).toMatchObject({ timestamp })
})

test.each([
  { time: null },
  { time: 0 },
  { time: -1 },
  { time: 'soon' },
  { time: '' },
  { time: true },
  { time: {} },
  { time: 1e12 },
])('%j is no time', (data) => {
  expect(refusal(data)).toEqual({ status: 'rejected', reason: 'no_time' })
})

test.each([
  [{ id: 'abc' }, {}, 'abc'],
  [{ id: 'é"\\' }, {}, 'é"\\'],
  [{ id: 12345678901 }, {}, '12345678901'],
  [{ id: 'abc' }, { message_id_prefix: 'backfill-' }, 'backfill-abc'],
  [{ id: 'x'.repeat(99) }, {}, 'x'.repeat(99)],
  [
    { id: 'x'.repeat(100) },
    {},
    createHash('sha256')
      .update(`"${'x'.repeat(100)}"`)
      .digest('base64url'),
  ],
  [
    { id: 'x'.repeat(95) },
    { message_id_prefix: 'a-"é' },
    `a-"é${createHash('sha256')
      .update(`"${'x'.repeat(95)}"`)
      .digest('base64url')}`,
  ],
  [
    { id: 'é'.repeat(50) },
    {},
    createHash('sha256')
      .update(`"${'é'.repeat(50)}"`)
      .digest('base64url'),
  ],
])('%j with %j is message %s', (data, mapping, messageId) => {
  expect(call(data, mapping).messageId).toBe(messageId)
})

test('a messageId has fewer than 100 characters, and is the same in every run', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }),
      fc.string({ minLength: 1, maxLength: 40 }),
      (id, prefix) => {
        fc.pre(prefix.trim() !== '')
        const { messageId } = call({ id }, { message_id_prefix: prefix })
        expect(messageId.length).toBeLessThan(100)
        expect(call({ id }, { message_id_prefix: prefix }).messageId).toBe(messageId)
        expect(messageId.startsWith(prefix.trim())).toBe(true)
      },
    ),
  )
})

test.each([{ id: null }, { id: '' }, { id: {} }, { id: ['x'] }])(
  '%j has no id, which Segment would drop in silence',
  (data) => {
    expect(refusal(data)).toEqual({ status: 'rejected', reason: 'no_id' })
  },
)

test.each([
  [{}, { userId: 'user-1', anonymousId: 'braze-1' }],
  [{ external_user_id: null }, { anonymousId: 'braze-1' }],
  [{ external_user_id: '' }, { anonymousId: 'braze-1' }],
  [{ external_user_id: 42 }, { userId: '42', anonymousId: 'braze-1' }],
  [{ external_user_id: 'Jürgen' }, { userId: 'Jürgen', anonymousId: 'braze-1' }],
  [{ user_id: null }, { userId: 'user-1' }],
])('%j is the user %j', (data, ids) => {
  const { userId, anonymousId } = call(data)
  expect({ userId, anonymousId }).toEqual({ userId: undefined, anonymousId: undefined, ...ids })
})

const NOBODY = { user_id: null, external_user_id: '' }

test.each([
  [{}, {}, 'send'],
  [{}, { anonymous_users: 'skip' }, 'send'],
  [{ external_user_id: '' }, { anonymous_users: 'send' }, 'send'],
  [{ external_user_id: '' }, { anonymous_users: 'skip' }, 'anonymous_user'],
  [{ user_id: null }, { anonymous_users: 'skip' }, 'send'],
  [NOBODY, {}, 'send'],
  [NOBODY, { users_without_id: 'reject' }, 'no_user'],
  [NOBODY, { anonymous_users: 'skip' }, 'send'],
] as const)('%j with %j: %s', (data, mapping, outcome) => {
  for (const service of [SEGMENT, RUDDERSTACK, WEBHOOK]) {
    const result = mapped(service, STREAM, { ...BASE, ...data }, mapping)
    expect('reason' in result ? result.reason : result.status).toBe(outcome)
  }
})

test.each([
  [{ user_phone_number: '+1', id: 'a' }, { to_phone_number: '+1', id: 'b' }, true],
  [{ user_phone_number: '+1', id: 'a' }, { user_phone_number: '+2', id: 'a' }, false],
  [{ native_line_id: 'x', id: 'a' }, { native_line_id: 'x', id: 'b' }, true],
  [{ native_line_id: 'x', id: 'a' }, { bsuid: 'x', id: 'a' }, false],
  [{ request_id: 'x', id: 'a' }, { request_id: 'x', id: 'b' }, true],
  [{ id: 'a' }, { id: 'b' }, false],
])('%j and %j may be the same user: %s', (one, other, same) => {
  const ids = [one, other].map((data) => call({ ...NOBODY, ...data }).anonymousId)
  expect(new Set(ids).size).toBe(same ? 1 : 2)
})

test('a synthetic id is marked, and tells no phone number', () => {
  const event = call({ ...NOBODY, user_phone_number: '+4912345' })
  expect(event.context.braze).toEqual({ event_type: STREAM, synthetic_id: true })
  expect(event.anonymousId).toMatch(/^synthetic-phone-[0-9a-f]{32}$/)
  expect(call({}).context.braze).toEqual({ event_type: STREAM })
})

test('every messageId of a run is kept apart by its event', () => {
  const map = target(SEGMENT).mapper(configuredStream(STREAM))
  const ids = ['a', 'b', 'a'].map((id) => {
    const result = map(recordOf(STREAM, { ...BASE, id }))
    return result.status === 'send' ? JSON.parse(result.events[0] ?? '').messageId : undefined
  })
  expect(ids).toEqual(['a', 'b', 'a'])
})

/** What links events without a user, best first. Ids made of them must stay the same from release to release. */
const TRACES = [
  ['user_phone_number', 'phone'],
  ['to_phone_number', 'phone'],
  ['phone_number', 'phone'],
  ['native_line_id', 'line'],
  ['bsuid', 'whatsapp'],
  ['survey_session_id', 'survey'],
  ['request_id', 'request'],
  ['id', 'event'],
] as const

test('an event without a user has an id of the best trace that it holds', () => {
  for (const [i, [field, kind]] of TRACES.entries()) {
    const data = Object.fromEntries(TRACES.slice(i).map(([field]) => [field, `é ${field}`]))
    const hash = createHash('sha256').update(`${kind}:"é ${field}"`).digest('hex')
    expect(call({ ...NOBODY, ...data }).anonymousId).toBe(`synthetic-${kind}-${hash.slice(0, 32)}`)
  }
})

test.each<[object, MappingInput, string]>([
  [{ id: null }, {}, 'The event has no id.'],
  [{ time: null }, {}, 'The event has no time between 1970 and 9999.'],
  [NOBODY, { users_without_id: 'reject' }, 'The event names no user.'],
])('%j is rejected with words', (data, mapping, message) => {
  expect(mapped(SEGMENT, STREAM, { ...BASE, ...data }, mapping)).toMatchObject({ message })
})

test.each<[object, string | undefined]>([
  [{ time: 253_402_300_800 }, undefined],
  [{ time: '253402300799.9994' }, '9999-12-31T23:59:59.999Z'],
  [{ time: '253402300799.9996' }, undefined],
  [{ time: '0.0004' }, undefined],
  [{ time: '0.001' }, '1970-01-01T00:00:00.001Z'],
  [{ time: '9223372036854775807' }, undefined],
  [{ time: '-9223372036854775808' }, undefined],
  [{ time: '1e400' }, undefined],
  [{ time: '-1e400' }, undefined],
  [{ time: 1_700_000_000, time_ms: '1e400' }, '2023-11-14T22:13:20.000Z'],
  [{ time: 1_700_000_000, time_ms: 253_402_300_800_000 }, '2023-11-14T22:13:20.000Z'],
  [{ time: 1_700_000_000, time_ms: 0 }, '2023-11-14T22:13:20.000Z'],
  [{ time: 1_700_000_000, time_ms: ' ' }, '2023-11-14T22:13:20.000Z'],
  [{ time: 1_700_000_000.0006 }, '2023-11-14T22:13:20.001Z'],
  [{ time: ' 1700000000 ' }, '2023-11-14T22:13:20.000Z'],
])('at the edges of time, %j is %s', (data, timestamp) => {
  const result = mapped(SEGMENT, STREAM, { ...BASE, ...data })
  expect(result.status === 'send' ? JSON.parse(result.events[0] ?? '').timestamp : undefined).toBe(timestamp)
})

test('milliseconds are not told in exactly the native layout', () => {
  const data = { time: 1_700_000_000, time_ms: 1_700_000_000_999 }
  expect(call(data, { extra_fields: false }).timestamp).toBe('2023-11-14T22:13:20.000Z')
})

test('more times than are remembered are told right', () => {
  const map = target(SEGMENT).mapper(configuredStream(STREAM))
  for (const round of [0, 1])
    for (let i = 0; i <= 10_000; i += round === 0 ? 1 : 2_500) {
      const result = map(recordOf(STREAM, { ...BASE, time: 1_700_000_000 + i }))
      const event = result.status === 'send' ? (result.events[0] ?? '') : ''
      expect(event).toContain(`"timestamp":"${new Date((1_700_000_000 + i) * 1000).toISOString()}"`)
    }
})

test.each([
  [true, 'true'],
  [0, '0'],
])('an id may be %j', (id, messageId) => {
  expect(call({ id }).messageId).toBe(messageId)
})
