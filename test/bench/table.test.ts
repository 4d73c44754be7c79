import { expect, test } from '@jest/globals'
import type { Cost } from '../../bench/measure.ts'
import type { Result } from '../../bench/row.ts'
import { isMet, markdownTable, median, ratiosOf, terminalTable } from '../../bench/table.ts'

const cost = (cpuSeconds: number, wallSeconds = 1, peakMegabytes = 100): Cost => ({
  cpuSeconds,
  wallSeconds,
  peakMegabytes,
})
const side = (label: string, events: number) => ({ label, command: 'true', events })

const result: Result = {
  key: 'read',
  title: 'read to a file',
  ours: side('read', 1_000_000),
  other: side('naive', 1_000_000),
  compares: 'cpu',
  bar: 1 / 8,
  bytes: 390_000_000,
  pairs: [
    { ours: cost(2), other: cost(20) },
    { ours: cost(1), other: cost(12) },
    { ours: cost(3), other: cost(18) },
  ],
}

test('a ratio is made within a pair, and its median is held against the bar', () => {
  expect(ratiosOf(result)).toEqual([1 / 10, 1 / 12, 1 / 6])
  expect(isMet(result)).toBe(true)
  expect(isMet({ ...result, bar: 1 / 11 })).toBe(false)
})

test('sides that handle different numbers of events are compared by event', () => {
  expect(ratiosOf({ ...result, other: side('a tenth', 100_000) })).toEqual([1 / 100, 1 / 120, 1 / 60])
})

test('wall time and memory have rows of their own', () => {
  const pairs = [{ ours: cost(9, 3, 150), other: cost(1, 2, 50) }]
  expect(ratiosOf({ ...result, compares: 'wall', pairs })).toEqual([1.5])
  const { other: _, ...alone } = result
  expect(ratiosOf({ ...alone, compares: 'memory', pairs })).toEqual([150])
})

test('the table shows the median cost, the speed by CPU time, and the range of the ratios', () => {
  expect(markdownTable([result]).split('\n')).toEqual([
    '|  | events/s | MB/s | CPU s | peak MB | against | CPU s | peak MB | ratio (min–max) | bar |',
    '| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |',
    '| read to a file | 500,000 | 195 | 2.00 | 100 | naive | 18.00 | 100 | 1/10.0 (1/12.0–1/6.0) | ✓ ≤ 1/8.0 |',
  ])
  expect(terminalTable([result])).toContain('1/10.0 (1/12.0–1/6.0)')
})

test('a row about memory compares nothing', () => {
  const { other: _, ...alone } = result
  const row = markdownTable([{ ...alone, compares: 'memory', bar: 90, pairs: [{ ours: cost(2, 4, 95) }] }])
  expect(row.split('\n').at(-1)).toBe('| read to a file | 500,000 | 195 | 2.00 | 95 |  |  |  |  | ✗ ≤ 90 MB |')
})

test('the median of an even number of values is the higher of the middle ones', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 3])
})
