import { expect, test } from '@jest/globals'
import { type ByteString, toByteString } from '../../../src/cdk/bytes.ts'
import { compare } from '../../../src/local/preview/compare.ts'
import { previewPage } from '../../../src/local/preview/page.ts'
import type { Preview } from '../../../src/local/preview/preview.ts'

const HASH = 'ab'.repeat(32)

test.each([
  ['campaign', '"summer"', { properties: { campaign: 'summer' } }, ['same'], ['properties.campaign']],
  ['os', '"iOS 17"', { context: { os: 'iOS 17' } }, ['moved'], ['context.os']],
  ['user', '"u-123"', { userId: 'u-123' }, ['renamed'], ['userId']],
  ['time', '1700000000', { time: '2023-11-14' }, ['changed'], ['time']],
  ['time', '1700000000', { timestamp: '2023-11-14T22:13:20.000Z' }, ['changed'], ['timestamp']],
  ['sound', 'true', { properties: { other: true } }, ['not found'], []],
  ['link', 'null', {}, ['empty'], []],
  ['long', '"aaaaaaaa"', { properties: { long: 'aaa' } }, ['trimmed'], ['properties.long']],
  ['email', `"${HASH}"`, { properties: { email: HASH } }, ['same', 'hashed'], ['properties.email']],
])('marks %s: %s', (name, value, event, marks, places) => {
  const record = { names: [name], values: [value] }
  const compared = compare({ record, events: [toByteString(JSON.stringify(event))], trimmed: ['long'], isHashed: true })
  expect(compared).toEqual([{ name, value, marks, places }])
})

test('numbers that differ in their 17th digit only are not the same', () => {
  const record = { names: ['a', 'b'], values: ['9007199254740993', '9007199254740995'] }
  const events = ['{"properties":{"a":9007199254740993,"b":9007199254740996}}']
  const marks = compare({ record, events, trimmed: [], isHashed: false }).map(({ marks }) => marks)
  expect(marks).toEqual([['same'], ['changed']])
})

const previewOf = (members: Readonly<Record<string, unknown>>, mapped: Preview['mapped']): Preview => ({
  record: {
    type: 'RECORD',
    stream: String(members['stream'] ?? 'a.B'),
    namespace: undefined,
    data: {
      names: Object.keys(members).map(toByteString),
      values: Object.values(members).map((value) => toByteString(JSON.stringify(value))),
    },
    line: '' as ByteString,
  },
  mapped,
})

test('everything from the export is text', () => {
  const evil = `</pre><script>alert(1)</script><img src=x onerror='alert(2)'>"&\u202e\u001b`
  const event = toByteString(JSON.stringify({ properties: { [evil]: evil } }))
  const page = previewPage(
    [
      previewOf(
        { stream: evil, [evil]: evil },
        { status: 'send', events: [event], writeKey: 'the-key', trimmed: [evil] },
      ),
      previewOf({ a: 1 }, { status: 'rejected', reason: 'no_id', message: evil }),
    ],
    false,
  )
  for (const part of ['<script', '<img', '\u202e', '\u001b']) expect(page).not.toContain(part)
  expect(page).toContain('&#60;script&#62;')
  expect(page).not.toContain('the-key')
})

test('says why an event is not sent', () => {
  const page = previewPage([previewOf({ a: 'é' }, { status: 'skipped', reason: 'anonymous_user' })], false)
  expect(page).toContain('<strong>skipped:</strong> anonymous_user')
  expect(page).toContain('é')
})
