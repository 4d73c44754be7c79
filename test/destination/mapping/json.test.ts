import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fromByteString, toByteString } from '../../../src/cdk/bytes.ts'
import { isDeeperThan, membersOf, rawOf, textOf } from '../../../src/destination/mapping/json.ts'

const parsedMembers = (text: string) => {
  const members = membersOf(toByteString(text))
  return (
    members &&
    Object.fromEntries(
      members.names.map((name, at) => [fromByteString(name), JSON.parse(fromByteString(members.values[at] ?? ''))]),
    )
  )
}

test('the members of an object, or of one that travels as a string, are those that JSON.parse finds', () => {
  const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())
  const indent = fc.constantFrom(0, 2)
  fc.assert(
    fc.property(object, indent, (value, indent) => {
      const text = JSON.stringify(value)
      const expected = Object.entries(JSON.parse(text))
      expect(Object.entries(parsedMembers(text) ?? {})).toEqual(expected)
      expect(Object.entries(parsedMembers(JSON.stringify(JSON.stringify(value, null, indent))) ?? {})).toEqual(expected)
    }),
  )
})

test.each(['"{\\"a\\":1"', '"{]"', '"text"', '12', 'true', '[1]', '""', 'null'])('%s has no members', (raw) => {
  expect(membersOf(raw)).toBeUndefined()
})

test.each([
  ['"text"', 'text'],
  ['"\\u00e9"', 'é'],
  ['12345678901234567890', '12345678901234567890'],
  ['true', 'true'],
  ['null', undefined],
  ['', undefined],
  ['{}', undefined],
  ['[]', undefined],
])('the text of %s is %j', (raw, text) => {
  expect(textOf(raw)).toBe(text)
})

test('depth is counted in levels, whatever strings contain', () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? '[{'.repeat(300) : depth % 2 ? [nested(depth - 1)] : { a: nested(depth - 1) }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (depth, max) => {
      expect(isDeeperThan(max, rawOf(nested(depth)))).toBe(depth > max)
    }),
  )
})
