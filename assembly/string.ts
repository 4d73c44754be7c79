/** Text to a JSON string: escaped as JSON.stringify escapes, invalid UTF-8 replaced as a TextDecoder replaces it. */
import { bytesBefore, escapedBytes, firstBytes, isBeyondAscii, specialBytes } from './characters'
import { characterBytes, hasFaults } from './utf8'

/**
 * Writes the text between `from` and `end`, without quotes, to `to`; gives where it ends. 0 if it would end behind
 * `limit`. Behind both there must be room for 16 bytes. Most text holds nothing special, and is copied in place.
 */
@inline
export function copyText(from: usize, end: usize, to: usize, limit: usize): usize {
  if (to + (end - from) > limit) return 0
  while (from < end) {
    const block = v128.load(from)
    v128.store(to, block)
    if ((specialBytes(block) & bitsBefore(end, from)) !== 0) return copySpecialText(from, end, to, limit)
    from += 16
    to += 16
  }
  // Steps may have gone too far.
  return to - (from - end)
}

/** A bit for each of the 16 bytes at `from` that lies before `end`. */
@inline
function bitsBefore(end: usize, from: usize): u32 {
  const rest = end - from
  return rest < 16 ? (1 << <u32>rest) - 1 : 0xffff
}

/** The same for text that does hold special characters: in steps as large, as long as it is UTF-8. */
function copySpecialText(from: usize, end: usize, to: usize, limit: usize): usize {
  const textAt = from
  const outAt = to
  let before = i64x2.splat(0)
  while (from < end) {
    const block = v128.load(from)
    v128.store(to, block)
    const escapes = escapedBytes(block) & bitsBefore(end, from)
    const plain = bytesBefore(escapes)
    if (isBeyondAscii(v128.or(before, block))) {
      const text = firstBytes(block, min(plain, end - from))
      if (hasFaults(before, text)) return copyBrokenText(textAt, end, outAt, limit)
      before = text
    }
    // A branch, so that the next step need not wait for what this one finds.
    if (escapes === 0) {
      from += 16
      to += 16
      continue
    }
    to = escaped(load<u8>(from + plain), to + plain)
    from += plain + 1
    // An escape takes up to six bytes for one.
    if (to + (end - from) > limit) return 0
  }
  if (hasFaults(before, i64x2.splat(0))) return copyBrokenText(textAt, end, outAt, limit)
  // Steps may have gone too far.
  return to - (from - end)
}

/** The same byte by byte, for text that is not UTF-8. */
function copyBrokenText(from: usize, end: usize, to: usize, limit: usize): usize {
  while (from < end) {
    const byte = load<u8>(from)
    if (byte >= 0x80) {
      const bytes = characterBytes(from, end)
      // U+FFFD stands for what is broken.
      store<u32>(to, bytes > 0 ? load<u32>(from) : 0x00bdbfef)
      to += bytes > 0 ? bytes : 3
      from += bytes > 0 ? bytes : -bytes
    } else {
      from++
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) to = escaped(byte, to)
      else store<u8>(to++, byte)
    }
    if (to + (end - from) > limit) return 0
  }
  return to
}

/** The letters behind the backslash for the bytes 0x08 to 0x0d, 0 where there is none. */
const LETTERS: usize = memory.data<u8>([0x62, 0x74, 0x6e, 0, 0x66, 0x72])

/** Writes the escape of a byte; gives where it ends. */
@inline
function escaped(byte: u8, to: usize): usize {
  store<u8>(to, 0x5c)
  const letter = letterFor(byte)
  if (letter !== 0) {
    store<u8>(to, letter, 1)
    return to + 2
  }
  store<u32>(to, 0x30303075, 1) // u000
  store<u8>(to, 0x30 + (byte >> 4), 4)
  store<u8>(to, hex(byte & 15), 5)
  return to + 6
}

@inline
function letterFor(byte: u8): u8 {
  if (byte === 0x22 || byte === 0x5c) return byte
  return byte >= 0x08 && byte <= 0x0d ? load<u8>(LETTERS + byte - 0x08) : 0
}

@inline
function hex(digit: u8): u8 {
  return digit < 10 ? 0x30 + digit : 0x57 + digit
}
