import { expect, test } from '@jest/globals'
import { newestOf } from '../../../src/destination/mapping/newest.ts'
import {
  BASE,
  configuredStream,
  type Data,
  type MappingInput,
  mapped,
  parsed,
  RUDDERSTACK,
  recordOf,
  SEGMENT,
  sent,
  target,
} from './records.ts'

const GLOBAL = 'users.behaviors.subscription.GlobalStateChange'
const GROUP = 'users.behaviors.subscriptiongroup.StateChange'
const PROFILE = 'users.profile.Update'
const ON: MappingInput = { profiles: 'identify' }
const traits = (stream: string, data: Data) => sent(SEGMENT, stream, { ...BASE, ...data }, ON)[1]?.traits

test('an identify call follows the track call', () => {
  const data = { ...BASE, channel: 'email', subscription_status: 'Opted-In' }
  const [track, identify] = sent(SEGMENT, GLOBAL, data, { ...ON, message_id_prefix: 'p-' })
  expect(track).toMatchObject({ type: 'track', messageId: 'p-event-1' })
  expect(identify).toEqual({
    type: 'identify',
    messageId: 'p-event-1-identify',
    timestamp: '2023-11-14T22:13:20.000Z',
    userId: 'user-1',
    anonymousId: 'braze-1',
    context: { active: false },
    integrations: track.integrations,
    traits: { email_subscribe: 'opted_in' },
  })
})

test('RudderStack gets the traits in both places', () => {
  const data = { ...BASE, channel: 'push', subscription_status: 'Unsubscribed' }
  expect(sent(RUDDERSTACK, GLOBAL, data, ON)[1]).toEqual({
    type: 'identify',
    messageId: 'event-1-identify',
    timestamp: '2023-11-14T22:13:20.000Z',
    originalTimestamp: '2023-11-14T22:13:20.000Z',
    channel: 'server',
    userId: 'user-1',
    anonymousId: 'braze-1',
    context: { active: false, traits: { push_subscribe: 'unsubscribed' } },
    integrations: { Braze: false },
    traits: { push_subscribe: 'unsubscribed' },
  })
})

test.each<[string, Data, object | undefined]>([
  [GLOBAL, { channel: 'email', subscription_status: 'Subscribed' }, { email_subscribe: 'subscribed' }],
  [GLOBAL, { channel: 'sms', subscription_status: 'Subscribed' }, undefined],
  [GLOBAL, { channel: 'email' }, undefined],
  [GLOBAL, { subscription_status: 'Subscribed' }, undefined],
  [
    GROUP,
    { subscription_group_id: 'g-1', subscription_status: 'Subscribed' },
    { subscription_groups: { 'g-1': 'subscribed' } },
  ],
  [GROUP, { subscription_status: 'Subscribed' }, undefined],
  [GROUP, { subscription_group_id: 'g-1' }, undefined],
  [
    PROFILE,
    {
      first_name: 'Jürgen',
      last_name: 'K',
      email_address: 'j@example.com',
      phone_number: '+1',
      dob: '1980-01-01',
      gender: 'M',
      language: 'de',
      timezone: 'Europe/Berlin',
      country: 'DE',
      home_city: 'Köln',
    },
    {
      firstName: 'Jürgen',
      lastName: 'K',
      email: 'j@example.com',
      phone: '+1',
      birthday: '1980-01-01',
      gender: 'M',
      language: 'de',
      timezone: 'Europe/Berlin',
      address: { country: 'DE', city: 'Köln' },
    },
  ],
  [PROFILE, { custom_attributes: '{"colour":"red","n":12}' }, { colour: 'red', n: 12 }],
  [PROFILE, { custom_attributes: { colour: 'red' }, first_name: 'J' }, { firstName: 'J', colour: 'red' }],
  [PROFILE, { custom_attributes: '{"gender":"x","colour":"red"}', gender: 'M' }, { gender: 'M', colour: 'red' }],
  [PROFILE, { custom_attributes: '{"address":"x"}' }, { address: 'x' }],
  [PROFILE, { custom_attributes: '{"address":"x"}', country: 'DE' }, { address: { country: 'DE' } }],
  [PROFILE, { update_source: 'sdk' }, undefined],
  ['users.messages.email.Open', { email_address: 'j@example.com' }, undefined],
])('%s with %j says %j', (stream, data, expected) => {
  expect(traits(stream, data)).toEqual(expected)
})

test('identify is off unless asked for', () => {
  expect(sent(SEGMENT, GLOBAL, { ...BASE, channel: 'email', subscription_status: 'Subscribed' })).toHaveLength(1)
})

test('nobody is identified by a synthetic id', () => {
  const data = { ...BASE, user_id: null, external_user_id: null, channel: 'email', subscription_status: 'Subscribed' }
  expect(sent(SEGMENT, GLOBAL, data, ON)).toHaveLength(1)
})

test('the messageId of an identify call has fewer than 100 characters, and tells its event from others', () => {
  const messageIdOf = (id: string) => sent(SEGMENT, PROFILE, { ...BASE, id, first_name: 'J' }, ON)[1]?.messageId
  expect(messageIdOf('x'.repeat(90))).toBe(`${'x'.repeat(90)}-identify`)
  const long = Array.from({ length: 20 }, (_, i) => messageIdOf('x'.repeat(91 + i)))
  expect(new Set(long).size).toBe(20)
  for (const messageId of long) expect(messageId).toMatch(/^.{1,90}-identify$/)
})

test('an identify call that is too big is left out, and said to be', () => {
  const custom_attributes = JSON.stringify({ a: 'x'.repeat(20_000) })
  expect(mapped(RUDDERSTACK, PROFILE, { ...BASE, custom_attributes }, ON)).toMatchObject({
    status: 'send',
    events: { length: 1 },
    trimmed: ['identify'],
  })
})

test('an identify call may be as large as the service takes, and no larger', () => {
  const given = (length: number) => {
    const custom_attributes = JSON.stringify({ a: 'x'.repeat(length) })
    const result = mapped(SEGMENT, PROFILE, { ...BASE, custom_attributes }, ON)
    return result.status === 'send' ? { bytes: result.events[1]?.length, trimmed: result.trimmed } : undefined
  }
  const most = 32 * 1024 - (given(0)?.bytes ?? 0)
  // The track call is the larger one, and is trimmed.
  expect(given(most)).toEqual({ bytes: 32 * 1024, trimmed: ['custom_attributes'] })
  expect(given(most + 1)).toEqual({ bytes: undefined, trimmed: ['custom_attributes', 'identify'] })
})

test('what is older than what was said of the same user is not said any more', () => {
  const map = target(SEGMENT, ON).mapper(configuredStream(GROUP))
  const said = (time: number, subscription_group_id: string, external_user_id = 'user-1') => {
    const data = { ...BASE, time, subscription_group_id, subscription_status: 'Subscribed', external_user_id }
    const result = map(recordOf(GROUP, data))
    return result.status === 'send' && result.events.map((event) => parsed(event).type).includes('identify')
  }
  const calls = [
    said(10, 'a'),
    said(9, 'a'),
    said(9, 'b'),
    said(9, 'a', 'user-2'),
    said(10, 'a'),
    said(11, 'a'),
    said(10, 'a'),
  ]
  expect(calls).toEqual([true, false, true, true, true, true, false])
})

test('only so many users are remembered', () => {
  const isNews = newestOf(2)
  for (const key of ['a', 'b', 'a', 'c']) isNews(key, '2')
  expect([isNews('a', '1'), isNews('c', '1'), isNews('b', '1')]).toEqual([false, false, true])
})
