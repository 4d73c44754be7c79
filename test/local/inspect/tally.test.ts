import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Tally } from '../../../src/local/inspect/tally.ts'
import { MOST_LISTED } from '../../../src/local/inspect/type-tally.ts'
import { HOUR, range, SEND, START } from './export.ts'

/** Many that are equally late, as a few hours pass between the files. */
const FILES = range(0, MOST_LISTED * 2).map((i) => ({
  key: `file ${String(i).padStart(4, '0')}`,
  lateMs: (3 + (i % 3)) * HOUR,
}))

test('the latest files are listed, and among equals the first keys, in whatever order they are found', () => {
  const expected = FILES.toSorted((a, b) => b.lateMs - a.lateMs || (a.key < b.key ? -1 : 1)).slice(0, MOST_LISTED)
  fc.assert(
    fc.property(fc.shuffledSubarray(FILES, { minLength: FILES.length }), (files) => {
      const tally = new Tally()
      for (const { key, lateMs } of files) {
        const object = { key, size: 1, modified: new Date(START + lateMs) }
        tally.list({ object, eventType: SEND, hour: 0 }, { layout: 'other' }, START, 168 * HOUR)
      }
      expect(tally.late.count).toBe(FILES.length)
      expect(tally.late.items.map(({ key, lateMs }) => ({ key, lateMs }))).toEqual(expected)
    }),
    { numRuns: 20 },
  )
})
