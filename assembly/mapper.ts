/**
 * RECORD lines to events, byte for byte: AssemblyScript (TypeScript syntax), compiled to WebAssembly by
 * `npm run generate`. A program, one a stream, says by which text a line begins, which members its data may have, and
 * the steps that write the event. Values are walked to find where they end, and to see that they are JSON; then they are
 * copied as they stand.
 *
 * It knows the usual only. Whatever else it meets (white space, a name it was not told of, an id that is a number, an
 * event beyond the limit) makes it leave the line to the host, which maps it the long way. So it may be strict: a line
 * that it takes is mapped exactly as the long way would have mapped it.
 *
 * The host lays out the memory; src/destination/compiled/ is the only host. All positions are addresses in the one
 * linear memory. The input ends with a line feed, at which every walk ends, and is UTF-8. Up to 16 bytes may be read
 * past the end of what is copied and written past the end of the output.
 */

import { escapedBytes, isDigit, isHexDigit, isShortEscape } from './characters'

/** A program: 32-bit numbers. */
@unmanaged
class Program {
  /** What its lines begin with, up to the brace of `data` and with it. */
  headAt: u32
  headLength: u32
  /** The members that `data` may have, in their usual order. */
  membersAt: u32
  memberCount: u32
  stepsAt: u32
  stepCount: u32
  /** One more than the highest number of a value. */
  valueCount: u32
}

@unmanaged
class Member {
  /** `"name":` */
  keyAt: u32
  keyLength: u32
  /** Of the value it stands for. */
  number: u32
  /** The number of the last line that had it. */
  seen: u32
}

@unmanaged
class Step {
  kind: u32
  /** Some text: what is written, or a key `,"name":` whose comma is left out after an opening brace. */
  textAt: u32
  textLength: u32
  /** A value's number. */
  number: u32
  /** By kind. */
  extra: u32
}

/** A value: where it lies. Nowhere (0) if it is absent or null. */
@unmanaged
class Value {
  at: u32
  end: u32
}

const TEXT: u32 = 0
/** A key and its value, if there is one. Then the next `extra` steps are passed over. */
const MEMBER: u32 = 1
/** A key and `{`. */
const OPEN: u32 = 2
/** `}`, or nothing at all, not even what OPEN wrote, if nothing came between. */
const CLOSE: u32 = 3
/** ISO 8601 of a number of seconds. */
const TIME: u32 = 4
/** The value must be absent. */
const ABSENT: u32 = 5
/** A key and an id, if there is one. */
const ID: u32 = 6
/** An id must have been written. */
const NEED_ID: u32 = 7
/** An id without its quotes, of `extra` bytes at most. */
const BARE_ID: u32 = 8
/** A name without its quotes. */
const BARE_NAME: u32 = 9
/** The value must be an object, or absent. */
const OBJECT: u32 = 10
/** If the value is the text and nothing was chosen before, `extra` is the route. Only a string without escapes tells. */
const ROUTE: u32 = 12
/** The members of an object. None may have one of the `extra` names (address, length) that stand in the text. */
const MEMBERS: u32 = 11

const LINE_FEED: u8 = 0x0a
const QUOTE: u8 = 0x22
const COMMA: u8 = 0x2c
const MINUS: u8 = 0x2d
const BACKSLASH: u8 = 0x5c
const LETTER_N: u8 = 0x6e
const OPEN_BRACE: u8 = 0x7b
const CLOSE_BRACE: u8 = 0x7d
const MAX_DEPTH: i32 = 64
const MAX_MEMBERS: i32 = 64

// The tables that the host does not see. The first page is ours; `names` are pairs of address and length.
const OPENED: usize = memory.data(8 * 16)
const NAMES: usize = memory.data(8 * 64)
const EMITTED_AT: usize = memory.data<u8>([0x2c, 0x22, 0x65, 0x6d, 0x69, 0x74, 0x74, 0x65, 0x64, 0x5f, 0x61, 0x74, 0x22, 0x3a])
const EMITTED_AT_LENGTH: u32 = 14

// What the last call did, for the host to read.
export let rowsDone: i32 = 0
export let inputAt: usize = 0

/** Of the event that was written last; 0 if no step has chosen one. */
let route: u32 = 0
/** The number of the line that is read. */
let line: u32 = 0

/**
 * Goes through the lines of the input, and writes a row for each: line's end, program and (16 bits further up) route or
 * -1, event's beginning and end. A comma follows each event, so that neighbours are joined. Ends early when the rows or the output are full.
 * `programs` is a list of addresses; `values` has room for the values of any, and for a whole number of 16 bytes.
 */
export function map(
  programs: usize,
  programCount: i32,
  values: usize,
  input: usize,
  inputEnd: usize,
  output: usize,
  outputEnd: usize,
  rows: usize,
  maxRows: i32,
  maxEventBytes: i32,
): void {
  let recent: i32 = 0
  let row = rows
  const rowsEnd = rows + <usize>maxRows * 16
  let at = input
  let out = output
  while (at < inputEnd && row < rowsEnd && out + <usize>maxEventBytes <= outputEnd) {
    const event = out
    let end: usize = 0
    let program = programOf(programs, programCount, at, inputEnd, recent)
    if (program >= 0) {
      recent = program
      const steps = changetype<Program>(<usize>load<u32>(programs + (<usize>program << 2)))
      line++
      route = 0
      end = readLine(steps, at + steps.headLength, values)
      out = end ? runSteps(steps, values, event, event + maxEventBytes) : 0
    }
    if (out === 0 || end === 0) {
      program = -1
      end = endOfLine(at)
      out = event
    }
    store<u32>(row, <u32>end)
    store<i32>(row, program < 0 ? program : program | <i32>(route << 16), 4)
    store<u32>(row, <u32>event, 8)
    store<u32>(row, <u32>out, 12)
    row += 16
    if (program >= 0) store<u8>(out++, COMMA)
    at = end + 1
  }
  rowsDone = <i32>((row - rows) >> 4)
  inputAt = at
}

/** The program whose head the line has; -1 if there is none. Lines of a stream come in a row. */
function programOf(programs: usize, count: i32, at: usize, end: usize, recent: i32): i32 {
  for (let i = 0; i < count; i++) {
    let candidate = recent + i
    if (candidate >= count) candidate -= count
    const program = changetype<Program>(<usize>load<u32>(programs + (<usize>candidate << 2)))
    if (at + program.headLength < end && isAt(at, program.headAt, program.headLength)) return candidate
  }
  return -1
}

function endOfLine(from: usize): usize {
  let at = from
  while (load<u8>(at) !== LINE_FEED) at++
  return at
}

// ------------------------------------------------------------------------------------------------------ reading
// AssemblyScript returns one value only, and what is kept in a variable of the module is written to memory each time.
// So each of the following gives the end of what it is named after and begins at `at`; 0 where that is not what comes.

/** A line from the members of `data` on, up to its line feed. Notes where the values lie. */
function readLine(program: Program, from: usize, values: usize): usize {
  for (let at = values, end = values + <usize>program.valueCount * 8; at < end; at += 16) v128.store(at, i64x2.splat(0))
  const count = program.memberCount
  let expected: u32 = 0
  let at = from
  while (true) {
    const index = memberAt(program, expected, count, at)
    if (index === count) return 0
    const member = memberOf(program, index)
    if (member.seen === line) return 0
    member.seen = line
    at += member.keyLength
    const end = load<u8>(at) === QUOTE ? skipString(at) : skipValue(at, 0)
    if (end === 0) return 0
    if (load<u8>(at) !== LETTER_N) {
      const value = valueOf(values, member.number)
      value.at = <u32>at
      value.end = <u32>end
    }
    at = end + 1
    const next = load<u8>(end)
    if (next === CLOSE_BRACE) return readRest(at)
    if (next !== COMMA) return 0
    expected = index + 1
  }
}

/** The number of the member whose key stands there; `count` for none. Those that are left out are passed over. */
@inline
function memberAt(program: Program, expected: u32, count: u32, at: usize): u32 {
  for (let index = expected; index < count; index++) {
    const member = memberOf(program, index)
    if (isAt(at, member.keyAt, member.keyLength)) return index
  }
  for (let index: u32 = 0; index < expected; index++) {
    const member = memberOf(program, index)
    if (isAt(at, member.keyAt, member.keyLength)) return index
  }
  return count
}

/** What follows `data`: when the record was emitted, and nothing else. */
function readRest(from: usize): usize {
  let at = from
  if (isAt(at, EMITTED_AT, EMITTED_AT_LENGTH)) {
    at = skipNumber(at + EMITTED_AT_LENGTH)
    if (at === 0) return 0
  }
  const isEnd = load<u8>(at) === CLOSE_BRACE && load<u8>(at, 1) === CLOSE_BRACE && load<u8>(at, 2) === LINE_FEED
  return isEnd ? at + 2 : 0
}

function skipValue(at: usize, depth: i32): usize {
  const byte = load<u8>(at)
  if (byte === QUOTE) return skipString(at)
  if (byte === OPEN_BRACE || byte === 0x5b) return depth < MAX_DEPTH ? skipNested(at, depth) : 0
  if (byte === MINUS || isDigit(byte)) return skipNumber(at)
  return skipWord(at)
}

/** A string, over its closing quote. */
function skipString(from: usize): usize {
  let at = from + 1
  while (true) {
    const mask = escapedBytes(v128.load(at))
    if (mask === 0) {
      at += 16
      continue
    }
    at += ctz(mask)
    const byte = load<u8>(at++)
    if (byte === QUOTE) return at
    if (byte !== BACKSLASH) return 0
    at = skipEscape(at)
    if (at === 0) return 0
  }
}

/** What comes after a backslash. */
function skipEscape(at: usize): usize {
  const byte = load<u8>(at)
  if (isShortEscape(byte)) return at + 1
  return byte === 0x75 && isHex(at + 1) && isHex(at + 2) && isHex(at + 3) && isHex(at + 4) ? at + 5 : 0
}

@inline
function isHex(at: usize): bool {
  return isHexDigit(load<u8>(at))
}

/** An object or a list without white space. */
function skipNested(from: usize, depth: i32): usize {
  const isObject = load<u8>(from) === OPEN_BRACE
  const close: u8 = isObject ? CLOSE_BRACE : 0x5d
  let at = from + 1
  if (load<u8>(at) === close) return at + 1
  while (true) {
    if (isObject) {
      if (load<u8>(at) !== QUOTE) return 0
      at = skipString(at)
      if (at === 0 || load<u8>(at++) !== 0x3a) return 0
    }
    at = skipValue(at, depth + 1)
    if (at === 0) return 0
    const next = load<u8>(at++)
    if (next === close) return at
    if (next !== COMMA) return 0
  }
}

function skipNumber(from: usize): usize {
  let at = from
  if (load<u8>(at) === MINUS) at++
  if (load<u8>(at) === 0x30) at++
  else at = skipDigits(at)
  if (at !== 0 && load<u8>(at) === 0x2e) at = skipDigits(at + 1)
  if (at !== 0 && (load<u8>(at) | 0x20) === 0x65) {
    at++
    if (load<u8>(at) === 0x2b || load<u8>(at) === MINUS) at++
    at = skipDigits(at)
  }
  return at
}

@inline
function skipDigits(from: usize): usize {
  let at = from
  while (isDigit(load<u8>(at))) at++
  return at > from ? at : 0
}

/** `true`, `false` or `null`. */
function skipWord(at: usize): usize {
  const word = load<u32>(at)
  if (word === 0x65757274 || word === 0x6c6c756e) return at + 4
  return word === 0x736c6166 && load<u8>(at, 4) === 0x65 ? at + 5 : 0
}

/** Whether the bytes at two addresses are the same, of which there is at least one. Most differ in the first eight. */
@inline
function isAt(at: usize, text: usize, length: u32): bool {
  let i: u32 = 0
  for (; i + 8 < length; i += 8) if (load<u64>(at + i) !== load<u64>(text + i)) return false
  // Of the last eight bytes, those that come later are shifted out.
  return (load<u64>(at + i) ^ load<u64>(text + i)) << ((8 - <u64>(length - i)) << 3) === 0
}

// ------------------------------------------------------------------------------------------------------ writing
// Each of the following writes to `out` and gives where that ended; 0 where it can't, or where it would lead beyond
// `limit`: such an event is to be made smaller.

function runSteps(program: Program, values: usize, from: usize, limit: usize): usize {
  let opened: usize = OPENED
  let out = from
  let hasId = false
  const end = <usize>program.stepsAt + <usize>program.stepCount * offsetof<Step>()
  for (let at = <usize>program.stepsAt; at < end; at += offsetof<Step>()) {
    const step = changetype<Step>(at)
    const value = valueOf(values, step.number)
    switch (step.kind) {
      case TEXT:
        out = write(out, limit, step.textAt, step.textLength)
        break
      case MEMBER:
        if (value.at !== 0) {
          out = writeMember(out, limit, step, value)
          at += <usize>step.extra * offsetof<Step>()
        }
        break
      case OPEN:
        store<u32>(opened, <u32>out)
        out = writeKey(out, limit, step)
        if (out === 0) return 0
        store<u8>(out++, OPEN_BRACE)
        store<u32>(opened, <u32>out, 4)
        opened += 8
        break
      case CLOSE:
        opened -= 8
        if (out === <usize>load<u32>(opened, 4)) out = <usize>load<u32>(opened)
        else store<u8>(out++, CLOSE_BRACE)
        break
      case TIME:
        out = writeTime(out, limit, value)
        break
      case ABSENT:
        if (value.at !== 0) return 0
        break
      case ID:
        // An empty id is none; one that is no string is for the host.
        if (value.at !== 0) {
          if (load<u8>(value.at) !== QUOTE) return 0
          if (value.end - value.at > 2) {
            hasId = true
            out = writeMember(out, limit, step, value)
          }
        }
        break
      case NEED_ID:
        if (!hasId) return 0
        break
      case BARE_ID:
        if (!isBareId(value, step.extra)) return 0
        out = writeBare(out, limit, value)
        break
      case BARE_NAME:
        if (!isBareName(value)) return 0
        out = writeBare(out, limit, value)
        break
      case OBJECT:
        if (value.at !== 0 && load<u8>(value.at) !== OPEN_BRACE) return 0
        break
      case ROUTE:
        if (route !== 0 || value.at === 0) break
        if (load<u8>(value.at) !== QUOTE || hasBackslash(value.at, value.end)) return 0
        if (value.end - value.at === step.textLength && isAt(value.at, step.textAt, step.textLength)) route = step.extra
        break
      case MEMBERS:
        out = writeMembers(out, limit, step, value)
        break
      default:
        return 0
    }
    if (out === 0) return 0
  }
  return out <= limit ? out : 0
}

@inline
function write(out: usize, limit: usize, at: usize, length: usize): usize {
  const end = out + length
  if (end > limit) return 0
  copy(out, end, at)
  return end
}

/** In steps of 16 bytes: what is written too much is written over. */
@inline
function copy(from: usize, to: usize, at: usize): void {
  for (let out = from, text = at; out < to; out += 16, text += 16) v128.store(out, v128.load(text))
}

/** Without its comma after an opening brace. */
@inline
function writeKey(out: usize, limit: usize, step: Step): usize {
  const first: u32 = load<u8>(out - 1) === OPEN_BRACE ? 1 : 0
  return write(out, limit, step.textAt + first, step.textLength - first)
}

@inline
function writeMember(out: usize, limit: usize, step: Step, value: Value): usize {
  const first: u32 = load<u8>(out - 1) === OPEN_BRACE ? 1 : 0
  const at = out + (step.textLength - first)
  const end = at + (value.end - value.at)
  if (end > limit) return 0
  copy(out, at, step.textAt + first)
  copy(at, end, value.at)
  return end
}

function isBareId(value: Value, maxBytes: u32): bool {
  const length = value.end - value.at
  return value.at !== 0 && load<u8>(value.at) === QUOTE && length > 2 && length - 2 <= maxBytes
}

/** Nothing to unescape, and not blank: a character that is visible for sure comes first. */
function isBareName(value: Value): bool {
  if (value.at === 0 || load<u8>(value.at) !== QUOTE) return false
  const first = load<u8>(value.at + 1)
  return first > 0x20 && first < 0x7f && first !== QUOTE && !hasBackslash(value.at, value.end)
}

function hasBackslash(from: usize, to: usize): bool {
  for (let at = from; at < to; at++) if (load<u8>(at) === BACKSLASH) return true
  return false
}

@inline
function writeBare(out: usize, limit: usize, value: Value): usize {
  return write(out, limit, value.at + 1, value.end - value.at - 2)
}

function writeMembers(out: usize, limit: usize, step: Step, value: Value): usize {
  if (value.at === 0) return out
  if (load<u8>(value.at) !== OPEN_BRACE || !hasPlainNames(step, value)) return 0
  const length = value.end - value.at - 2
  if (length === 0) return out
  let at = out
  if (load<u8>(at - 1) !== OPEN_BRACE) store<u8>(at++, COMMA)
  return write(at, limit, value.at + 1, length)
}

/** Whether no name of an object, which was walked before, is escaped, reserved or there twice. */
function hasPlainNames(step: Step, value: Value): bool {
  let at = <usize>value.at + 1
  for (let count = 0; at < <usize>value.end - 1; count++) {
    const end = skipString(at)
    if (count === MAX_MEMBERS || !isPlainName(step, at, end, count)) return false
    at = skipValue(end + 1, 0) + 1
  }
  return true
}

function isPlainName(step: Step, at: usize, end: usize, count: i32): bool {
  const length = <u32>(end - at)
  if (hasBackslash(at, end)) return false
  if (isAmong(step.textAt, step.extra, at, length) || isAmong(<u32>NAMES, <u32>count, at, length)) return false
  store<u32>(NAMES + (<usize>count << 3), <u32>at)
  store<u32>(NAMES + (<usize>count << 3), length, 4)
  return true
}

function isAmong(names: u32, count: u32, at: usize, length: u32): bool {
  for (let i: usize = 0; i < <usize>count; i++) {
    const name = <usize>names + (i << 3)
    if (load<u32>(name, 4) === length && isAt(at, load<u32>(name), length)) return true
  }
  return false
}

// -------------------------------------------------------------------------------------------------------- time

const SECONDS_A_DAY: i64 = 86_400
/** The first second of the year 10000. */
const YEAR_10000: i64 = 253_402_300_800

/** `2026-11-22T12:00:00.000Z`. */
function writeTime(out: usize, limit: usize, value: Value): usize {
  const seconds = secondsOf(value)
  if (seconds <= 0 || seconds >= YEAR_10000 || out + 24 > limit) return 0
  writeDate(out, <i32>(seconds / SECONDS_A_DAY))
  const second = <i32>(seconds % SECONDS_A_DAY)
  store<u8>(out, 0x54, 10)
  writeTwo(out + 11, second / 3600)
  store<u8>(out, 0x3a, 13)
  writeTwo(out + 14, (second / 60) % 60)
  store<u8>(out, 0x3a, 16)
  writeTwo(out + 17, second % 60)
  store<u32>(out, 0x3030302e, 19) // .000
  store<u8>(out, 0x5a, 23)
  return out + 24
}

/** -1 for what is no whole number of at most 12 digits. */
function secondsOf(value: Value): i64 {
  if (value.at === 0 || value.end - value.at > 12) return -1
  let seconds: i64 = 0
  for (let at = value.at; at < value.end; at++) {
    const byte = load<u8>(at)
    if (!isDigit(byte)) return -1
    seconds = seconds * 10 + (byte - 0x30)
  }
  return seconds
}

/**
 * The date, so many days after 1970-01-01, in years that begin in March: leap days then come last.
 * https://howardhinnant.github.io/date_algorithms.html#civil_from_days (read 2026-11).
 */
function writeDate(out: usize, days: i32): void {
  const day = days + 719_468
  const era = day / 146_097
  const dayOfEra = day % 146_097
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  const month = (5 * dayOfYear + 2) / 153
  const isLate = month >= 10
  const year = yearOfEra + era * 400 + (isLate ? 1 : 0)
  writeTwo(out, year / 100)
  writeTwo(out + 2, year % 100)
  store<u8>(out, MINUS, 4)
  writeTwo(out + 5, isLate ? month - 9 : month + 3)
  store<u8>(out, MINUS, 7)
  writeTwo(out + 8, dayOfYear - (153 * month + 2) / 5 + 1)
}

/** Two digits. */
@inline
function writeTwo(out: usize, value: i32): void {
  store<u8>(out, 0x30 + <u8>(value / 10))
  store<u8>(out, 0x30 + <u8>(value % 10), 1)
}

// ------------------------------------------------------------------------------------------------------- tables

@inline
function memberOf(program: Program, index: u32): Member {
  return changetype<Member>(<usize>program.membersAt + <usize>index * offsetof<Member>())
}

@inline
function valueOf(values: usize, number: u32): Value {
  return changetype<Value>(values + <usize>number * offsetof<Value>())
}
