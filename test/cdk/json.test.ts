import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { MAX_DEPTH, Scanner } from '../../src/cdk/json.ts'
import { damaged, jsonText, soup } from './json-text.ts'

function accepts(text: string): boolean {
  const scanner = new Scanner(Buffer.from(text))
  scanner.skipWhitespace()
  scanner.skipValue()
  scanner.skipWhitespace()
  return !scanner.failed && scanner.at === Buffer.byteLength(text)
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const { value } = jsonText

test('accepts what JSON.parse accepts, and nothing else', () => {
  fc.assert(
    fc.property(fc.oneof(value, damaged(value), damaged(damaged(value)), soup, fc.json()), (text) => {
      expect(accepts(text)).toBe(parses(text))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ...['01', '-', '1.', '.5', '1e', '1e+', '+1', '0x1', 'NaN', 'Infinity', '-Infinity', 'tru', 'nulll', 'True', "'a'"],
  ...[
    '"',
    '"a',
    '"\\',
    '"\\"',
    '"\\x"',
    '"\\u12"',
    '"\\u12g4"',
    '"a\tb"',
    '"a\u0000"',
    '[1,]',
    '[,1]',
    '{"a":1,}',
    '{,}',
  ],
  ...[
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '[1 2]',
    '[',
    '{',
    ']',
    '}',
    '{"a":1]',
    '[1}',
    '',
    ' ',
    '1 2',
  ],
])('refuses %j', (text) => {
  expect(parses(text)).toBe(false)
  expect(accepts(text)).toBe(false)
})

test('the end of a line ends every value in it', () => {
  const bytes = Buffer.from('{"a":"b\n"}')
  const scanner = new Scanner(bytes)
  scanner.startLine(0, bytes.indexOf('\n'))
  scanner.skipValue()
  expect(scanner.failed).toBe(true)
})

test('nesting is bounded, and does not fill the stack', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(accepts(nested(MAX_DEPTH))).toBe(true)
  expect(accepts(nested(MAX_DEPTH + 1))).toBe(false)
  expect(accepts('['.repeat(1_000_000))).toBe(false)
  expect(accepts('{"a":'.repeat(1_000_000))).toBe(false)
})

test('bytes that begin anywhere in memory are read alike', () => {
  for (let offset = 0; offset < 8; offset++) {
    const memory = Buffer.concat([Buffer.alloc(offset), Buffer.from('"ab\u0001c"')])
    const scanner = new Scanner(memory.subarray(offset))
    scanner.skipValue()
    expect(scanner.failed).toBe(true)
  }
})
