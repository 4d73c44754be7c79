import { expect, test } from '@jest/globals'
import { bytesText, durationText } from '../../src/local/format.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [12_345_678, '12.3 MB'],
  [5e18, '5000.0 PB'],
])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))

test.each([
  [0, '0.0 s'],
  [9_940, '9.9 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [273_600_000, '3 d 4 h'],
])('%d ms are %s', (milliseconds, text) => expect(durationText(milliseconds)).toBe(text))
