import { createHmac } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { eventTypes } from '../../src/catalog.ts'
import { PersonalData } from '../../src/config.ts'
import { coveredField, policyOf } from '../../src/source/privacy.ts'

const policy = (config: object) => policyOf(PersonalData.parse(config))

test('keep, or nothing at all, is no policy', () => {
  expect(policyOf(undefined)).toBeUndefined()
  expect(policy({})).toBeUndefined()
  expect(policy({ policy: 'keep', fields: ['email_address'] })).toBeUndefined()
})

test.each<[string, boolean, boolean]>([
  ['email_address', false, true],
  ['external_user_id', false, true],
  ['campaign_id', false, false],
  ['a_new_field', false, false],
  ['a_new_field', true, true],
  ['id', true, false],
  ['time', true, false],
  ['event_type', true, false],
])('without fields, %s (tagged: %p) is covered: %p', (field, tagged, covered) => {
  expect(policy({ policy: 'redact' })?.covers(field, tagged)).toBe(covered)
  expect(policy({ policy: 'redact', fields: [] })?.covers(field, tagged)).toBe(covered)
})

test('every field that the catalogue marks is covered', () => {
  const marked = [...eventTypes().values()].flatMap(({ schema }) =>
    Object.entries(schema.properties).flatMap(([name, { personal }]) => (personal ? [name] : [])),
  )
  expect(marked.length).toBeGreaterThan(100)
  expect(marked.filter((name) => !policy({ policy: 'drop' })?.covers(name, false))).toEqual([])
})

test.each<[string, boolean, boolean]>([
  ['campaign_id', false, true],
  ['email_address', true, false],
  ['id', false, false],
  ['time', false, false],
])('with fields, exactly these: %s (tagged: %p) is covered: %p', (field, tagged, covered) => {
  const { covers } = policy({ policy: 'drop', fields: ['campaign_id', 'id', 'time'] }) ?? {}
  expect(covers?.(field, tagged)).toBe(covered)
})

test.each(['"text"', '""', '1.5', 'true', '[null,"a"]', '{"a":1}'])(
  'redact and drop do not look at the value: %s',
  (value) => {
    expect(policy({ policy: 'redact' })?.replace(value)).toBe('"[REDACTED]"')
    expect(policy({ policy: 'drop' })?.replace(value)).toBeUndefined()
  },
)

test('hash is the HMAC-SHA-256 of the text, as known from RFC 4231', () => {
  const replace = policy({ policy: 'hash', salt: 'Jefe' })?.replace
  expect(replace?.('"what do ya want for nothing?"')).toBe(
    '"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"',
  )
})

test('anyone who has the salt can compute the hash of any text or number', () => {
  const replace = policy({ policy: 'hash', salt: 'sält' })?.replace
  const hmac = (text: string) => `"${createHmac('sha256', 'sält').update(text).digest('hex')}"`
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => replace?.(JSON.stringify(text)) === hmac(text)))
  expect(['12', 'true', '[1]'].map((value) => replace?.(value))).toEqual(['12', 'true', '[1]'].map(hmac))
})

test('another salt gives another hash', () => {
  const [one, other] = ['a', 'b'].map((salt) => policy({ policy: 'hash', salt })?.replace('"x"'))
  expect(one).not.toBe(other)
})

const latitude = { type: ['null', 'number'], description: 'Where.' }
const field = { name: 'latitude', isTagged: false }

test('a covered field is described as the text that it becomes, or not at all', () => {
  expect(coveredField(undefined, field, latitude)).toBe(latitude)
  expect(coveredField(policy({ policy: 'drop', fields: ['x'] }), field, latitude)).toBe(latitude)
  expect(coveredField(policy({ policy: 'drop' }), field, latitude)).toBeUndefined()
  const urls = { type: ['null', 'array'], items: { type: 'string' }, description: 'Where.' }
  for (const config of [{ policy: 'redact' }, { policy: 'hash', salt: 'a' }])
    for (const schema of [latitude, urls])
      expect(coveredField(policy(config), field, schema)).toEqual({ type: ['null', 'string'], description: 'Where.' })
})
