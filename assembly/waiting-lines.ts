/**
 * Lines whose events' ids are still to be looked up. What is known of ids lies scattered in memory, which fetches many
 * pieces in little more time than one: so many lines are settled together, and those of known ids go again.
 */
import { expectId, isExpectedIdNew, reachExpectedIds } from './recent-ids'

/** A line that waits, which may be empty. */
@unmanaged
class Line {
  /** How many values of it are no JSON. */
  unparsed: i32
  at: usize
  end: usize
}

const MOST: i32 = 16
const LINES_AT: usize = memory.data(<i32>offsetof<Line>() * MOST, 16)
let waiting: i32 = 0

// What has been settled, for the host to read.
export let linesDone: i32 = 0
export let duplicatesDone: i32 = 0
export let unparsedDone: i32 = 0

export function beginLines(): void {
  waiting = 0
  linesDone = 0
  duplicatesDone = 0
  unparsedDone = 0
}

/** Counts a line that stays. */
export function addLine(unparsed: i32): void {
  linesDone++
  unparsedDone += unparsed
}

/** Adds a line that stays if its id is new. False if no other can be added before all are settled. */
export function addWaiting(id: usize, idLength: i32, unparsed: i32, at: usize, end: usize): bool {
  expectId(waiting, id, idLength)
  const line = lineOf(waiting++)
  line.unparsed = unparsed
  line.at = at
  line.end = end
  return waiting < MOST
}

@inline
function lineOf(i: i32): Line {
  return changetype<Line>(LINES_AT + <usize>i * offsetof<Line>())
}

/** Settles all that wait, of lines that end at `end`. Gives where they end without those that are gone. */
export function settle(end: usize): usize {
  reachExpectedIds(waiting)
  let gone: usize = 0
  for (let i = 0; i < waiting; i++) {
    const line = lineOf(i)
    if (isExpectedIdNew(i)) {
      if (line.end > line.at) addLine(line.unparsed)
      continue
    }
    duplicatesDone++
    const at = line.at - gone
    const next = line.end - gone
    memory.copy(at, next, end - next)
    gone += line.end - line.at
    end -= line.end - line.at
  }
  waiting = 0
  return end
}
