import { endOfValue, membersOf, skipSpace } from './json-walk.ts'

/** How far a text has been read. */
export interface Walk {
  readonly text: string
  /** Each line is read by itself: a broken one does not break the others. */
  readonly isLines: boolean
  /** In characters. */
  at: number
  /** At `at` the text is no JSON any more: of lines, the first one that is broken. */
  isBroken: boolean
}

export const walkOver = (text: string, isLines = false): Walk => ({ text, isLines, at: 0, isBroken: false })

/**
 * The objects in a text of JSON values one after the other: a value itself, the items of an array, those of an envelope
 * `{"events":[…]}`. Other values are passed over. After each, the walk stands where it ends; all before a break come.
 */
export function* eventTexts(walk: Walk): Generator<string> {
  if (walk.isLines) yield* eventsInLines(walk)
  else
    for (skip(walk); walk.at < walk.text.length && !walk.isBroken; skip(walk))
      if (isNested(walk)) yield* eventsAt(walk, 0)
      else takeValue(walk)
}

function* eventsInLines(walk: Walk): Generator<string> {
  const { text } = walk
  let eventless = ''
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = text.indexOf('\n', start) + 1 || text.length
    const line = text.slice(start, end)
    if (line === eventless || isEventless(line)) {
      eventless = line
      continue
    }
    const inner = walkOver(line)
    yield* eventTexts(inner)
    if (!inner.isBroken || walk.isBroken) continue
    walk.at = start + inner.at
    walk.isBroken = true
  }
}

/** For lines that are many because they say nothing. What is longer may nest too deeply. */
const isEventless = (line: string): boolean =>
  line.length < MAX_DEPTH && !line.includes('{') && (skipSpace(line, 0) === line.length || isJson(line))

/** Arrays and envelopes within each other. Braze needs two, and every one takes a bit of the stack. */
const MAX_DEPTH = 100

function* eventsAt(walk: Walk, depth: number): Generator<string> {
  if (depth > MAX_DEPTH) walk.isBroken = true
  else if (enterEnvelope(walk)) {
    yield* items(walk, depth)
    if (!walk.isBroken) leaveEnvelope(walk)
  } else if (walk.text[walk.at] === '[') yield* items(walk, depth)
  else yield* eventsIn(walk, depth)
}

function* items(walk: Walk, depth: number): Generator<string> {
  take(walk, '[')
  skip(walk)
  if (take(walk, ']')) return
  do {
    skip(walk)
    yield* eventsAt(walk, depth + 1)
    if (walk.isBroken) return
    skip(walk)
  } while (take(walk, ','))
  if (!take(walk, ']')) walk.isBroken = true
}

/** An object is an event, unless it is an envelope that holds something else before its events. */
function* eventsIn(walk: Walk, depth: number): Generator<string> {
  const value = takeValue(walk)
  if (!value?.startsWith('{')) return
  const members = value.includes('"events"') ? membersOf(value) : undefined
  const events = members?.has('event_type') ? undefined : members?.get('events')
  if (events?.startsWith('[')) {
    const inner = walkOver(events)
    yield* items(inner, depth)
    walk.isBroken = inner.isBroken
  } else yield value
}

/** Up to the array of an envelope, if there is one: its events then come one by one, whatever follows. */
function enterEnvelope(walk: Walk): boolean {
  const start = /\{\s*"events"\s*:\s*(?=\[)/y
  start.lastIndex = walk.at
  const isEnvelope = start.test(walk.text)
  if (isEnvelope) walk.at = start.lastIndex
  return isEnvelope
}

/** Past the members that may follow the array. */
function leaveEnvelope(walk: Walk): void {
  for (skip(walk); take(walk, ',') && !walk.isBroken; skip(walk)) {
    skip(walk)
    takeValue(walk)
    skip(walk)
    if (!take(walk, ':')) walk.isBroken = true
    skip(walk)
    if (!walk.isBroken) takeValue(walk)
  }
  if (!walk.isBroken && !take(walk, '}')) walk.isBroken = true
}

const isNested = ({ text, at }: Walk): boolean => text[at] === '{' || text[at] === '['

function takeValue(walk: Walk): string | undefined {
  const end = endOfValue(walk.text, walk.at)
  const value = walk.text.slice(walk.at, end)
  walk.isBroken = end < 0 || !(PLAIN_STRING.test(value) || isJson(value))
  if (walk.isBroken) return undefined
  walk.at = end
  return value
}

/** Far quicker to know than by JSON.parse. */
const PLAIN_STRING = /^"[^"\\\p{Cc}]*"$/u

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function take(walk: Walk, mark: string): boolean {
  if (walk.text[walk.at] !== mark) return false
  walk.at++
  return true
}

function skip(walk: Walk): void {
  walk.at = skipSpace(walk.text, walk.at)
}
