import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { indented } from '../../../src/local/preview/raw-text.ts'

test('lays JSON out as JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 1, 3), (json, space) => {
      const value = JSON.parse(json)
      expect(indented(JSON.stringify(value, null, space))).toBe(JSON.stringify(value, null, 2))
    }),
  )
})

test.each(['9007199254740993', '-0', '1e400', '0.1000000000000000055', '12345678901234567890'])(
  '%s keeps its digits',
  (number) => {
    expect(indented(`{"a":[${number}]}`)).toBe(`{\n  "a": [\n    ${number}\n  ]\n}`)
  },
)
