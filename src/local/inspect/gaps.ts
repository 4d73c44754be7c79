/** Hours in which files are missing that would be expected. */

/** Hours are numbers as in hour.ts. */
export interface Gap {
  readonly first: number
  /** Inclusive. */
  readonly last: number
  /** How many files would have been usual. */
  readonly expected: number
}

/** How many days on either side of a gap tell what is usual. */
const DAYS = 7
const FEWEST_DAYS = 3
/** If files came at random, at this average, there would be none in one of 20,000 such gaps. */
const FEWEST_EXPECTED = 10
const DAY = 24

/** The rule below, for people. */
export const GAP_RULE =
  'Hours in a row without files count as a gap if at least 10 files would have been usual in them. Usual for an hour is ' +
  'the median number of files at the same time of the 7 days before and the 7 days after the gap; with less than 3 such ' +
  'days to compare, the median of all other hours.'

/**
 * Runs of hours without files, between the first hour with files and `until`, in which files would be usual. So a type
 * that is silent at night, or is sent once a week, has no gaps. `files` is the number of files by hour.
 */
export function gapsOf(files: ReadonlyMap<number, number>, until: number): readonly Gap[] {
  const filled = [...files.keys()].filter((hour) => hour <= until).sort((a, b) => a - b)
  const [first] = filled
  if (first === undefined) return []
  const counts = (hours: readonly number[]) => hours.map((hour) => files.get(hour) ?? 0)
  return runsBetween(filled, until).flatMap((run) => {
    const expected = clockHours(run).map(({ hour, times }) => {
      const days = [...daysBefore(hour, run, first), ...daysAfter(hour, run, until)]
      return times * (days.length < FEWEST_DAYS ? median(counts(others(run, first, until))) : median(counts(days)))
    })
    const sum = Math.round(expected.reduce((total, files) => total + files, 0))
    return sum >= FEWEST_EXPECTED ? [{ ...run, expected: sum }] : []
  })
}

interface Run {
  readonly first: number
  readonly last: number
}

function runsBetween(filled: readonly number[], until: number): readonly Run[] {
  const ends = [...filled, until + 1]
  return ends.slice(1).flatMap((next, i) => {
    const previous = ends[i] ?? next
    return next - previous > 1 ? [{ first: previous + 1, last: next - 1 }] : []
  })
}

/** The hours of a run that differ on the clock, and how often each occurs. */
function clockHours({ first, last }: Run): readonly { hour: number; times: number }[] {
  const length = Math.min(DAY, last - first + 1)
  return Array.from({ length }, (_, i) => ({ hour: first + i, times: Math.floor((last - first - i) / DAY) + 1 }))
}

/** They are less than a week, for there are hardly any days to compare with. */
const others = (run: Run, first: number, until: number): readonly number[] => [
  ...hoursFrom(first, run.first),
  ...hoursFrom(run.last + 1, until + 1),
]

const hoursFrom = (first: number, end: number): readonly number[] =>
  Array.from({ length: end - first }, (_, i) => first + i)

function daysBefore(hour: number, run: Run, first: number): readonly number[] {
  const nearest = hour - DAY * Math.ceil((hour - run.first + 1) / DAY)
  return sevenFrom(nearest, -DAY).filter((day) => day >= first)
}

function daysAfter(hour: number, run: Run, until: number): readonly number[] {
  const nearest = hour + DAY * Math.ceil((run.last - hour + 1) / DAY)
  return sevenFrom(nearest, DAY).filter((day) => day <= until)
}

const sevenFrom = (start: number, step: number): readonly number[] =>
  Array.from({ length: DAYS }, (_, i) => start + i * step)

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}
