import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Cell } from '../../../src/local/plan/cells.ts'
import { type Block, bytesOf, cut } from '../../../src/local/plan/cut.ts'

const cellOf = (stream: string | undefined, hour: string | undefined, bytes: number): Cell => ({
  stream,
  hour,
  files: 1,
  bytes,
})

/** What a block is, in a line: `a,b from 01-05 to 01-07 10`. */
function brief({ streams, from, to, undated, cells }: Block): string {
  const hours = [from && `from ${from.slice(5)}`, to && `to ${to.slice(5)}`, undated && 'undated']
  return [streams.join() || 'nothing', ...hours.filter(Boolean), bytesOf(cells)].join(' ')
}

const hour = (n: number) =>
  `2025-${String(Math.floor(n / 24) + 1).padStart(2, '0')}-01-${String(n % 24).padStart(2, '0')}`
const even = (stream: string, bytes: number) => [0, 1, 2, 3].map((n) => cellOf(stream, hour(n), bytes / 4))

test.each<readonly [string, readonly Cell[], readonly string[], number, readonly string[]]>([
  ['one shard has all', even('a', 8), ['a'], 1, ['a undated 8']],
  ['nothing is in one shard', [], ['a', 'b'], 2, ['a,b undated 0', 'nothing 0']],
  [
    'event types are kept together where that is as equal as hours',
    [...even('a', 8), ...even('b', 8)],
    ['a', 'b', 'c'],
    2,
    ['a undated 8', 'b,c undated 8'],
  ],
  [
    'event types are kept together even where hours are a little more equal',
    [...even('a', 100), ...even('b', 104)],
    ['a', 'b'],
    2,
    ['b undated 104', 'a undated 100'],
  ],
  [
    'event types come together so that both sides are equal',
    [...even('a', 12), ...even('b', 12), ...even('c', 8), ...even('d', 8), ...even('e', 8)],
    ['a', 'b', 'c', 'd', 'e'],
    2,
    ['a,b undated 24', 'c,d,e undated 24'],
  ],
  ['one event type is cut by hours', even('a', 8), ['a'], 2, ['a to 01-01-02 undated 4', 'a from 01-01-02 4']],
  [
    'an hour of an event type is not cut',
    [cellOf('a', hour(0), 9)],
    ['a'],
    3,
    ['a undated 9', 'nothing 0', 'nothing 0'],
  ],
  [
    'files without a date stay with the first hours',
    [cellOf('a', undefined, 5), cellOf('a', hour(0), 5)],
    ['a'],
    2,
    ['a to 01-01-00 undated 5', 'a from 01-01-00 5'],
  ],
  [
    'a day is not cut, as its hours are not',
    [cellOf('a', hour(1), 5), cellOf('a', '2025-01-01', 5), cellOf('a', '2025-02-01', 6)],
    ['a'],
    3,
    ['a to 02-01-00 undated 10', 'a from 02-01-00 6', 'nothing 0'],
  ],
  [
    'what may hold any event type is not read twice if hours can be cut',
    [cellOf(undefined, hour(0), 50), cellOf(undefined, hour(1), 50), cellOf('a', hour(0), 4), cellOf('b', hour(1), 4)],
    ['a', 'b'],
    2,
    ['a,b to 01-01-01 undated 54', 'a,b from 01-01-01 54'],
  ],
])('%s', (_, cells, streams, count, blocks) => {
  expect(cut(cells, streams, count).map(brief)).toEqual(blocks)
})

const STREAMS = ['a', 'b', 'c', 'd']
/** Few values, so that hours and days meet. */
const HOURS = [
  undefined,
  '2025-01-01-00',
  '2025-01-01-07',
  '2025-01-01',
  '2025-01-02-00',
  '2025-01-02-01',
  '2025-01-03',
]
const cells = fc.array(
  fc.record({
    stream: fc.constantFrom(...STREAMS, undefined),
    hour: fc.constantFrom(...HOURS),
    files: fc.constant(1),
    bytes: fc.integer({ min: 0, max: 20 }),
  }),
  { maxLength: 30 },
)

/** By what the block says of itself, not by the cells it was given. A day is in a range if any of its hours is. */
function holds({ streams, from = '', to = '~', undated }: Block, stream: string, date: string | undefined): boolean {
  if (!streams.includes(stream)) return false
  if (date === undefined) return undated
  const [first, last] = date.length === 10 ? [`${date}-00`, `${date}-23`] : [date, date]
  return last >= from && first < to
}

test('whatever an export holds, listed or not, belongs to exactly one block', () => {
  const anyHour = fc.constantFrom(...HOURS, '2024-12-31-23', '2025-01-02-23', '2025-06-01-00')
  fc.assert(
    fc.property(
      cells,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(...STREAMS),
      anyHour,
      (cells, count, stream, at) => {
        const blocks = cut(cells, STREAMS, count)
        expect(blocks).toHaveLength(count)
        // A whole day that was not listed may lie on a cut.
        fc.pre(at?.length !== 10 || cells.some(({ hour }) => hour === at))
        expect(blocks.filter((block) => holds(block, stream, at))).toHaveLength(1)
      },
    ),
  )
})

test('each block has the cells of its event types and hours', () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 9 }), (cells, count) => {
      for (const block of cut(cells, STREAMS, count)) {
        const own = cells.filter(({ stream, hour }) =>
          (stream === undefined ? block.streams : [stream]).some((name) => holds(block, name, hour)),
        )
        expect(block.cells).toEqual(own)
      }
    }),
  )
})

test('a history of many hours is cut into almost equal blocks', () => {
  const weights = { a: 40, b: 20, c: 9, d: 1 }
  const history = Object.entries(weights).flatMap(([stream, weight]) =>
    Array.from({ length: 240 }, (_, n) => cellOf(stream, hour(n), weight * (100 + ((n * 37) % 50)))),
  )
  for (const count of [2, 3, 5, 8, 13, 32]) {
    const sizes = cut(history, STREAMS, count).map(({ cells }) => bytesOf(cells))
    const fair = bytesOf(history) / count
    expect(Math.max(...sizes) / fair).toBeLessThan(1.15)
    expect(Math.min(...sizes) / fair).toBeGreaterThan(0.85)
    expect(sizes).toEqual([...sizes].sort((one, other) => other - one))
  }
})
