/** A plan as a table for people. */
import Table from 'cli-table3'
import { countOf, countText } from '../../cdk/counts.ts'
import { bytesText } from '../format.ts'
import type { Plan, Shard } from './plan.ts'

const HEAD = ['shard', 'files', 'bytes', 'from', 'to', 'event types']
const RIGHT = 3

export function tableOf({ shards }: Plan): string {
  const idle = shards.filter(({ streams }) => streams.length === 0).length
  return [
    columns(
      HEAD,
      RIGHT,
      shards.map((shard, i) => [String(i), ...cellsOf(shard)]),
    ),
    ...(idle > 0 ? [`${countOf(idle, 'shard')} with nothing to do: an event type is not cut within an hour.`] : []),
  ].join('\n')
}

/** Rows below a head, with nothing but spaces between the columns. The first `right` columns are numbers. */
export function columns(head: readonly string[], right: number, rows: readonly (readonly string[])[]): string {
  const colAligns = head.map((_, i) => (i < right ? ('right' as const) : ('left' as const)))
  const table = new Table({ head: [...head], colAligns, chars: NO_LINES, style: PLAIN })
  table.push(...rows.map((row) => [...row]))
  return table.toString()
}

const PLAIN = { head: [], border: [], compact: true }
const SIDES = ['top', 'bottom', 'left', 'mid', 'right', 'left-mid', 'mid-mid', 'right-mid']
const CORNERS = ['top', 'bottom'].flatMap((side) => [`${side}-mid`, `${side}-left`, `${side}-right`])
const NO_LINES = { ...Object.fromEntries([...SIDES, ...CORNERS].map((part) => [part, ''])), middle: '  ' }

function cellsOf({ streams, files, bytes, start_date, end_date, undated_files }: Shard): readonly string[] {
  if (streams.length === 0) return ['0', bytesText(0), '', '', 'nothing to do']
  const [first = ''] = streams
  return [
    countText(files),
    bytesText(bytes),
    start_date ?? 'the beginning',
    `${end_date ?? 'the end'}${undated_files ? ', and files without a date' : ''}`,
    streams.length === 1 ? first : countOf(streams.length, 'event type'),
  ]
}
