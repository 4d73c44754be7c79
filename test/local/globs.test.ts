import { expect, test } from '@jest/globals'
import { globFilter } from '../../src/local/globs.ts'

const NAMES = [
  'users.messages.email.Open',
  'users.messages.email.Click',
  'users.messages.sms.Send',
  'users.canvas.Entry',
]

test.each([
  [undefined, NAMES],
  ['', NAMES],
  ['users.canvas.Entry', ['users.canvas.Entry']],
  ['USERS.CANVAS.ENTRY', ['users.canvas.Entry']],
  ['users.messages.email.*', ['users.messages.email.Open', 'users.messages.email.Click']],
  ['*.email.*, *.sms.*', ['users.messages.email.Open', 'users.messages.email.Click', 'users.messages.sms.Send']],
  ['*.email.*,!*.Open', ['users.messages.email.Click']],
  ['!users.messages.*', ['users.canvas.Entry']],
  ['users.canvas', []],
  ['users?canvas.Entry', []],
])('%s means %j', (globs, expected) => {
  expect(NAMES.filter(globFilter(globs))).toEqual(expected)
})
