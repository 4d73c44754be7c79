/** Hours in which files are missing that would be expected. */

/** Hours are numbers as in hour.ts. */
export interface Gap {
  readonly first: number
  /** Inclusive. */
  readonly last: number
  /** In how many of its hours there usually are files. */
  readonly usual: number
}

/** How many days on either side of a gap tell what is usual. */
const DAYS = 7
const FEWEST_DAYS = 3
const USUAL_SHARE = 0.8
const FEWEST_HOURS = 4
const DAY = 24

/** The rule below, for people. */
export const GAP_RULE =
  'Hours in a row without files count as a gap if, on at least 80 % of the 7 days before and the 7 days after them, ' +
  'there are files at the same hour of the day. With less than 3 such days to compare, at least 80 % of all other hours must have files.'

/**
 * Runs of hours without files between the first hour with files and `until`, if files usually come in one of them. So
 * a type that is silent at night, or that is sent once a week, has no gaps.
 * `filled` holds the hours with files, in ascending order.
 */
export function gapsOf(filled: readonly number[], until: number): readonly Gap[] {
  const [first] = filled
  if (first === undefined) return []
  const isFilled = new Set(filled)
  const all = until - first + 1
  return runsBetween(filled, until).flatMap((run) => {
    const length = run.last - run.first + 1
    const isBusy = filled.length >= FEWEST_HOURS && filled.length >= USUAL_SHARE * (all - length)
    const usual = clockHours(run)
      .filter(({ hour }) => {
        const days = [...daysBefore(hour, run, first), ...daysAfter(hour, run, until)]
        if (days.length < FEWEST_DAYS) return isBusy
        return days.filter((day) => isFilled.has(day)).length >= USUAL_SHARE * days.length
      })
      .reduce((sum, { count }) => sum + count, 0)
    return usual > 0 ? [{ ...run, usual }] : []
  })
}

interface Run {
  readonly first: number
  readonly last: number
}

function runsBetween(filled: readonly number[], until: number): readonly Run[] {
  const ends = [...filled.filter((hour) => hour <= until), until + 1]
  return ends.slice(1).flatMap((next, i) => {
    const previous = ends[i] ?? next
    return next - previous > 1 ? [{ first: previous + 1, last: next - 1 }] : []
  })
}

/** The hours of a run that differ on the clock, and how often each occurs. */
function clockHours({ first, last }: Run): readonly { hour: number; count: number }[] {
  const length = Math.min(DAY, last - first + 1)
  return Array.from({ length }, (_, i) => ({ hour: first + i, count: Math.floor((last - first - i) / DAY) + 1 }))
}

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
