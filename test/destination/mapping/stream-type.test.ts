import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { eventTypes } from '../../../src/catalog.ts'
import { streamTypeOf } from '../../../src/destination/mapping/stream-type.ts'

test.each([
  ['users.messages.email.Open', 'users.messages.email.Open'],
  ['users_messages_email_Open', 'users.messages.email.Open'],
  ['users_messages_email_open', 'users.messages.email.Open'],
  ['USERS_MESSAGES_EMAIL_OPEN', 'users.messages.email.Open'],
  ['USERS_MESSAGES_EMAIL_OPEN_SHARED', 'users.messages.email.Open'],
  ['users_campaigns_abort', 'users.campaigns.Abort'],
  ['braze_users.messages.email.Open', 'users.messages.email.Open'],
  ['prefix_USERS_MESSAGES_EMAIL_OPEN_SHARED', 'users.messages.email.Open'],
  ['raw.braze.users_messages_email_open', 'users.messages.email.Open'],
  ['stg-users.behaviors.CustomEvent', 'users.behaviors.CustomEvent'],
  ['users_messages_users_canvas_entry', 'users.canvas.Entry'],
  ['brazeusers.messages.email.Open', 'users.messages.email.Open'],
])('stream %s holds %s', (name, event_type) => {
  expect(streamTypeOf({ name })).toMatchObject({ event_type, described: { event_type } })
})

test.each([
  ['users.messages.fax.Send', 'users.messages.fax.Send'],
  ['braze_users.messages.fax.SoftBounce', 'users.messages.fax.SoftBounce'],
  ['users.SomethingNew', 'users.SomethingNew'],
  ['agentconsole.AgentPaused', 'agentconsole.AgentPaused'],
  ['USERS_MESSAGES_FAX_SEND_SHARED', 'users.messages.fax.Send'],
  ['users_behaviors_upgradedapp', 'users.behaviors.Upgradedapp'],
])('stream %s holds the undescribed type %s', (name, event_type) => {
  expect(streamTypeOf({ name })).toEqual({ event_type, described: undefined })
})

test.each([
  { name: 'Open', namespace: 'users.messages.email' },
  { name: 'messages_email_open', namespace: 'users' },
])('a namespace may hold the beginning: %j', (stream) => {
  expect(streamTypeOf(stream).event_type).toBe('users.messages.email.Open')
})

test.each(['orders', 'users', 'users_accounts', 'public.users', 'customers_users_messages', ''])(
  'stream "%s" holds no event',
  (name) => {
    expect(() => streamTypeOf({ name })).toThrow(`Stream "${name}" holds no Braze Currents event.`)
  },
)

test('anything may stand before the name of a type', () => {
  const type = fc.constantFrom(...eventTypes().values())
  const prefix = fc.stringMatching(/^[a-z0-9_.]{0,12}$/)
  const spelt = fc.constantFrom<(name: string) => string>(
    (name) => name,
    (name) => name.replaceAll('.', '_'),
    (name) => name.replaceAll('.', '_').toLowerCase(),
    (name) => `${name.replaceAll('.', '_').toUpperCase()}_SHARED`,
  )
  fc.assert(
    fc.property(type, prefix, spelt, ({ event_type }, prefix, spell) => {
      const name = prefix === '' ? spell(event_type) : `${prefix}_${spell(event_type)}`
      expect(streamTypeOf({ name }).event_type).toBe(event_type)
    }),
  )
})
