/** The report for a terminal. */
import Table from 'cli-table3'
import { countOf, countText } from '../../cdk/counts.ts'
import { bytesText, durationText } from '../format.ts'
import { printable } from './printable.ts'
import type { Counting, Finding, InspectReport, Totals, TypeReport } from './report.ts'
import { sum } from './sum.ts'
import { isCopied } from './time-findings.ts'

/** `columns` is the width of the screen. */
export function reportText(report: InspectReport, columns: number): string {
  const width = Math.min(Math.max(columns, MIN_COLUMNS), MAX_COLUMNS)
  return [
    wrapped(printable(`${report.location}: ${totalsText(report.totals)}`), width),
    ...countingText(report).map((line) => wrapped(line, width)),
    ...(report.types.length > 0 ? ['', tableText(report, width)] : []),
    ...report.findings.map((finding) => `\n${findingText(finding, width)}`),
  ].join('\n')
}

const MIN_COLUMNS = 60
const MAX_COLUMNS = 160

function totalsText({ types, files, bytes, firstHour, newestHour, ageMs = 0 }: Totals): string {
  const held = `${countOf(types, 'event type')} in ${countOf(files, 'file')} (${bytesText(bytes)})`
  if (newestHour === undefined) return `${held}.`
  const age = ageMs >= 0 ? `ended ${durationText(ageMs)} ago` : 'is still going on'
  return `${held}, hours ${firstHour} to ${newestHour} UTC; the newest ${age}.`
}

/** How exact the numbers of events are. */
export function countingText({ counting, totals }: Pick<InspectReport, 'counting' | 'totals'>): readonly string[] {
  const events = countOf(totals.events, 'event')
  if (!totals.isEstimated) return totals.files > 0 ? [`${events}, counted in every file.`] : []
  return [
    `About ${events}, estimated by the bytes: ${howCounted(counting, totals.files)}. Raise --sample-files for more.`,
  ]
}

function howCounted({ openedFiles, sample, mostBytes }: Counting, files: number): string {
  const which = sample ? `, at most ${sample.each} of each event type and ${span(sample.hours)}` : ''
  const part = mostBytes === undefined ? '' : `, of large ones the first ${bytesText(mostBytes)}`
  return `${countText(openedFiles)} of ${countOf(files, 'file')} were opened${which}${part}`
}

const span = (hours: number): string =>
  hours === 1 ? 'hour' : hours % 24 ? `${hours} hours` : countOf(hours / 24, 'day')

interface Column {
  readonly head: string
  readonly cell: (type: RemarkedType) => string
  readonly total?: (totals: Totals) => string
  readonly align: 'left' | 'right'
}

/** Those that come first stay when the screen is narrow. */
const COLUMNS: readonly Column[] = [
  {
    head: 'files',
    cell: ({ files }) => countText(files),
    total: ({ files }) => countText(files),
    align: 'right',
  },
  {
    head: 'events',
    cell: ({ events, isEstimated }) => `${isEstimated ? '~' : ''}${countText(events)}`,
    total: ({ events, isEstimated }) => `${isEstimated ? '~' : ''}${countText(events)}`,
    align: 'right',
  },
  { head: 'newest hour', cell: ({ lastHour }) => lastHour ?? '', align: 'right' },
  {
    head: 'bytes',
    cell: ({ bytes }) => bytesText(bytes),
    total: ({ bytes }) => bytesText(bytes),
    align: 'right',
  },
  { head: 'first hour', cell: ({ firstHour }) => firstHour ?? '', align: 'right' },
  {
    head: 'schemas',
    cell: ({ schemas }) => (schemas.length > 0 ? countText(schemas.length) : ''),
    align: 'right',
  },
  { head: 'remarks', cell: ({ remarks }) => remarks, align: 'left' },
]
const NARROWEST_NAME = 30

export interface RemarkedType extends TypeReport {
  readonly remarks: string
}

export function withRemarks(report: InspectReport): readonly RemarkedType[] {
  const copied = isCopied(report)
  return report.types.map((type) => ({ ...type, remarks: remarksOf(type, copied) }))
}

/** Where an export was copied, every file is late, which is no remark. */
function remarksOf(
  { status, brokenFiles, lateFiles, missingFiles, unknownFields }: TypeReport,
  isCopied: boolean,
): string {
  return [
    status === 'unknown' && 'unknown type',
    brokenFiles > 0 && `${countText(brokenFiles)} broken`,
    missingFiles > 0 && `~${countText(missingFiles)} missing`,
    lateFiles > 0 && !isCopied && `${countText(lateFiles)} late`,
    unknownFields.length > 0 && countOf(unknownFields.length, 'new field'),
  ]
    .filter(Boolean)
    .join(', ')
}

function tableText(report: InspectReport, width: number): string {
  const types = withRemarks(report)
  const columns = fitting(types, report.totals, width - NARROWEST_NAME)
  const nameWidth = width - sum(columns.map((column) => column.width + GAP))
  const table = new Table({
    head: ['event type', ...columns.map(({ head }) => head)],
    colAligns: ['left', ...columns.map(({ align }) => align)],
    chars: OPEN_STYLE,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(
    ...types.map((type, i) => [
      shortened(printable(type.eventType), nameWidth),
      ...columns.map(({ cells }) => cells[i] ?? ''),
    ]),
    ['total', ...columns.map(({ total }) => total)],
  )
  return table.toString().replaceAll(/ +$/gm, '')
}

const GAP = 2

interface FilledColumn {
  readonly head: string
  readonly align: 'left' | 'right'
  readonly cells: readonly string[]
  readonly total: string
  readonly width: number
}

/** The first columns, as many as have room. */
function fitting(types: readonly RemarkedType[], totals: Totals, width: number): readonly FilledColumn[] {
  const columns = COLUMNS.map(({ head, align, cell, total }) => {
    const texts = { cells: types.map(cell), total: total?.(totals) ?? '' }
    const widths = [head, texts.total, ...texts.cells].map((text) => text.length)
    return { head, align, ...texts, width: Math.max(...widths) }
  })
  const most = columns.findIndex((_, i) => sum(columns.slice(0, i + 1).map((column) => column.width + GAP)) > width)
  return most < 0 ? columns : columns.slice(0, most)
}

/** The end of an event type's name tells most. */
const shortened = (name: string, width: number): string => (name.length <= width ? name : `…${name.slice(1 - width)}`)

/** A rule below the head and nothing else. */
const NONE = ['top', 'bottom'].flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
const OPEN_STYLE = {
  ...Object.fromEntries(['left', 'right', 'left-mid', 'right-mid', ...NONE].map((part) => [part, ''])),
  middle: ' '.repeat(GAP),
  mid: '─',
  'mid-mid': '─'.repeat(GAP),
}

/** The page and `--json` have more. */
const MOST_EXAMPLES = 3

function findingText({ level, message, examples }: Finding, width: number): string {
  const head = level === 'warning' ? 'WARNING: ' : 'Note: '
  return [
    wrapped(head + printable(message), width),
    ...examples.slice(0, MOST_EXAMPLES).map((example) => `  ${printable(example)}`),
  ].join('\n')
}

/** Lines break between words; a word that is longer than a line stays whole. */
function wrapped(text: string, width: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
