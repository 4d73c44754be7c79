import { expect, test } from '@jest/globals'
import {
  type Report,
  StreamTally,
  summaryLines,
  totalOf,
  unaccounted,
} from '../../../src/destination/delivery/summary.ts'

function tally(name: string): StreamTally {
  const one = new StreamTally({ name })
  one.read = 10
  one.delivered = 5
  one.bytes = 500
  one.trimmed = 1
  for (let i = 0; i < 2; i++) one.skip('anonymous_user')
  one.reject('oversize', '40 KB')
  one.reject('oversize', '50 KB')
  one.reject('no_id', 'id is missing')
  return one
}

const report = (...tallies: StreamTally[]): Report => ({
  streams: tallies.map((one) => one.report()),
  requests: 3,
  retries: 1,
  bytesSent: 1234,
  seconds: 2.34,
  dryRun: false,
})

test('has a line for every stream with records, and one for all', () => {
  expect(summaryLines(report(tally('a'), new StreamTally({ name: 'empty' }), tally('b')))).toEqual([
    'a: 10 read = 5 delivered + 2 skipped (anonymous_user 2) + 3 rejected (oversize 2, no_id 1), 1 of them shortened, 500 bytes of events',
    'b: 10 read = 5 delivered + 2 skipped (anonymous_user 2) + 3 rejected (oversize 2, no_id 1), 1 of them shortened, 500 bytes of events',
    'Total: 20 read = 10 delivered + 4 skipped (anonymous_user 4) + 6 rejected (oversize 4, no_id 2), 2 of them shortened, ' +
      '1000 bytes of events; requests: 3, retries: 1, bytes sent: 1234, seconds: 2.3',
  ])
})

test('says what is missing', () => {
  const one = tally('a')
  one.read = 12
  expect(summaryLines(report(one))[0]).toContain('+ 3 rejected (oversize 2, no_id 1) + 2 not delivered')
  expect(unaccounted(totalOf(report(one, tally('b')).streams))).toBe(2)
})

test('tells the first of each reason', () => {
  const one = new StreamTally({ name: 'a' })
  expect([one.reject('oversize', '40 KB'), one.reject('oversize', '50 KB'), one.reject('no_id', 'x')]).toEqual([
    true,
    false,
    true,
  ])
  expect(one.rejections).toBe('a: 2 oversize (40 KB), 1 no_id (x)')
  expect(one.rejected).toBe(3)
})

test('calls nothing delivered in a dry run', () => {
  expect(summaryLines({ ...report(tally('a')), dryRun: true })[0]).toContain('5 deliverable')
})
