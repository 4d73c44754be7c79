import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compact, jsonObjectText, numberText } from '../../../src/source/decode/json-text.ts'

test.each<[number, number, string | undefined]>([
  [Math.fround(3.14), 32, '3.14'],
  [Math.fround(0.1), 32, '0.1'],
  [Math.fround(16_777_216), 32, '16777216'],
  [Math.fround(3.402_823_466e38), 32, '3.4028235e+38'],
  [Math.fround(1e-45), 32, '1e-45'],
  [-0, 32, '0'],
  // A power of two: the nearest decimal of eight digits is too low, the next one is not.
  [2 ** 90, 32, '1.2379401e+27'],
  [3.140000104904175, 64, '3.140000104904175'],
  [1e21, 64, '1e+21'],
  [Number.NaN, 32, undefined],
  [Number.POSITIVE_INFINITY, 64, undefined],
])('%p of %p bits is written %p', (value, bits, text) => {
  expect(numberText(value, bits)).toBe(text)
})

const decimalsWithFewerDigits = (text: string): readonly number[] => {
  const [mantissa = '', exponent = '0'] = Number(text).toExponential().split('e')
  const digits = mantissa.replace(/[-.]/g, '')
  const scale = Number(exponent) - digits.length + 2
  const shorter = BigInt(digits) / 10n
  return [shorter, shorter + 1n].map((n) => (mantissa.startsWith('-') ? -1 : 1) * Number(`${n}e${scale}`))
}

test('a float is written with digits that round to it, and no fewer digits would', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = numberText(value, 32) ?? ''
      expect(Math.fround(Number(text))).toBe(value === 0 ? 0 : value)
      for (const shorter of decimalsWithFewerDigits(text))
        if (value !== 0 && String(shorter) !== text) expect(Math.fround(shorter)).not.toBe(value)
    }),
    { numRuns: 5000 },
  )
})

test('a double is written as JSON.stringify writes it', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (v) => numberText(v, 64) === JSON.stringify(v)),
  )
})

test.each<[string, string, boolean]>([
  ['{}', '{}', true],
  ['{"a":12345678901234567890.10}', '{"a":12345678901234567890.10}', true],
  [' {\n\t"a b" : [ 1 , "x  \\" y" ]\r\n} ', '{"a b":[1,"x  \\" y"]}', true],
  ['', '{"_unparsed":""}', false],
  ['[1]', '{"_unparsed":"[1]"}', false],
  ['null', '{"_unparsed":"null"}', false],
  ['"text"', '{"_unparsed":"\\"text\\""}', false],
  ['{"a":1', '{"_unparsed":"{\\"a\\":1"}', false],
  ['{"a":"\n"}', '{"_unparsed":"{\\"a\\":\\"\\n\\"}"}', false],
])('%j gives the object %s', (text, object, parsed) => {
  expect(jsonObjectText(text)).toEqual({ text: object, parsed })
})

test('compact text says the same, in one line, without a space between tokens', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t', ' \n'), (value, indent) => {
      expect(compact(JSON.stringify(value, null, indent))).toBe(JSON.stringify(value))
    }),
  )
})

const deep = (levels: number) => `${'{"a":['.repeat(levels / 2)}${']}'.repeat(levels / 2)}`

test('what is nested so deeply that nobody would take the line is kept as text', () => {
  expect(jsonObjectText(deep(996))).toEqual({ text: deep(996), parsed: true })
  expect(jsonObjectText(deep(998))).toEqual({ text: JSON.stringify({ _unparsed: deep(998) }), parsed: false })
  // Brackets in strings nest nothing.
  const text = JSON.stringify({ a: '['.repeat(2000), b: '\\"{'.repeat(2000) })
  expect(jsonObjectText(text)).toEqual({ text, parsed: true })
})
