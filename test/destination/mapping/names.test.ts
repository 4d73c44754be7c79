import { expect, test } from '@jest/globals'
import { guessedName } from '../../../src/destination/mapping/names.ts'
import { BASE, type MappingInput, mapped, RUDDERSTACK, SEGMENT, sent } from './records.ts'

const CUSTOM = { ...BASE, name: 'Ate a „Brezel“' }
const named = (stream: string, mapping: MappingInput = {}, data: object = BASE) =>
  sent(SEGMENT, stream, { ...data }, mapping)[0].event

test.each([
  // Where the lists differ, each says something else.
  ['users.messages.email.MarkAsSpam', 'default', 'Email Marked as Spam'],
  ['users.messages.email.MarkAsSpam', 'braze_native', 'Email Marked as Spam'],
  ['users.messages.email.MarkAsSpam', 'segment_catalog', 'Email Marked As Spam'],
  ['users.messages.email.MarkAsSpam', 'raw', 'users.messages.email.MarkAsSpam'],
  ['users.messages.line.Send', 'default', 'LINE Sent'],
  ['users.messages.line.Send', 'braze_native', 'Sent'],
  ['users_messages_line_send', 'raw', 'users.messages.line.Send'],
  ['users.messages.email.Abort', 'segment_catalog', 'Email Aborted'],
  ['users.messages.fax.Send', 'default', 'Fax Sent'],
  ['users.messages.fax.Send', 'braze_native', 'Fax Sent'],
  ['users.messages.fax.Send', 'raw', 'users.messages.fax.Send'],
] as const)('%s by %s is "%s"', (stream, event_names, name) => {
  expect(named(stream, { event_names })).toBe(name)
})

test.each([
  ['users.messages.fax.Send', 'Fax Sent'],
  ['users.messages.pushnotification.Retry', 'Push Notification Retried'],
  ['users.messages.fax.PageJam', 'Fax Page Jam'],
  ['users.behaviors.UpgradedApp', 'Upgraded App'],
  ['users.behaviors.app.UpgradedApp', 'Upgraded App'],
  ['users.SomethingNew', 'User Something New'],
  ['agentconsole.AgentPaused', 'Agent Agent Paused'],
  // A name that every object has.
  ['users.messages.constructor.Send', 'Constructor Sent'],
])('the name guessed for %s is "%s"', (type, name) => {
  expect(guessedName(type)).toBe(name)
})

test('Segment gets friendly names, RudderStack raw ones', () => {
  const stream = 'users.messages.email.Open'
  expect(sent(SEGMENT, stream, BASE)[0].event).toBe('Email Opened')
  expect(sent(RUDDERSTACK, stream, BASE)[0].event).toBe(stream)
  expect(sent(RUDDERSTACK, stream, BASE, { event_names: 'default' })[0].event).toBe('Email Opened')
})

test.each(['users.messages.email.Open', 'users_messages_email_open', 'USERS_MESSAGES_EMAIL_OPEN_SHARED'])(
  'a name of the user’s own, for the type spelt %s',
  (event_type) => {
    expect(named('users.messages.email.Open', { rename: [{ event_type, name: 'Gelesen “é”' }] })).toBe('Gelesen “é”')
    expect(named('users.messages.email.Click', { rename: [{ event_type, name: 'Gelesen' }] })).toBe(
      'Email Link Clicked',
    )
  },
)

test('an undescribed type can be renamed, too', () => {
  const rename = [{ event_type: 'users.messages.fax.Send', name: 'Faxed' }]
  expect(named('users.messages.fax.Send', { rename })).toBe('Faxed')
})

test.each([
  ['fixed', 'Custom Event'],
  ['own_name', 'Ate a „Brezel“'],
  ['prefixed', 'Braze: Ate a „Brezel“'],
] as const)('custom events named %s', (custom_events, name) => {
  const [event] = sent(SEGMENT, 'users.behaviors.CustomEvent', CUSTOM, { custom_events })
  expect(event).toMatchObject({ event: name, properties: { name: CUSTOM.name } })
})

test('the name of a custom event means nothing for other types', () => {
  expect(named('users.messages.email.Open', { custom_events: 'own_name' }, CUSTOM)).toBe('Email Opened')
})

test.each([{}, { name: '' }, { name: ' ' }, { name: null }])('a custom event without a name of its own: %j', (data) => {
  const stream = 'users.behaviors.CustomEvent'
  const result = mapped(SEGMENT, stream, { ...BASE, ...data }, { custom_events: 'own_name' })
  const message = expect.stringContaining('custom_events')
  expect(result).toMatchObject({ status: 'rejected', reason: 'no_name', message })
  expect(named(stream, {}, { ...BASE, ...data })).toBe('Custom Event')
})
