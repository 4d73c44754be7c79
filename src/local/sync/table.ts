/** The report of a sync as a table for people. */
import Table from 'cli-table3'
import { bytesText, countOf, countText, durationText } from '../format.ts'
import type { SyncReport, SyncRow } from './report.ts'

const HEAD = [
  'stream',
  'files',
  'read',
  'delivered',
  'skipped',
  'rejected',
  'duplicates',
  'bytes',
  'newest hour',
  'lag',
]

/** A row for each stream that had something new, and the total. */
export function reportText(report: SyncReport): string {
  const rows = report.streams.filter(({ files, read }) => files > 0 || read > 0)
  const idle = report.streams.length - rows.length
  const { total } = report
  if (rows.length === 0) return `Nothing new in ${countOf(report.streams.length, 'stream')}.`
  return [
    tableOf([...rows.map((row) => cellsOf(row.stream, row)), cellsOf('total', total)]),
    ...(idle > 0 ? [`Nothing new in ${countOf(idle, 'more stream')}.`] : []),
    sumText(report),
    ...(total.tooNew > 0 ? [`Left to the next sync: ${countOf(total.tooNew, 'file')} that arrived meanwhile.`] : []),
    ...(total.broken > 0 ? [`Broken: ${countOf(total.broken, 'file')}; the messages above say which.`] : []),
    ...report.discrepancies.map((discrepancy) => `Does not add up: ${discrepancy}.`),
  ].join('\n')
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const colAligns = HEAD.map((_, i) => (i === 0 ? ('left' as const) : ('right' as const)))
  const table = new Table({ head: HEAD, colAligns, chars: OPEN_STYLE, style: { head: [], border: [], compact: true } })
  table.push(...rows.map((row) => [...row]))
  return table.toString()
}

/** A rule below the head and nothing else: easy to copy, to read and to search. */
const NONE = ['top', 'bottom'].flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
const OPEN_STYLE = {
  ...Object.fromEntries(['left', 'right', 'left-mid', 'right-mid', ...NONE].map((part) => [part, ''])),
  middle: ' ',
  'mid-mid': '─',
}

const cellsOf = (name: string, row: Omit<SyncRow, 'stream'>): readonly string[] => [
  name,
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
