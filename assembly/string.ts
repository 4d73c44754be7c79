/** Text to a JSON string: escaped as JSON.stringify escapes, invalid UTF-8 replaced as a TextDecoder replaces it. */
import { specialBytes } from './characters'
import { characterBytes } from './utf8'

/** Where reading and writing stand behind a character that is not copied as it is. */
let p: usize = 0
let o: usize = 0

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
    if (specialsBefore(end, from, block) !== 0) return copySpecialText(from, end, to, limit)
    from += 16
    to += 16
  }
  // Steps may have gone too far.
  return to - (from - end)
}

/** A bit for each special byte of the block at `from` that lies before `end`. */
@inline
function specialsBefore(end: usize, from: usize, block: v128): u32 {
  const rest = end - from
  return specialBytes(block) & (rest < 16 ? (1 << <u32>rest) - 1 : 0xffff)
}

/** The same for text that does hold special characters. */
function copySpecialText(from: usize, end: usize, to: usize, limit: usize): usize {
  while (from < end) {
    const block = v128.load(from)
    v128.store(to, block)
    const special = specialsBefore(end, from, block)
    // A branch, so that the next step need not wait for what this one finds.
    if (special === 0) {
      from += 16
      to += 16
      continue
    }
    const plain = <usize>ctz(special)
    character(from + plain, end, to + plain)
    from = p
    to = o
    // An escape takes up to six bytes for one.
    if (to + (end - from) > limit) return 0
  }
  // Steps may have gone too far.
  return to - (from - end)
}

/** The special characters up to the next plain one. */
function character(from: usize, end: usize, to: usize): void {
  p = from
  o = to
  const byte = load<u8>(p)
  if (byte >= 0x80) multibyte(end)
  else {
    p++
    escaped(byte)
  }
}

/** The letters behind the backslash for the bytes 0x08 to 0x0d, 0 where there is none. */
const LETTERS: usize = memory.data<u8>([0x62, 0x74, 0x6e, 0, 0x66, 0x72])

function escaped(byte: u8): void {
  store<u8>(o++, 0x5c)
  const letter = letterFor(byte)
  if (letter !== 0) store<u8>(o++, letter)
  else {
    store<u32>(o, 0x30303075) // u000
    store<u8>(o + 3, 0x30 + (byte >> 4))
    store<u8>(o + 4, hex(byte & 15))
    o += 5
  }
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

/** The bytes of one UTF-8 character, or U+FFFD for the longest start of one that is broken off. */
function multibyte(end: usize): void {
  const bytes = characterBytes(p, end)
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
