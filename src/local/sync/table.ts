/** The report of a sync as a table for people. */
import Table from 'cli-table3'
import { countOf, countText } from '../../cdk/counts.ts'
import { bytesText, durationText } from '../format.ts'
import { printable } from '../inspect/printable.ts'
import { type SyncReport, type SyncRow, totalOf } from './report.ts'
import { endOf } from './screen-lines.ts'

/** What a row tells. The first to go where there is no room for all has the highest number. */
const COLUMNS = [
  { head: 'stream', goes: 0 },
  { head: 'files', goes: 3 },
  { head: 'read', goes: 0 },
  { head: 'delivered', goes: 0 },
  { head: 'skipped', goes: 1 },
  { head: 'rejected', goes: 0 },
  { head: 'duplicates', goes: 5 },
  { head: 'bytes', goes: 6 },
  { head: 'newest hour', goes: 2 },
  { head: 'lag', goes: 4 },
] as const

const MOST_ROWS = 20

/** A row for each stream that had something new, the smaller ones in one row, and the total. `width` is in characters. */
export function reportText(report: SyncReport, width: number): string {
  const rows = report.streams.filter(({ files, read }) => files > 0 || read > 0)
  const idle = report.streams.length - rows.length
  const { total } = report
  if (rows.length === 0) return `Nothing new in ${countOf(report.streams.length, 'stream')}.`
  return [
    tableOf([...shown(rows), { ...total, stream: 'total' }].map(cellsOf), width),
    ...(idle > 0 ? [`Nothing new in ${countOf(idle, 'more stream')}.`] : []),
    sumText(report),
    ...(total.tooNew > 0 ? [`Left to the next sync: ${countOf(total.tooNew, 'file')} that arrived meanwhile.`] : []),
    ...(total.broken > 0 ? [`Broken: ${countOf(total.broken, 'file')}; the messages above say which.`] : []),
    ...report.discrepancies.map((discrepancy) => `Does not add up: ${printable(discrepancy)}.`),
  ].join('\n')
}

/** In the order of the report. Those that something went wrong with come before those with many events. */
function shown(rows: readonly SyncRow[]): readonly SyncRow[] {
  if (rows.length <= MOST_ROWS) return rows
  const ranked = rows.toSorted((a, b) => b.rejected + b.broken - (a.rejected + a.broken) || b.read - a.read)
  const [first, others] = [new Set(ranked.slice(0, MOST_ROWS)), ranked.slice(MOST_ROWS)]
  return [...rows.filter((row) => first.has(row)), { ...totalOf(others), stream: `${others.length} more streams` }]
}

function tableOf(rows: readonly (readonly string[])[], width: number): string {
  const cells = [COLUMNS.map(({ head }) => head), ...rows]
  const columns = fittingColumns(cells, width)
  const table = new Table({
    head: columns.map((i) => COLUMNS[i]?.head ?? ''),
    colAligns: columns.map((i) => (i === 0 ? 'left' : 'right')),
    chars: OPEN_STYLE,
    style: { head: [], border: [], compact: true },
  })
  const others = sum(columns.slice(1).map((i) => widthOf(cells, i)))
  const named = ([name = '', ...row]: readonly string[]) => [
    endOf(printable(name), Math.max(SHORTEST_NAME, width - others - 3)),
    ...row,
  ]
  table.push(...rows.map(named).map((row) => columns.map((i) => row[i] ?? '')))
  return table.toString()
}

const SHORTEST_NAME = 12

/** The places of the columns that there is room for. */
function fittingColumns(rows: readonly (readonly string[])[], width: number): readonly number[] {
  let columns = [...COLUMNS.keys()]
  for (let least = 6; least > 0 && sum(columns.map((i) => widthOf(rows, i))) > width + 1; least--)
    columns = columns.filter((i) => (COLUMNS[i]?.goes ?? 0) < least)
  return columns
}

/** With a space at each side of its cells, and one before the next column. */
const widthOf = (rows: readonly (readonly string[])[], column: number): number =>
  Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 3

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** A rule below the head and nothing else: easy to copy, to read and to search. */
const NONE = ['top', 'bottom'].flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
const OPEN_STYLE = {
  ...Object.fromEntries(['left', 'right', 'left-mid', 'right-mid', ...NONE].map((part) => [part, ''])),
  middle: ' ',
  'mid-mid': '─',
}

const cellsOf = (row: SyncRow): readonly string[] => [
  row.stream,
  ...[row.files, row.read, row.delivered, row.skipped, row.rejected, row.duplicates].map(countText),
  bytesText(row.bytes),
  row.newestHour ?? '',
  row.lagMs === undefined ? '' : durationText(row.lagMs),
]

function sumText({ total, seconds, requests, retries, dryRun, rejectedPlace }: SyncReport): string {
  const { read, delivered, skipped, rejected } = total
  const parts = `${countText(delivered)} ${dryRun ? 'deliverable' : 'delivered'} + ${countText(skipped)} skipped + ${countText(rejected)} rejected`
  const rate = countText(Math.round(read / Math.max(seconds, 0.001)))
  const traffic = dryRun
    ? 'nothing was sent'
    : `${countOf(requests, 'request')}, ${countText(retries)} of them repeated`
  const place = rejected > 0 && rejectedPlace ? ` Rejected records are in ${rejectedPlace}.` : ''
  return `${countText(read)} read = ${parts}, in ${durationText(seconds * 1000)} (${rate}/s); ${traffic}.${place}`
}
