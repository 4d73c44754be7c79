/** Results as a table: for a terminal, or in Markdown. */
import Table from 'cli-table3'
import type { Cost } from './measure.ts'
import type { Result } from './row.ts'

const HEAD = ['', 'events/s', 'MB/s', 'CPU s', 'peak MB', 'against', 'CPU s', 'peak MB', 'ratio (min–max)', 'bar']

export function terminalTable(results: readonly Result[]): string {
  const table = new Table({ head: HEAD, style: { head: [], border: [], compact: true } })
  table.push(...results.map(cellsOf))
  return table.toString()
}

export function markdownTable(results: readonly Result[]): string {
  const rows = [HEAD, HEAD.map((_, i) => (i === 0 || i === 5 ? '---' : '---:')), ...results.map(cellsOf)]
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cellsOf(result: Result): string[] {
  const { title, ours, other, bytes } = result
  const cost = typical(result.pairs.map((pair) => pair.ours))
  const theirs = typical(result.pairs.flatMap((pair) => pair.other ?? []))
  const perSecond = (amount: number) => (amount > 0 ? Math.round(amount / cost.cpuSeconds).toLocaleString('en') : '')
  return [
    title,
    perSecond(ours.events),
    perSecond((bytes ?? 0) / 1e6),
    cost.cpuSeconds.toFixed(2),
    cost.peakMegabytes.toFixed(0),
    other?.label ?? '',
    other ? theirs.cpuSeconds.toFixed(2) : '',
    other ? theirs.peakMegabytes.toFixed(0) : '',
    ratioText(result),
    barText(result),
  ]
}

const typical = (costs: readonly Cost[]): Cost => ({
  cpuSeconds: median(costs.map(({ cpuSeconds }) => cpuSeconds)),
  wallSeconds: median(costs.map(({ wallSeconds }) => wallSeconds)),
  peakMegabytes: median(costs.map(({ peakMegabytes }) => peakMegabytes)),
})

const UNIT = { cpu: '', wall: ' wall', memory: ' MB' } as const

function ratioText(result: Result): string {
  if (result.compares === 'memory') return ''
  const ratios = ratiosOf(result)
  const range = ratios.length > 1 ? ` (${share(Math.min(...ratios))}–${share(Math.max(...ratios))})` : ''
  return `${share(median(ratios))}${range}${UNIT[result.compares]}`
}

const barText = (result: Result): string =>
  `${isMet(result) ? '✓' : '✗'} ≤ ${result.compares === 'memory' ? result.bar : share(result.bar)}${UNIT[result.compares]}`

/** Whether the median keeps within the bar. */
export const isMet = (result: Result): boolean => median(ratiosOf(result)) <= result.bar

/** Of each pair: what an event costs with ours, in units of what it costs with the other. With `memory`: megabytes. */
export function ratiosOf({ pairs, ours, other, compares }: Result): readonly number[] {
  return pairs.map((pair) => {
    if (compares === 'memory' || !pair.other || !other) return pair.ours.peakMegabytes
    if (compares === 'wall') return pair.ours.wallSeconds / pair.other.wallSeconds
    return pair.ours.cpuSeconds / pair.other.cpuSeconds / (ours.events / other.events)
  })
}

/** `1/8.0` is easier to grasp than `0.125`. */
const share = (ratio: number): string => (ratio < 0.7 ? `1/${(1 / ratio).toFixed(1)}` : ratio.toFixed(2))

export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
