/**
 * Avro records to RECORD lines, byte for byte: AssemblyScript (TypeScript syntax), compiled to WebAssembly by
 * `npm run generate`. Nothing is decoded: a table of operations, one a field, is walked over the bytes of a block, keys
 * come as ready text, strings are copied 16 bytes at a time up to the next byte that JSON writes differently.
 *
 * The host lays out the memory and fills the table; src/source/decode/transcoder.ts is the only host. All positions are
 * addresses in the one linear memory. A record that is cut off is read up to 32 bytes a field past the end of the input,
 * and 16 more, so the host keeps that much free.
 */
import { writeDecimal } from './decimal'
import { copyObject } from './json'
import { isNewId } from './recent-ids'
import { copyText } from './string'
import { addLine, addWaiting, beginLines, settle } from './waiting-lines'

export { forgetIds, isNewId } from './recent-ids'
export { duplicatesDone, linesDone, unparsedDone } from './waiting-lines'

/** Kinds of operation. Each handles one field of the schema. */
const STRING: u32 = 0
const LONG: u32 = 1
const FLOAT: u32 = 2
const DOUBLE: u32 = 3
const BOOLEAN: u32 = 4
const STRINGS: u32 = 5
/** An array whose items are `["null", "string"]`. */
const NULLABLE_STRINGS: u32 = 6
/** A string that holds a JSON object. */
const JSON_STRING: u32 = 7
const NULL: u32 = 8

/** An operation, as the host lays it out. */
@unmanaged
class Operation {
  kind: u32
  /** The index of null in a union of two, or NO_UNION for a field that is no union. */
  branch: u32
  /** The member's name as JSON with what stands around it, and how long it is in bytes. */
  key: usize
  keyLength: u32
  flags: u32
}

const NO_UNION: u32 = 2
/** The event's id: its line is left out if the id was seen lately. */
const FLAG_ID: u32 = 1
const FLAG_DROP: u32 = 2

const COMMA: u8 = 0x2c
const QUOTE: u8 = 0x22

/** How a call of `transcode` ended. */
const DONE: i32 = 0
const OUTPUT_FULL: i32 = 1
const CORRUPT: i32 = 2

const UNPARSED: i32 = 0x40000000

/** The shortest text of a float (`bits` 32) or double (64) at `out`; gives its length, 0 if JSON has no such number. */
declare function writeNumber(value: f64, bits: i32, out: usize): i32
/**
 * Writes the object in the JSON text at `text`, at most `room` bytes; gives its length, or -1 if there is no room. Adds
 * UNPARSED if the text was no object. Asked only what ./json.ts does not accept.
 */
declare function writeJson(text: usize, length: i32, out: usize, room: i32): i32

// What the last call did, for the host to read.
export let inputAt: usize = 0
export let outputAt: usize = 0
export let recordsDone: i32 = 0

/** Where reading and writing stand. Globals lie in memory, so the way that most values go keeps them in locals. */
let p: usize = 0
let end: usize = 0
let o: usize = 0
let limit: usize = 0
let full: bool = false
let corrupt: bool = false
/** Where the record's id lies, 0 without one. */
let idAt: usize = 0
let idLength: i32 = 0
let unparsed: i32 = 0

/**
 * Transcodes up to `count` records from `input` to lines at `output`. Each line is the head, the members, the tail; the
 * first `skip` records, and those whose id is not new, give none. Stops before a record that does not fit, so that the
 * host can empty the output and call again with what is left.
 *
 * Where a line begins, and what may be of any length, is held against `outputEnd`. Behind it the host keeps room for all
 * else that one line may hold: head, keys, numbers, tail.
 */
export function transcode(
  ops: usize,
  opCount: i32,
  head: usize,
  headLength: i32,
  tail: usize,
  tailLength: i32,
  input: usize,
  inputEnd: usize,
  count: i32,
  skip: i32,
  output: usize,
  outputEnd: usize,
): i32 {
  p = input
  end = inputEnd
  o = output
  limit = outputEnd
  full = false
  corrupt = false
  recordsDone = 0
  beginLines()
  const opsEnd = ops + <usize>opCount * offsetof<Operation>()
  while (recordsDone < count) {
    const recordAt = p
    const lineAt = o
    if (lineAt > limit) return stop(recordAt, lineAt, OUTPUT_FULL)
    const data = text(head, headLength, lineAt)
    o = data
    members(ops, opsEnd)
    if (corrupt || p > end) return stop(recordAt, lineAt, CORRUPT)
    if (full) return stop(recordAt, lineAt, OUTPUT_FULL)
    recordsDone++
    // Every member brings a comma, and the first one becomes the brace. A tail that starts with one has a member.
    const any = o > data || load<u8>(tail) === COMMA
    o = text(tail, tailLength, o)
    store<u8>(data, 0x7b)
    if (!any || recordsDone <= skip) o = lineAt
    // Asked only now: a record that is gone through a second time must not be its own duplicate.
    if (recordsDone <= skip) {
      if (idAt !== 0) isNewId(idAt, idLength)
    } else if (idAt !== 0) {
      if (!addWaiting(idAt, idLength, unparsed, lineAt, o)) o = settle(o)
    } else if (any) addLine(unparsed)
  }
  return stop(p, o, DONE)
}

function stop(input: usize, output: usize, status: i32): i32 {
  inputAt = input
  outputAt = settle(output)
  return status
}

/** Copies ready text in steps of 16 bytes, two at least; what is too much is written over next. Gives where it ends. */
@inline
function text(from: usize, length: u32, to: usize): usize {
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 16), 16)
  for (let i: usize = 32; i < <usize>length; i += 16) v128.store(to + i, v128.load(from + i))
  return to + <usize>length
}

/** Writes the members of one record. */
function members(ops: usize, opsEnd: usize): void {
  idAt = 0
  unparsed = 0
  let from = p
  let to = o
  for (let at = ops; at < opsEnd; at += offsetof<Operation>()) {
    const op = changetype<Operation>(at)
    if (op.branch !== NO_UNION) {
      const index = short(from)
      if (index === <i32>op.branch) {
        from++
        continue
      }
      if (index === 1 - <i32>op.branch) from++
      else {
        p = from
        const isAbsent = isNull(op.branch)
        if (corrupt) return
        from = p
        if (isAbsent) continue
      }
    }
    const memberAt = to
    to = text(op.key, op.keyLength, to)
    if (op.kind === STRING) {
      let length = short(from)
      if (length >= 0 && length < <i32>(end - from)) from++
      else {
        p = from
        length = <i32>lengthOf()
        if (corrupt) return
        from = p
      }
      const textAt = from
      from += length
      if (op.flags & FLAG_ID) {
        idAt = textAt
        idLength = length
      }
      store<u8>(to, QUOTE)
      to = copyText(textAt, from, to + 1, limit)
      if (to === 0) {
        full = true
        return
      }
      store<u8>(to++, QUOTE)
    } else {
      p = from
      o = to
      const isThere = value(op.kind)
      if (corrupt || full) return
      from = p
      to = isThere ? o : memberAt
    }
    if (op.flags & FLAG_DROP) to = memberAt
  }
  p = from
  o = to
}

/** The number in the byte at `at`, -1 if it takes more bytes or is below zero: `long` without leaving the registers. */
@inline
function short(at: usize): i32 {
  const byte = <i32>load<u8>(at)
  return byte & 0x81 ? -1 : byte >> 1
}

/** Reads the branch of a union of two. */
function isNull(branch: u32): bool {
  const index = long()
  if (index !== 0 && index !== 1) corrupt = true
  return index === <i64>branch
}

/** Writes one value that is no string; false if it is to be left out. */
function value(kind: u32): bool {
  switch (kind) {
    case LONG:
      return integer(long())
    case FLOAT: {
      const f = load<f32>(p)
      p += 4
      return float(f)
    }
    case DOUBLE: {
      const d = load<f64>(p)
      p += 8
      return number(d, 64)
    }
    case BOOLEAN:
      return boolean()
    case STRINGS:
      return strings(false)
    case NULLABLE_STRINGS:
      return strings(true)
    case JSON_STRING:
      return json()
    case NULL:
      return false
    default:
      corrupt = true
      return false
  }
}

/** A zig-zag number of 64 bits: at most ten bytes. */
@inline
function long(): i64 {
  const byte = <u64>load<u8>(p)
  if (byte < 0x80) {
    p++
    return unzigzag(byte)
  }
  return longer()
}

function longer(): i64 {
  let n: u64 = 0
  let byte: u64 = 0x80
  for (let shift: u64 = 0; byte & 0x80; shift += 7) {
    if (shift > 63) {
      corrupt = true
      return 0
    }
    byte = <u64>load<u8>(p++)
    n |= (byte & 0x7f) << shift
    if (shift === 63 && byte > 1) corrupt = true
  }
  return unzigzag(n)
}

@inline
function unzigzag(n: u64): i64 {
  return <i64>(n >> 1) ^ -(<i64>(n & 1))
}

function boolean(): bool {
  if (load<u8>(p++)) {
    store<u32>(o, 0x65757274) // true
    o += 4
  } else {
    store<u32>(o, 0x736c6166) // fals
    store<u8>(o + 4, 0x65) // e
    o += 5
  }
  return true
}

function integer(n: i64): bool {
  let rest = <u64>n
  if (n < 0) {
    store<u8>(o++, 0x2d)
    rest = 0 - rest
  }
  let digits: i32 = 1
  for (let power: u64 = 10; digits < 20 && rest >= power; power *= 10) digits++
  let last = o + digits
  const first = o
  // Numbers of 32 bits, as almost all are, are divided by much faster.
  for (; rest > u32.MAX_VALUE; rest /= 10) store<u8>(--last, <u8>(0x30 + (rest % 10)))
  for (let few = <u32>rest; last > first; few /= 10) store<u8>(--last, <u8>(0x30 + (few % 10)))
  o = first + digits
  return true
}

function float(f: f32): bool {
  const after = writeDecimal(f, o)
  if (after === 0) return number(<f64>f, 32)
  o = after
  return true
}

function number(n: f64, bits: i32): bool {
  if (p > end) corrupt = true
  if (corrupt) return true
  const length = writeNumber(n, bits, o)
  o += length
  return length > 0
}

/** The length of a string or of bytes, checked against what is left. */
@inline
function lengthOf(): usize {
  const length = long()
  if (length < 0 || length > <i64>end - <i64>p) {
    corrupt = true
    return 0
  }
  return <usize>length
}

function json(): bool {
  const length = lengthOf()
  if (corrupt || !room(length)) return true
  const copied = copyObject(p, length, o)
  if (copied > 0) o += copied
  else jsonByHost(length)
  p += length
  return true
}

function jsonByHost(length: usize): void {
  const written = writeJson(p, <i32>length, o, <i32>(limit - o))
  if (written < 0) full = true
  else {
    o += written & ~UNPARSED
    if (written & UNPARSED) unparsed++
  }
}

function room(bytes: usize): bool {
  if (o + bytes > limit) full = true
  return !full
}

function strings(nullable: bool): bool {
  store<u8>(o++, 0x5b)
  const first = o
  for (let count = long(); count !== 0 && !corrupt && !full; count = long()) {
    if (count < 0) {
      count = -count
      long()
    }
    for (; count > 0 && !corrupt && !full; count--) {
      if (p >= end) corrupt = true
      else if (o !== first) store<u8>(o++, COMMA)
      item(nullable)
    }
  }
  store<u8>(o++, 0x5d)
  return true
}

function item(nullable: bool): void {
  const index = nullable ? long() : 1
  if (index === 1) string()
  else if (index === 0) {
    if (!room(4)) return
    store<u32>(o, 0x6c6c756e) // null
    o += 4
  } else corrupt = true
}

function string(): void {
  const length = lengthOf()
  if (corrupt) return
  store<u8>(o, QUOTE)
  const after = copyText(p, p + length, o + 1, limit)
  full = after === 0
  if (full) return
  store<u8>(after, QUOTE)
  o = after + 1
  p += length
}
