/** Hours in which files are missing that would be expected. */

/** Hours are numbers as in hour.ts. */
export interface Gap {
  readonly first: number
  /** Inclusive. */
  readonly last: number
  /** How many files would have been usual. */
  readonly expected: number
}

/** If files came at random, at this average, there would be none in one of 20,000 such gaps. */
const FEWEST_EXPECTED = 10

/** The rule below, for people. */
export const GAP_RULE =
  'Hours in a row without files count as a gap if at least 10 files would have been usual in them. Usual for an hour is the ' +
  'median number of files at the same time of the 7 days before the gap, or of the 7 days after it, whichever is less ' +
  '(with less than 3 such days, of all hours on that side), and no more than in the same hour of the week before or after.'

/**
 * Runs of hours without files, between the first hour with files and `until`, in which files would be usual. So a type
 * that is silent at night or at weekends, or is sent once a week, has no gaps. `files` is the number of files by hour.
 */
export function gapsOf(files: ReadonlyMap<number, number>, until: number): readonly Gap[] {
  const filled = [...files.keys()].filter((hour) => hour <= until).sort((a, b) => a - b)
  const range = { first: filled[0] ?? until, last: until }
  return runsBetween(filled, until).flatMap((run) => {
    const usual = usualIn(files, run, range)
    const expected = Math.round(clockHours(run).reduce((sum, { hour, times }) => sum + times * usual(hour), 0))
    return expected >= FEWEST_EXPECTED ? [{ ...run, expected }] : []
  })
}

interface Run {
  readonly first: number
  /** Inclusive. */
  readonly last: number
}

function runsBetween(filled: readonly number[], until: number): readonly Run[] {
  const ends = [...filled, until + 1]
  return ends.slice(1).flatMap((next, i) => {
    const previous = ends[i] ?? next
    return next - previous > 1 ? [{ first: previous + 1, last: next - 1 }] : []
  })
}

const DAY = 24
const WEEK = 7 * DAY

/** The hours of a run that differ in the week, and how often each occurs. */
function clockHours({ first, last }: Run): readonly { hour: number; times: number }[] {
  const length = Math.min(WEEK, last - first + 1)
  return Array.from({ length }, (_, i) => ({ hour: first + i, times: Math.floor((last - first - i) / WEEK) + 1 }))
}

const DAYS = 7
const FEWEST_DAYS = 3
const FEWEST_HOURS = 2

/** How many files would be usual in an hour of a run. */
function usualIn(files: ReadonlyMap<number, number>, run: Run, range: Run): (hour: number) => number {
  const counts = (hours: readonly number[]) => hours.map((hour) => files.get(hour) ?? 0)
  const usualOn = (side: Run, days: readonly number[]): number => {
    if (days.length >= FEWEST_DAYS) return median(counts(days))
    return side.last - side.first + 1 >= FEWEST_HOURS ? median(counts(hoursOf(side))) : 0
  }
  const before = { first: range.first, last: run.first - 1 }
  const after = { first: run.last + 1, last: range.last }
  return (hour) => {
    const weeks = [...stepsOut(hour, WEEK, 1, run), ...stepsOut(hour, -WEEK, 1, run)].filter(isIn(range))
    return Math.min(
      usualOn(before, stepsOut(hour, -DAY, DAYS, run).filter(isIn(range))),
      // There is nothing behind a run that lasts until now.
      run.last === range.last
        ? Number.POSITIVE_INFINITY
        : usualOn(after, stepsOut(hour, DAY, DAYS, run).filter(isIn(range))),
      weeks.length > 0 ? Math.max(...counts(weeks)) : Number.POSITIVE_INFINITY,
    )
  }
}

/** The first `count` hours outside of the run, on the way from `hour` in steps of `step`. */
function stepsOut(hour: number, step: number, count: number, run: Run): readonly number[] {
  const inside = step < 0 ? hour - run.first : run.last - hour
  const nearest = hour + step * (Math.floor(inside / Math.abs(step)) + 1)
  return Array.from({ length: count }, (_, i) => nearest + i * step)
}

const isIn =
  ({ first, last }: Run) =>
  (hour: number): boolean =>
    hour >= first && hour <= last

/** Less than four days of them are asked for. */
const hoursOf = ({ first, last }: Run): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}
