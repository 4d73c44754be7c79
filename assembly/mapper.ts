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

/** Where reading and writing stand. Globals, because AssemblyScript returns one value only. */
let p: usize = 0
let o: usize = 0
/** Where the event must end. */
let limit: usize = 0
let values: usize = 0
let line: u32 = 0
let hasId: bool = false

/**
 * Goes through the lines of the input, and writes a row for each: line's end, program or -1, event's beginning and end.
 * A comma follows each event, so that neighbours are joined. Ends early when the rows or the output are full. `programs` is a list of addresses; `valuesAt` has room for the values of any.
 */
export function map(
  programs: usize,
  programCount: i32,
  valuesAt: usize,
  input: usize,
  inputEnd: usize,
  output: usize,
  outputEnd: usize,
  rows: usize,
  maxRows: i32,
  maxEventBytes: i32,
): void {
  values = valuesAt
  let recent: i32 = 0
  rowsDone = 0
  inputAt = input
  o = output
  while (inputAt < inputEnd) {
    if (rowsDone === maxRows || o + <usize>maxEventBytes > outputEnd) return
    const event = o
    limit = o + maxEventBytes
    let program = programOf(programs, programCount, inputAt, inputEnd, recent)
    if (program >= 0) {
      recent = program
      p = inputAt
      if (!mapped(changetype<Program>(<usize>load<u32>(programs + (<usize>program << 2))))) program = -1
    }
    if (program < 0) {
      p = endOfLine(inputAt)
      o = event
    }
    const row = rows + <usize>rowsDone * 16
    store<u32>(row, <u32>p)
    store<i32>(row, program, 4)
    store<u32>(row, <u32>event, 8)
    store<u32>(row, <u32>o, 12)
    if (program >= 0) store<u8>(o++, COMMA)
    rowsDone++
    inputAt = p + 1
  }
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

/** Maps the line at `p`, and leaves `p` at its line feed. False if it is not as usual. */
function mapped(program: Program): bool {
  memory.fill(values, 0, <usize>program.valueCount * 8)
  line++
  p += program.headLength
  if (!readData(program) || !readRest()) return false
  hasId = false
  return runSteps(program)
}

// ------------------------------------------------------------------------------------------------------ reading

function readData(program: Program): bool {
  let expected: u32 = 0
  while (true) {
    const index = memberAt(program, expected)
    if (index < 0) return false
    const member = memberOf(program, index)
    if (member.seen === line) return false
    member.seen = line
    p += member.keyLength
    const at = p
    if (!skipValue(0)) return false
    if (load<u8>(at) !== LETTER_N) {
      const value = valueOf(member.number)
      value.at = <u32>at
      value.end = <u32>p
    }
    const next = load<u8>(p++)
    if (next === CLOSE_BRACE) return true
    if (next !== COMMA) return false
    expected = <u32>index + 1
  }
}

/** The member whose key stands at `p`; -1 for none. Those that are left out are passed over. */
function memberAt(program: Program, expected: u32): i32 {
  const count = program.memberCount
  for (let i: u32 = 0; i < count; i++) {
    let index = expected + i
    if (index >= count) index -= count
    const member = memberOf(program, <i32>index)
    if (isAt(p, member.keyAt, member.keyLength)) return <i32>index
  }
  return -1
}

/** What follows `data`: when the record was emitted, and nothing else. */
function readRest(): bool {
  if (isAt(p, EMITTED_AT, EMITTED_AT_LENGTH)) {
    p += EMITTED_AT_LENGTH
    if (!skipNumber()) return false
  }
  return load<u8>(p++) === CLOSE_BRACE && load<u8>(p++) === CLOSE_BRACE && load<u8>(p) === LINE_FEED
}

function skipValue(depth: i32): bool {
  const byte = load<u8>(p)
  if (byte === QUOTE) return skipString()
  if (byte === OPEN_BRACE || byte === 0x5b) return depth < MAX_DEPTH && skipNested(depth)
  if (byte === MINUS || isDigit(byte)) return skipNumber()
  return skipWord()
}

/** A string, up to its closing quote and over it. */
function skipString(): bool {
  p++
  while (true) {
    const block = v128.load(p)
    const special = v128.or(
      v128.or(i8x16.lt_u(block, i8x16.splat(0x20)), i8x16.eq(block, i8x16.splat(0x22))),
      i8x16.eq(block, i8x16.splat(0x5c)),
    )
    const mask = i8x16.bitmask(special)
    if (mask === 0) {
      p += 16
      continue
    }
    p += ctz(mask)
    const byte = load<u8>(p++)
    if (byte === QUOTE) return true
    if (byte !== BACKSLASH || !skipEscape()) return false
  }
}

/** What comes after a backslash. */
function skipEscape(): bool {
  const byte = load<u8>(p++)
  switch (byte) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true
    case 0x75:
      return isHex(load<u8>(p++)) && isHex(load<u8>(p++)) && isHex(load<u8>(p++)) && isHex(load<u8>(p++))
    default:
      return false
  }
}

/** An object or a list without white space. */
function skipNested(depth: i32): bool {
  const isObject = load<u8>(p++) === OPEN_BRACE
  const close: u8 = isObject ? CLOSE_BRACE : 0x5d
  if (load<u8>(p) === close) {
    p++
    return true
  }
  while (true) {
    if (isObject && !(load<u8>(p) === QUOTE && skipString() && load<u8>(p++) === 0x3a)) return false
    if (!skipValue(depth + 1)) return false
    const next = load<u8>(p++)
    if (next === close) return true
    if (next !== COMMA) return false
  }
}

function skipNumber(): bool {
  if (load<u8>(p) === MINUS) p++
  if (load<u8>(p) === 0x30) p++
  else if (!skipDigits()) return false
  if (load<u8>(p) === 0x2e) {
    p++
    if (!skipDigits()) return false
  }
  if ((load<u8>(p) | 0x20) === 0x65) {
    p++
    if (load<u8>(p) === 0x2b || load<u8>(p) === MINUS) p++
    return skipDigits()
  }
  return true
}

function skipDigits(): bool {
  const start = p
  while (isDigit(load<u8>(p))) p++
  return p > start
}

/** `true`, `false` or `null`. */
function skipWord(): bool {
  const word = load<u32>(p)
  if (word === 0x65757274 || word === 0x6c6c756e) p += 4
  else if (word === 0x736c6166 && load<u8>(p + 4) === 0x65) p += 5
  else return false
  return true
}

@inline
function isDigit(byte: u8): bool {
  return byte - 0x30 < 10
}

@inline
function isHex(byte: u8): bool {
  return isDigit(byte) || (byte | 0x20) - 0x61 < 6
}

/** Whether the bytes at two addresses are the same. Most differ in the first eight. */
@inline
function isAt(at: usize, text: usize, length: u32): bool {
  let i: u32 = 0
  for (; i + 8 <= length; i += 8) if (load<u64>(at + i) !== load<u64>(text + i)) return false
  for (; i < length; i++) if (load<u8>(at + i) !== load<u8>(text + i)) return false
  return true
}

// ------------------------------------------------------------------------------------------------------ writing

function runSteps(program: Program): bool {
  let opened: usize = OPENED
  const count = program.stepCount
  for (let i: u32 = 0; i < count; i++) {
    const step = changetype<Step>(<usize>program.stepsAt + <usize>i * offsetof<Step>())
    const value = valueOf(step.number)
    switch (step.kind) {
      case TEXT:
        if (!write(step.textAt, step.textLength)) return false
        break
      case MEMBER:
        if (value.at !== 0) {
          if (!writeKey(step) || !write(value.at, value.end - value.at)) return false
          i += step.extra
        }
        break
      case OPEN:
        store<u32>(opened, <u32>o)
        if (!writeKey(step)) return false
        store<u8>(o++, OPEN_BRACE)
        store<u32>(opened, <u32>o, 4)
        opened += 8
        break
      case CLOSE:
        opened -= 8
        if (o === <usize>load<u32>(opened, 4)) o = <usize>load<u32>(opened)
        else store<u8>(o++, CLOSE_BRACE)
        break
      case TIME:
        if (!writeTime(value)) return false
        break
      case ABSENT:
        if (value.at !== 0) return false
        break
      case ID:
        if (!writeId(step, value)) return false
        break
      case NEED_ID:
        if (!hasId) return false
        break
      case BARE_ID:
        if (!isBareId(value, step.extra) || !writeBare(value)) return false
        break
      case BARE_NAME:
        if (!isBareName(value) || !writeBare(value)) return false
        break
      case OBJECT:
        if (value.at !== 0 && load<u8>(value.at) !== OPEN_BRACE) return false
        break
      case MEMBERS:
        if (!writeMembers(step, value)) return false
        break
      default:
        return false
    }
  }
  return o <= limit
}

/** False if it would lead beyond the limit: such an event is to be made smaller. */
function write(at: usize, length: usize): bool {
  if (o + length > limit) return false
  for (let i: usize = 0; i < length; i += 16) v128.store(o + i, v128.load(at + i))
  o += length
  return true
}

function writeKey(step: Step): bool {
  const first: u32 = load<u8>(o - 1) === OPEN_BRACE ? 1 : 0
  return write(step.textAt + first, step.textLength - first)
}

/** An empty id is none; one that is no string is for the host. */
function writeId(step: Step, value: Value): bool {
  if (value.at === 0) return true
  if (load<u8>(value.at) !== QUOTE) return false
  if (value.end - value.at === 2) return true
  hasId = true
  return writeKey(step) && write(value.at, value.end - value.at)
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

function writeBare(value: Value): bool {
  return write(value.at + 1, value.end - value.at - 2)
}

function writeMembers(step: Step, value: Value): bool {
  if (value.at === 0) return true
  if (load<u8>(value.at) !== OPEN_BRACE || !hasPlainNames(step, value)) return false
  const length = value.end - value.at - 2
  if (length === 0) return true
  if (load<u8>(o - 1) !== OPEN_BRACE) store<u8>(o++, COMMA)
  return write(value.at + 1, length)
}

/** Whether no name of an object, which was walked before, is escaped, reserved or there twice. */
function hasPlainNames(step: Step, value: Value): bool {
  const end = p
  p = value.at + 1
  let isPlain = true
  for (let count = 0; p < value.end - 1 && isPlain; count++) {
    const at = p
    skipString()
    isPlain = count < MAX_MEMBERS && isPlainName(step, at, p, count)
    p++
    skipValue(0)
    p++
  }
  p = end
  return isPlain
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
function writeTime(value: Value): bool {
  const seconds = secondsOf(value)
  if (seconds <= 0 || seconds >= YEAR_10000 || o + 24 > limit) return false
  writeDate(<i32>(seconds / SECONDS_A_DAY))
  const second = <i32>(seconds % SECONDS_A_DAY)
  store<u8>(o++, 0x54)
  writeDigits(second / 3600, 2)
  store<u8>(o++, 0x3a)
  writeDigits((second / 60) % 60, 2)
  store<u8>(o++, 0x3a)
  writeDigits(second % 60, 2)
  store<u32>(o, 0x3030302e) // .000
  store<u8>(o + 4, 0x5a)
  o += 5
  return true
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
function writeDate(days: i32): void {
  const day = days + 719_468
  const era = day / 146_097
  const dayOfEra = day % 146_097
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  const month = (5 * dayOfYear + 2) / 153
  const isLate = month >= 10
  writeDigits(yearOfEra + era * 400 + (isLate ? 1 : 0), 4)
  store<u8>(o++, MINUS)
  writeDigits(isLate ? month - 9 : month + 3, 2)
  store<u8>(o++, MINUS)
  writeDigits(dayOfYear - (153 * month + 2) / 5 + 1, 2)
}

function writeDigits(value: i32, count: usize): void {
  let rest = value
  for (let i = count; i > 0; i--) {
    store<u8>(o + i - 1, 0x30 + <u8>(rest % 10))
    rest /= 10
  }
  o += count
}

// ------------------------------------------------------------------------------------------------------- tables

@inline
function memberOf(program: Program, index: i32): Member {
  return changetype<Member>(<usize>program.membersAt + <usize>index * offsetof<Member>())
}

@inline
function valueOf(number: u32): Value {
  return changetype<Value>(values + <usize>number * offsetof<Value>())
}
