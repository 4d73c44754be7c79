import { expect, test } from '@jest/globals'
import { countOf, countText } from '../../src/cdk/counts.ts'

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_234_567, '1,234,567'],
  [9_007_199_254_740_991, '9,007,199,254,740,991'],
])('%d as a count is %s', (count, text) => expect(countText(count)).toBe(text))

test.each([
  [0, '0 files'],
  [1, '1 file'],
  [2000, '2,000 files'],
])('%d of something is %s', (count, text) => expect(countOf(count, 'file')).toBe(text))
