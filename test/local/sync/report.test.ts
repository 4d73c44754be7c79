import { expect, test } from '@jest/globals'
import type { Report, StreamReport } from '../../../src/destination/delivery/summary.ts'
import { syncReport } from '../../../src/local/sync/report.ts'
import { reportText } from '../../../src/local/sync/table.ts'
import { Tally } from '../../../src/source/report.ts'

const NOW = Date.parse('2025-04-01T20:30:00Z')

const written = (...streams: readonly Partial<StreamReport>[]): Report => ({
  streams: streams.map((stream) => ({
    stream: 'a',
    read: 0,
    delivered: 0,
    skipped: {},
    rejected: {},
    trimmed: 0,
    bytes: 0,
    ...stream,
  })),
  requests: 3,
  retries: 1,
  bytesSent: 100,
  seconds: 2,
  dryRun: false,
  rejectedPlace: '/data/rejected',
})

const read = (stream: string, change: object) => ({ ...new Tally(stream), ...change })

test('puts both sides of a stream into one row, and adds the rows up', () => {
  const report = syncReport(
    { a: 10, b: 5, c: 0 },
    [
      read('a', { files: 2, bytes: 1500, duplicates: 1, newestHour: '2025-04-01-17' }),
      read('b', { files: 1, bytes: 500, newestHour: '2025-04-01-19', tooNew: 4, broken: 1 }),
    ],
    written(
      { stream: 'a', read: 10, delivered: 7, skipped: { anonymous_user: 2 }, rejected: { no_id: 1 } },
      { stream: 'b', read: 5, delivered: 5 },
    ),
    NOW,
  )
  expect(report.streams[0]).toEqual({
    stream: 'a',
    files: 2,
    read: 10,
    delivered: 7,
    skipped: 2,
    rejected: 1,
    duplicates: 1,
    bytes: 1500,
    broken: 0,
    tooNew: 0,
    newestHour: '2025-04-01-17',
    lagMs: 2.5 * 3_600_000,
  })
  expect(report.total).toMatchObject({ files: 3, read: 15, delivered: 12, bytes: 2000, newestHour: '2025-04-01-19' })
  expect(report.discrepancies).toEqual([])
  const text = reportText(report, 200)
  expect(text).toContain('Nothing new in 1 more stream.')
  expect(text).toContain(
    '15 read = 12 delivered + 2 skipped + 1 rejected, in 2.0 s (8/s); 3 requests, 1 of them repeated.',
  )
  expect(text).toContain('Rejected records are in /data/rejected.')
  expect(text).toContain('Left to the next sync: 4 files that arrived meanwhile.')
  expect(text).toContain('Broken: 1 file; the messages above say which.')
  expect(text).toMatch(/ a +2 +10 +7 +2 +1 +1 +1\.5 kB +2025-04-01-17 +2 h 30 min/)
})

test.each([
  [10, { read: 9, delivered: 9 }, 'a: the source emitted 10 records, the destination took 9'],
  [10, { read: 10, delivered: 9 }, 'a: 10 records were read, 9 delivered, skipped or rejected'],
])('says what does not add up', (emitted, stream, discrepancy) => {
  const report = syncReport({ a: emitted }, [], written(stream), NOW)
  expect(report.discrepancies).toEqual([discrepancy])
  expect(reportText(report, 200)).toContain(`Does not add up: ${discrepancy}.`)
})

const rowsIn = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith(' '))

test('of many streams it shows the largest and those with rejected records, and sums up the others', () => {
  const names = Array.from({ length: 30 }, (_, i) => `s${i}`)
  const emitted = Object.fromEntries(names.map((name, i) => [name, i + 1]))
  const streams = names.map((stream, i) => ({ stream, read: i + 1, delivered: i === 0 ? 0 : i + 1 }))
  const rejected = [{ stream: 's0', read: 1, rejected: { no_id: 1 } }, ...streams.slice(1)]
  const rows = rowsIn(reportText(syncReport(emitted, [], written(...rejected), NOW), 200))
  const shown = rows.slice(1).map((row) => row.trim().split(/ +/)[0])
  expect(shown).toEqual(['s0', ...names.slice(11), '10', 'total'])
  // s1 to s10 hold 2 to 11 records, all of them 1 to 30.
  expect(rows.at(-2)).toMatch(/^ 10 more streams +0 +65 +65 +0 +0 /)
  expect(rows.at(-1)).toMatch(/^ total +0 +465 +464 +0 +1 /)
})

test.each([
  [
    200,
    ' stream                 files   read   delivered   skipped   rejected   duplicates   bytes   newest hour   lag ',
  ],
  [100, ' stream                 files   read   delivered   skipped   rejected   newest hour   lag '],
  [80, ' stream                 read   delivered   skipped   rejected   newest hour '],
  [60, ' stream                 read   delivered   rejected '],
  [40, ' stream         read   delivered   rejected '],
])('on %i columns it leaves out what matters least', (width, head) => {
  const stream = 'users.canvas.Conversion'.slice(0, 20)
  const text = reportText(syncReport({ [stream]: 1 }, [], written({ stream, read: 1, delivered: 1 }), NOW), width)
  expect(rowsIn(text)[0]).toBe(head)
})

test('a stream that the destination never met does not add up either', () => {
  expect(syncReport({ a: 1 }, [], written(), NOW).discrepancies).toHaveLength(1)
})

test('a sync that found nothing says so', () => {
  const report = syncReport({ a: 0, b: 0 }, [], written(), NOW)
  expect(reportText(report, 200)).toBe('Nothing new in 2 streams.')
  expect(report.discrepancies).toEqual([])
})
