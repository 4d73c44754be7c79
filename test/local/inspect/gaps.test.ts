import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { gapsOf } from '../../../src/local/inspect/gaps.ts'

/** So many files in each hour for which `files` gives a number. */
const counts = (end: number, files: (hour: number) => number): ReadonlyMap<number, number> =>
  new Map(Array.from({ length: end }, (_, hour) => [hour, files(hour)] as const).filter(([, count]) => count > 0))

const DAY = 24
const isWeekend = (hour: number): boolean => hour % (7 * DAY) < 2 * DAY
const isNight = (hour: number): boolean => hour % DAY < 7
const within = (hour: number, first: number, last: number): boolean => hour >= first && hour <= last

test.each([
  ['a steady type that misses an hour', counts(240, (hour) => (hour === 100 ? 0 : 12)), 239, [[100, 100, 12]]],
  ['one that misses five days', counts(480, (hour) => (within(hour, 200, 319) ? 0 : 2)), 479, [[200, 319, 240]]],
  ['one that is silent at night', counts(240, (hour) => (isNight(hour) ? 0 : 12)), 239, []],
  [
    'one that is silent at night and misses a day',
    counts(480, (hour) => (isNight(hour) || within(hour, 240, 263) ? 0 : 12)),
    479,
    // From its last hour before the silence to its first after it; 17 hours are usual.
    [[240, 270, 204]],
  ],
  ['one that is sent once a week', counts(1000, (hour) => (hour % 168 === 10 ? 12 : 0)), 999, []],
  ['one of few files that misses an hour', counts(240, (hour) => (hour === 100 ? 0 : 1)), 239, []],
  [
    'one of few files that misses half a day',
    counts(480, (hour) => (within(hour, 240, 251) ? 0 : 1)),
    479,
    [[240, 251, 12]],
  ],
  ['one that stopped', counts(200, () => 12), 203, [[200, 203, 48]]],
  ['one that stopped in the hour that is not over', counts(200, () => 12), 199, []],
  ['few hours, one of which is missing', counts(6, (hour) => (hour === 3 ? 0 : 12)), 5, [[3, 3, 12]]],
  ['one that is silent at weekends', counts(1000, (hour) => (isWeekend(hour) ? 0 : 12)), 999, []],
  ['a test a month before the start', counts(1000, (hour) => (within(hour, 1, 720) ? 0 : 12)), 999, []],
  ['a single file', counts(1, () => 1), 500, []],
  ['nothing', new Map(), 500, []],
])('%s', (_, files, until, expected) => {
  expect(gapsOf(files, until).map(({ first, last, expected }) => [first, last, expected])).toEqual(expected)
})

test('gaps hold no file, are as long as can be, lie behind the first file, and do not touch', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 300 }), fc.nat(320), (perHour, until) => {
      const files = counts(perHour.length, (hour) => Math.max(0, (perHour[hour] ?? 0) - 8))
      const first = Math.min(...files.keys())
      let end = first
      for (const gap of gapsOf(files, until)) {
        for (let hour = gap.first; hour <= gap.last; hour++) expect(files.has(hour)).toBe(false)
        expect(files.has(gap.first - 1)).toBe(true)
        expect(files.has(gap.last + 1) || gap.last === until).toBe(true)
        expect(gap.first).toBeGreaterThan(end)
        expect(gap.expected).toBeGreaterThanOrEqual(10)
        const most = Math.max(...files.values())
        expect(gap.expected).toBeLessThanOrEqual(most * (gap.last - gap.first + 1))
        end = gap.last
      }
      expect(end).toBeLessThanOrEqual(Math.max(until, first))
    }),
  )
})

test('a date two thousand years ago costs nothing', () => {
  const files = new Map([[-17_000_000, 1], ...counts(400_000, (hour) => (hour > 399_000 ? 12 : 0))])
  expect(gapsOf(files, 399_999)).toEqual([])
})
