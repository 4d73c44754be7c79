/**
 * Copies JSON text without the whitespace between its tokens, and checks it on the way (RFC 8259). What it does not
 * accept may still be JSON to the host, which then decides: text nested too deeply, or not in valid UTF-8.
 */
import { bytesBefore, escapedBytes, firstBytes, isBeyondAscii, isDigit, isHexDigit, isShortEscape } from './characters'
import { hasFaults } from './utf8'

/** Objects and arrays within each other, at most: they are walked by recursion. */
const DEEPEST: i32 = 64

/** Where reading and writing stand. */
let at: usize = 0
let end: usize = 0
let out: usize = 0

/**
 * Copies the object that the text at `from` holds to `to`, where its length and 16 bytes are free; gives the length of
 * the copy, 0 if the text is not accepted.
 */
export function copyObject(from: usize, length: usize, to: usize): usize {
  at = from
  end = from + length
  out = to
  const isObject = next() === 0x7b && object(1)
  return isObject && next() === 0 && at >= end ? out - to : 0
}

/** The next byte behind whitespace, which stays to be taken; 0 at the end. */
@inline
function next(): u8 {
  while (at < end && isSpace(load<u8>(at))) at++
  return peek()
}

@inline
function peek(): u8 {
  return at < end ? load<u8>(at) : 0
}

@inline
function isSpace(byte: u8): bool {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Takes and copies a byte. */
@inline
function copy(byte: u8): void {
  store<u8>(out++, byte)
  at++
}

/** Takes a byte if it comes next. */
@inline
function take(byte: u8): bool {
  if (peek() !== byte) return false
  copy(byte)
  return true
}

// Each of the following takes and copies what it is named after, and gives false where that is not what comes.

function value(depth: i32): bool {
  switch (next()) {
    case 0x22:
      return string()
    case 0x7b:
      return depth < DEEPEST && object(depth + 1)
    case 0x5b:
      return depth < DEEPEST && array(depth + 1)
    case 0x74:
      return word(0x65757274) // true
    case 0x66:
      copy(0x66)
      return word(0x65736c61) // alse
    case 0x6e:
      return word(0x6c6c756e) // null
    default:
      return number()
  }
}

function object(depth: i32): bool {
  copy(0x7b)
  if (next() !== 0x7d) {
    do {
      if (next() !== 0x22 || !string() || next() !== 0x3a) return false
      copy(0x3a)
      if (!value(depth)) return false
      next()
    } while (take(0x2c))
  }
  return take(0x7d)
}

function array(depth: i32): bool {
  copy(0x5b)
  if (next() !== 0x5d) {
    do {
      if (!value(depth)) return false
      next()
    } while (take(0x2c))
  }
  return take(0x5d)
}

/** Four letters, as a little-endian number. */
function word(letters: u32): bool {
  if (at + 4 > end || load<u32>(at) !== letters) return false
  store<u32>(out, letters)
  at += 4
  out += 4
  return true
}

function number(): bool {
  take(0x2d)
  if (!take(0x30) && !digits()) return false
  if (take(0x2e) && !digits()) return false
  if (take(0x65) || take(0x45)) {
    if (!take(0x2b)) take(0x2d)
    return digits()
  }
  return true
}

/** At least one. */
function digits(): bool {
  const first = at
  for (let byte = peek(); isDigit(byte); byte = peek()) copy(byte)
  return at > first
}

/** Copies 16 bytes at a time, up to the next one that needs a look. */
function string(): bool {
  copy(0x22)
  let from = at
  let to = out
  let before = i64x2.splat(0)
  while (from < end) {
    const block = v128.load(from)
    v128.store(to, block)
    const escapes = escapedBytes(block)
    const plain = bytesBefore(escapes)
    if (isBeyondAscii(v128.or(before, block))) {
      const text = firstBytes(block, plain)
      if (hasFaults(before, text)) return false
      before = text
    }
    // A branch, so that the next step need not wait for what this one finds.
    if (escapes === 0) {
      from += 16
      to += 16
      continue
    }
    at = from + plain
    out = to + plain
    if (take(0x22)) return true
    // Control characters may not be in a string.
    if (!take(0x5c) || !escape()) return false
    from = at
    to = out
  }
  return false
}

/** What comes behind a backslash. */
function escape(): bool {
  const byte = peek()
  if (byte !== 0x75 && !isShortEscape(byte)) return false
  copy(byte)
  return byte !== 0x75 || (hexDigit() && hexDigit() && hexDigit() && hexDigit())
}

function hexDigit(): bool {
  if (!isHexDigit(peek())) return false
  copy(peek())
  return true
}
