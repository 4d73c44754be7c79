/**
 * Avro records to RECORD lines, byte for byte: AssemblyScript (TypeScript syntax), compiled to WebAssembly by
 * `npm run generate`. Nothing is decoded: a table of operations, one a field, is walked over the bytes of a block, keys
 * come as ready text, strings are copied 16 bytes at a time up to the next byte that JSON writes differently.
 *
 * The host lays out the memory and fills the table; src/source/decode/transcoder.ts is the only host. All positions are
 * addresses in the one linear memory. Input may be read up to 16 bytes past its end, so the host keeps that much free.
 */
import { copyObject } from './json'
import { isNewId } from './recent-ids'
import { characterBytes } from './utf8'

export { forgetIds, isNewId } from './recent-ids'

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

/** An operation is five 32-bit numbers: kind, branch, key, key length, flags. */
const OP_BYTES: usize = 20
/** `branch`: the index of null in a union of two, or this for a field that is no union. */
const NO_UNION: u32 = 2
/** The event's id: its line is left out if the id was seen lately. The host may keep that memory itself. */
const FLAG_ID: u32 = 1
const FLAG_DROP: u32 = 2
const FLAG_ASK_HOST: u32 = 4

const COMMA: u8 = 0x2c

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
/** 1 for an id that was not seen lately. */
declare function isNew(id: usize, length: i32): i32

// What the last call did, for the host to read.
export let inputAt: usize = 0
export let outputAt: usize = 0
export let recordsDone: i32 = 0
export let linesDone: i32 = 0
export let duplicatesDone: i32 = 0
export let unparsedDone: i32 = 0

/** Where reading and writing stand. Globals, because AssemblyScript returns one value only. */
let p: usize = 0
let end: usize = 0
let o: usize = 0
let limit: usize = 0
let full: bool = false
let corrupt: bool = false
/** Where the record's id lies, 0 without one. */
let idAt: usize = 0
let idFlags: u32 = 0
let unparsed: i32 = 0

/**
 * Transcodes up to `count` records from `input` to lines at `output`. Each line is the head, the members, the tail; the
 * first `skip` records, and those whose id is not new, give none. Stops before a record that does not fit, so that the
 * host can empty the output and call again with what is left.
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
  linesDone = 0
  duplicatesDone = 0
  unparsedDone = 0
  const opsEnd = ops + <usize>opCount * OP_BYTES
  while (recordsDone < count) {
    const recordAt = p
    const lineAt = o
    const any = record(ops, opsEnd, head, headLength, tail, tailLength)
    if (corrupt || p > end) return stop(recordAt, lineAt, CORRUPT)
    if (full) return stop(recordAt, lineAt, OUTPUT_FULL)
    recordsDone++
    // Asked only now: a record that is gone through a second time must not be its own duplicate.
    const fresh = idAt === 0 || newId()
    if (any && fresh && recordsDone > skip) {
      linesDone++
      unparsedDone += unparsed
    } else {
      o = lineAt
      if (!fresh && recordsDone > skip) duplicatesDone++
    }
  }
  return stop(p, o, DONE)
}

function stop(input: usize, output: usize, status: i32): i32 {
  inputAt = input
  outputAt = output
  return status
}

/** Writes one line; false if its object would be empty. */
function record(ops: usize, opsEnd: usize, head: usize, headLength: i32, tail: usize, tailLength: i32): bool {
  idAt = 0
  unparsed = 0
  if (!text(head, headLength)) return true
  const data = o
  for (let op = ops; op < opsEnd && !full && !corrupt; op += OP_BYTES) {
    if (isNull(load<u32>(op, 4))) continue
    const fieldAt = o
    const valueAt = p
    const flags = load<u32>(op, 16)
    if (!text(load<u32>(op, 8), load<u32>(op, 12))) return true
    if (!value(load<u32>(op)) || flags & FLAG_DROP) o = fieldAt
    if (flags & FLAG_ID) {
      idAt = valueAt
      idFlags = flags
    }
  }
  if (full || corrupt) return true
  // Every member brings a comma, and the first one becomes the brace. A tail that starts with one has a member.
  const any = o > data || load<u8>(tail) === COMMA
  if (text(tail, tailLength)) store<u8>(data, 0x7b)
  return any
}

/** Reads the branch of a union of two, or nothing for a field that is no union. */
@inline
function isNull(branch: u32): bool {
  if (branch === NO_UNION) return false
  const index = long()
  if (index === <i64>branch) return true
  if (index !== 1 - <i64>branch) corrupt = true
  return corrupt
}

function newId(): bool {
  const after = p
  p = idAt
  const length = <i32>long()
  const fresh = idFlags & FLAG_ASK_HOST ? isNew(p, length) !== 0 : isNewId(p, length)
  p = after
  return fresh
}

/** Copies ready text in steps of 16 bytes; what it writes too much is written over next. */
@inline
function text(from: usize, length: i32): bool {
  if (o + <usize>length + 16 > limit) {
    full = true
    return false
  }
  for (let i: usize = 0; i < <usize>length; i += 16) v128.store(o + i, v128.load(from + i))
  o += length
  return true
}

/** Writes one value; false if it is to be left out. */
function value(kind: u32): bool {
  switch (kind) {
    case STRING:
      return string()
    case LONG:
      return integer(long())
    case FLOAT: {
      const f = load<f32>(p)
      p += 4
      return number(<f64>f, 32)
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
  let byte = <u64>load<u8>(p++)
  let n = byte & 0x7f
  for (let shift: u64 = 7; byte & 0x80; shift += 7) {
    if (shift > 63) {
      corrupt = true
      return 0
    }
    byte = <u64>load<u8>(p++)
    n |= (byte & 0x7f) << shift
    if (shift === 63 && byte > 1) corrupt = true
  }
  return <i64>(n >> 1) ^ -(<i64>(n & 1))
}

function room(bytes: usize): bool {
  if (o + bytes + 16 > limit) full = true
  return !full
}

function boolean(): bool {
  if (!room(5)) return true
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
  if (!room(20)) return true
  let rest = <u64>n
  if (n < 0) {
    store<u8>(o++, 0x2d)
    rest = 0 - rest
  }
  let digits: i32 = 1
  for (let power: u64 = 10; digits < 20 && rest >= power; power *= 10) digits++
  let last = o + digits
  // Numbers of 32 bits, as almost all are, are divided by much faster.
  for (; rest > u32.MAX_VALUE; rest /= 10) store<u8>(--last, <u8>(0x30 + (rest % 10)))
  for (let few = <u32>rest; last > o; few /= 10) store<u8>(--last, <u8>(0x30 + (few % 10)))
  o += digits
  return true
}

function number(n: f64, bits: i32): bool {
  if (p > end) corrupt = true
  if (corrupt || !room(32)) return true
  const length = writeNumber(n, bits, o)
  o += length
  return length > 0
}

/** The length of a string or of bytes, checked against what is left. */
@inline
function lengthOf(): i64 {
  const length = long()
  if (length < 0 || length > <i64>end - <i64>p) {
    corrupt = true
    return 0
  }
  return length
}

function json(): bool {
  const length = <usize>lengthOf()
  if (corrupt || !room(length)) return true
  const copied = copyObject(p, length, o)
  if (copied > 0) o += copied
  else jsonByHost(length)
  p += length
  return true
}

function jsonByHost(length: usize): void {
  const written = writeJson(p, <i32>length, o, <i32>(limit - o) - 16)
  if (written < 0) full = true
  else {
    o += written & ~UNPARSED
    if (written & UNPARSED) unparsed++
  }
}

function strings(nullable: bool): bool {
  if (!room(2)) return true
  store<u8>(o++, 0x5b)
  const first = o
  for (let count = long(); count !== 0 && !corrupt && !full; count = long()) {
    if (count < 0) {
      count = -count
      long()
    }
    for (; count > 0 && !corrupt && !full; count--) {
      if (p >= end || !room(8)) {
        corrupt = corrupt || p >= end
        break
      }
      if (o !== first) store<u8>(o++, 0x2c)
      item(nullable)
    }
  }
  if (!room(2)) return true
  store<u8>(o++, 0x5d)
  return true
}

function item(nullable: bool): void {
  const index = nullable ? long() : 1
  if (index === 1) string()
  else if (index === 0) {
    store<u32>(o, 0x6c6c756e) // null
    o += 4
  } else corrupt = true
}

/** A string: copied, escaped as JSON.stringify escapes, invalid UTF-8 replaced as a TextDecoder replaces it. */
function string(): bool {
  const length = <usize>lengthOf()
  if (corrupt || !room(length + 2)) return true
  const stringEnd = p + length
  store<u8>(o++, 0x22)
  while (p < stringEnd) {
    const block = v128.load(p)
    v128.store(o, block)
    const special = v128.or(
      v128.or(i8x16.lt_s(block, i8x16.splat(0x20)), i8x16.eq(block, i8x16.splat(0x22))),
      i8x16.eq(block, i8x16.splat(0x5c)),
    )
    const mask = i8x16.bitmask(special)
    const plain = <usize>(mask ? ctz(mask) : <i32>16)
    const step = min(plain, stringEnd - p)
    p += step
    o += step
    if (step < 16 && p < stringEnd) {
      character(stringEnd)
      // An escape takes up to six bytes for one.
      if (o + (stringEnd - p) + 32 > limit) {
        full = true
        p = stringEnd
        return true
      }
    }
  }
  store<u8>(o++, 0x22)
  return true
}

/** One character that is not copied as it is. Bytes from 0x80 are negative as signed ones, so they come here too. */
function character(stringEnd: usize): void {
  const byte = load<u8>(p)
  if (byte >= 0x80) multibyte(stringEnd)
  else {
    p++
    escaped(byte)
  }
}

function escaped(byte: u8): void {
  store<u8>(o++, 0x5c)
  switch (byte) {
    case 0x22:
    case 0x5c:
      store<u8>(o++, byte)
      return
    case 0x08:
      store<u8>(o++, 0x62)
      return
    case 0x09:
      store<u8>(o++, 0x74)
      return
    case 0x0a:
      store<u8>(o++, 0x6e)
      return
    case 0x0c:
      store<u8>(o++, 0x66)
      return
    case 0x0d:
      store<u8>(o++, 0x72)
      return
    default:
      store<u32>(o, 0x30303075) // u000
      store<u8>(o + 3, 0x30 + (byte >> 4))
      store<u8>(o + 4, hex(byte & 15))
      o += 5
  }
}

@inline
function hex(digit: u8): u8 {
  return digit < 10 ? 0x30 + digit : 0x57 + digit
}

/** The bytes of one UTF-8 character, or U+FFFD for the longest start of one that is broken off. */
function multibyte(stringEnd: usize): void {
  const bytes = characterBytes(p, stringEnd)
  if (bytes > 0) {
    store<u32>(o, load<u32>(p))
    o += bytes
    p += bytes
  } else {
    store<u32>(o, 0x00bdbfef) // U+FFFD
    o += 3
    p -= bytes
  }
}
