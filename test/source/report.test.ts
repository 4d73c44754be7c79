import { expect, test } from '@jest/globals'
import { type SourceReport, summaryOf, Tally } from '../../src/source/report.ts'

test.each<[Partial<SourceReport>, string]>([
  [{}, 's: 0 records from 0 new files (0 bytes).'],
  [{ files: 1, records: 1, bytes: 1 }, 's: 1 record from 1 new file (1 byte).'],
  [
    { files: 12, records: 34_567, bytes: 8_901_234, newestHour: '2025-04-01-17' },
    's: 34,567 records from 12 new files (8,901,234 bytes), newest hour 2025-04-01-17.',
  ],
  [
    { duplicates: 2, unparsed: 1, tooNew: 3, broken: 1, leftBehind: 2 },
    's: 0 records from 0 new files (0 bytes), 2 duplicates left out, 1 value kept as text for want of valid JSON, 3 files left to the next sync, 1 broken file to try again, 2 broken files left behind.',
  ],
])('%j', (report, expected) => {
  expect(summaryOf({ ...new Tally('s'), ...report })).toBe(expected)
})
