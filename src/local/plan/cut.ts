/**
 * Cuts an export into blocks of about equal size: each is some event types in some range of hours, so that an ordinary
 * catalogue and ordinary dates describe it. Whatever lies in the export, listed or not, belongs to exactly one block.
 *
 * A block is halved again and again, by event types or by hours. Event types are preferred: the copies of an event are
 * of one type, so that such a cut never parts them, while one between two hours may.
 */
import type { Hour } from '../../source/hours.ts'
import type { Cell } from './cells.ts'

export interface Block {
  /** None for a block that nothing was left for. */
  readonly streams: readonly string[]
  /** The first hour. Undefined: from the beginning. */
  readonly from?: Hour | undefined
  /** The hour after the last. Undefined: to the end. */
  readonly to?: Hour | undefined
  /** Whether files that lie in no hour belong to it. */
  readonly undated: boolean
  readonly cells: readonly Cell[]
}

/** Gives `count` blocks, the largest first. Those that could not be filled are empty. */
export function cut(cells: readonly Cell[], streams: readonly string[], count: number): readonly Block[] {
  const days = new Set(cells.flatMap(({ hour }) => (hour?.length === DAY_LENGTH ? [hour] : [])))
  const whole: Block = { streams, undated: true, cells }
  const blocks = intoParts(whole, count, (hour) => beginningOf(hour, days))
  return [...blocks].sort((one, other) => bytesOf(other.cells) - bytesOf(one.cells))
}

export const bytesOf = (cells: readonly Cell[]): number => cells.reduce((sum, { bytes }) => sum + bytes, 0)

const DAY_LENGTH = '2025-04-01'.length

/** Gives the hour with which the part of the export begins that an hour can't be cut from: of whole days, the day's. */
type Beginning = (hour: Hour) => Hour

function beginningOf(hour: Hour, days: ReadonlySet<Hour>): Hour {
  const day = hour.slice(0, DAY_LENGTH)
  return days.has(day) ? `${day}-00` : hour
}

const EMPTY: Block = { streams: [], undated: false, cells: [] }

function intoParts(block: Block, count: number, beginning: Beginning): readonly Block[] {
  if (count === 1) return [block]
  const best = bestOf([...byStreams(block), ...byHours(block, beginning)], block, count)
  if (!best) return [block, ...Array.from({ length: count - 1 }, () => EMPTY)]
  const [one, other] = best.halves()
  return [...intoParts(one, best.share, beginning), ...intoParts(other, count - best.share, beginning)]
}

/** A way to cut a block in two. */
interface Cut {
  readonly by: 'streams' | 'hours'
  /** Bytes of both sides. Files of any event type are read on both sides of a cut between event types. */
  readonly bytes: readonly [number, number]
  halves(): readonly [Block, Block]
}

interface Weighed extends Cut {
  /** How many of the parts the first half is cut into. */
  readonly share: number
  /** Bytes that the larger parts have at least. */
  readonly worst: number
}

/** How much worse a cut between event types may be than one between hours. */
const TOLERANCE = 1.05

function bestOf(cuts: readonly Cut[], block: Block, count: number): Weighed | undefined {
  const whole = bytesOf(block.cells)
  const weighed = cuts.map((cut) => weigh(cut, count)).filter(({ worst }) => worst < whole)
  const least = (all: readonly Weighed[]) =>
    all.reduce<Weighed | undefined>((best, cut) => (best && best.worst <= cut.worst ? best : cut), undefined)
  const best = least(weighed)
  const streams = least(weighed.filter(({ by }) => by === 'streams'))
  return best && streams && streams.worst <= best.worst * TOLERANCE ? streams : best
}

function weigh(cut: Cut, count: number): Weighed {
  const [one, other] = cut.bytes
  const share = Math.min(count - 1, Math.max(1, Math.round((count * one) / (one + other))))
  return { ...cut, share, worst: Math.max(one / share, other / (count - share)) }
}

function byHours(block: Block, beginning: Beginning): readonly Cut[] {
  const sizes = sumsOf(block.cells, ({ hour }) => (hour === undefined ? '' : beginning(hour)))
  const total = bytesOf(block.cells)
  let before = 0
  return [...sizes].sort(byName).flatMap(([hour, bytes]): Cut[] => {
    const sides = [before, total - before] as const
    before += bytes
    return sides.includes(0) ? [] : [{ by: 'hours', bytes: sides, halves: () => cutAt(block, hour) }]
  })
}

/** Files without an hour stay on the first side. */
function cutAt(block: Block, hour: Hour): readonly [Block, Block] {
  const isBefore = (cell: Cell) => cell.hour === undefined || firstOf(cell.hour) < hour
  return [
    { ...block, to: hour, cells: block.cells.filter(isBefore) },
    { ...block, from: hour, undated: false, cells: block.cells.filter((cell) => !isBefore(cell)) },
  ]
}

const firstOf = (hour: Hour): Hour => (hour.length === DAY_LENGTH ? `${hour}-00` : hour)

function byStreams(block: Block): readonly Cut[] {
  const own = sumsOf(block.cells, ({ stream }) => stream)
  const shared = own.get(undefined) ?? 0
  own.delete(undefined)
  const largest = [...own]
    .filter(([, bytes]) => bytes > 0)
    .sort((one, other) => other[1] - one[1] || byName(one, other))
  const total = largest.reduce((sum, [, bytes]) => sum + bytes, 0)
  const groups = [...largest.keys()].slice(1).map((end) => largest.slice(0, end))
  return [...groups, lighterHalf(largest)].flatMap((group): Cut[] => {
    const bytes = group.reduce((sum, [, bytes]) => sum + bytes, 0)
    const sides = [bytes + shared, total - bytes + shared] as const
    const names = new Set(group.map(([name]) => name))
    return [bytes, total - bytes].includes(0)
      ? []
      : [{ by: 'streams', bytes: sides, halves: () => cutOff(block, names) }]
  })
}

type Size = readonly [string | undefined, number]

/** What comes together if each event type, the largest first, goes to the side that has less. */
function lighterHalf(largest: readonly Size[]): readonly Size[] {
  let [one, other] = [0, 0]
  return largest.filter(([, bytes]) => {
    const isLighter = one <= other
    if (isLighter) one += bytes
    else other += bytes
    return isLighter
  })
}

function cutOff(block: Block, names: ReadonlySet<string | undefined>): readonly [Block, Block] {
  const side = (isMeant: (stream: string | undefined) => boolean): Block => ({
    ...block,
    streams: block.streams.filter(isMeant),
    cells: block.cells.filter(({ stream }) => stream === undefined || isMeant(stream)),
  })
  return [side((stream) => names.has(stream)), side((stream) => !names.has(stream))]
}

function sumsOf<Key>(cells: readonly Cell[], keyOf: (cell: Cell) => Key): Map<Key, number> {
  const sums = new Map<Key, number>()
  for (const cell of cells) sums.set(keyOf(cell), (sums.get(keyOf(cell)) ?? 0) + cell.bytes)
  return sums
}

const byName = ([one = '']: Size, [other = '']: Size): number => (one < other ? -1 : one > other ? 1 : 0)
