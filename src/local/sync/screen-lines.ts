/** How far a sync has come, in three lines that fit a screen. */
import { countText } from '../../cdk/counts.ts'
import { bytesText, durationText } from '../format.ts'
import type { Progress, StreamProgress } from './progress.ts'

const LONGEST_BAR = 24

/** `width` and the length of each line are in characters. */
export function screenLines(progress: Progress, elapsedMs: number, width: number): readonly string[] {
  const { done, streams, read, acknowledged, running } = progress
  const rate = countText(Math.round(read / Math.max(elapsedMs / 1000, 1)))
  const settled = acknowledged === undefined ? [] : [`${countText(acknowledged)} done with`]
  return [
    barLine(done, streams.length, elapsedMs, width),
    fitting([`${countText(read)} read`, ...settled, `${rate}/s`], width),
    running ? streamLine(running, width) : '',
  ]
}

/** Its length tells streams, not events: how many events there are is known only once they are read. */
function barLine(done: number, count: number, elapsedMs: number, width: number): string {
  const text = ` ${done} of ${count} streams, ${durationText(elapsedMs)}`
  const length = Math.max(0, Math.min(LONGEST_BAR, width - text.length))
  const filled = Math.floor((length * done) / Math.max(count, 1))
  return cut(`${'█'.repeat(filled)}${'░'.repeat(length - filled)}${text}`, width)
}

/** As many of the parts as there is room for. */
function fitting(parts: readonly string[], width: number): string {
  const count = parts.findLastIndex((_, i) => parts.slice(0, i + 1).join(', ').length <= width) + 1
  return cut(parts.slice(0, Math.max(count, 1)).join(', '), width)
}

/** `users.messages.email.Send (31.2 MB): 12,912 read`; of a long name the end is told, which tells most. */
function streamLine({ stream, read, bytes }: StreamProgress, width: number): string {
  const text = `${bytes === undefined ? '' : ` (${bytesText(bytes)})`}: ${countText(read)} read`
  return cut(`${endOf(stream, width - text.length)}${text}`, width)
}

/** The last `length` characters of a text that has more. */
export const endOf = (text: string, length: number): string =>
  text.length <= length ? text : `…${text.slice(text.length - Math.max(0, length - 1))}`

const cut = (line: string, width: number): string => (line.length > width ? line.slice(0, width) : line)
