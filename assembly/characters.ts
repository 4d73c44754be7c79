/** What JSON and UTF-8 make of single bytes. */

/** A bit for each of 16 bytes that stands in no JSON string as it is: quotes, backslashes, control characters. */
@inline
export function escapedBytes(block: v128): u32 {
  const control = i8x16.lt_u(block, i8x16.splat(0x20))
  return i8x16.bitmask(v128.or(control, quotesAndBackslashes(block)))
}

/** The same, and all bytes from 0x80 on, which may be no UTF-8: as signed numbers they are below zero. */
@inline
export function specialBytes(block: v128): u32 {
  const controlOrHigh = i8x16.lt_s(block, i8x16.splat(0x20))
  return i8x16.bitmask(v128.or(controlOrHigh, quotesAndBackslashes(block)))
}

@inline
function quotesAndBackslashes(block: v128): v128 {
  return v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c)))
}

/** How many of 16 bytes come before the first that has its bit. */
@inline
export function bytesBefore(bits: u32): usize {
  return ctz(bits | 0x1_0000)
}

@inline
export function isBeyondAscii(block: v128): bool {
  return i8x16.bitmask(block) !== 0
}

/** Sixteen bytes that count, then as many that do not. */
const COUNTED: usize = memory.data<u64>([-1, -1, 0, 0])

/** A block with zeros for all but the first `count` bytes. */
@inline
export function firstBytes(block: v128, count: usize): v128 {
  return count < 16 ? v128.and(block, v128.load(COUNTED + 16 - count)) : block
}

@inline
export function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39
}

@inline
export function isHexDigit(byte: u8): bool {
  const letter = byte | 0x20
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66)
}

/** Whether the byte makes an escape of two characters behind a backslash: one of `"\/bfnrt`. */
export function isShortEscape(byte: u8): bool {
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
    default:
      return false
  }
}
