// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references to environment variables
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { withVariables } from '../../src/local/environment-references.ts'

const VARIABLES = { KEY: 'top secret', _a1: 'x', EMPTY: '', NESTED: '${KEY}' }

test.each([
  ['${KEY}', 'top secret'],
  ['Bearer ${KEY}, ${_a1}', 'Bearer top secret, x'],
  ['$${KEY}', '${KEY}'],
  ['$$${KEY}', '$${KEY}'],
  // A value is not looked into again.
  ['${NESTED}', '${KEY}'],
  ['$KEY', '$KEY'],
  ['${}', '${}'],
  ['${1KEY}', '${1KEY}'],
  ['${KEY', '${KEY'],
  ['a$', 'a$'],
])('%s becomes %s', (text, expected) => {
  expect(withVariables(text, VARIABLES)).toBe(expected)
})

test('texts are found at any depth; names, numbers and the like stay as they are', () => {
  const value = { a: [{ '${KEY}': '${KEY}' }, 1.5, null, true] }
  expect(withVariables(value, VARIABLES)).toEqual({ a: [{ '${KEY}': 'top secret' }, 1.5, null, true] })
})

test.each(['MISSING', 'EMPTY', 'constructor', '__proto__'])(
  'a variable that is not set (%s) is named, with its place',
  (name) => {
    expect(() => withVariables({ routes: [{ write_key: `\${${name}}` }] }, VARIABLES)).toThrow(
      `The environment variable ${name}, which routes[0].write_key refers to, is not set. Set it, or write $\${${name}} if the characters are meant.`,
    )
  },
)

test('any text can be written so that it stands for itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'KEY', ' '), maxLength: 12 }), (text) => {
      const escaped = text.replaceAll('${', '$$${')
      expect(withVariables(escaped, VARIABLES)).toBe(text)
    }),
  )
})
