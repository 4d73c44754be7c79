/** UTF-8, as a TextDecoder takes it: https://encoding.spec.whatwg.org/#utf-8-decoder (read 2026-11). */

/**
 * How many bytes the character at `at` takes, whose first byte is 0x80 or above. Negative: it is broken off after so
 * many bytes, and is to be replaced by U+FFFD.
 */
export function characterBytes(at: usize, end: usize): isize {
  const lead = load<u8>(at)
  if (lead < 0xc2 || lead > 0xf4) return -1
  const needed: isize = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  let lower: u8 = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  let upper: u8 = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  for (let seen: isize = 1; seen < needed; seen++) {
    const next = load<u8>(at + seen)
    if (at + seen >= end || next < lower || next > upper) return -seen
    lower = 0x80
    upper = 0xbf
  }
  return needed
}

// What may be wrong with two bytes that follow each other, a bit each.
const TOO_SHORT: i8 = 1 // a character goes on, and its next byte begins another one
const TOO_LONG: i8 = 2 // the opposite
const OVERLONG_3: i8 = 4 // a shorter form would do, of two, three or four bytes
const TOO_LARGE: i8 = 8 // above U+10FFFF
const SURROGATE: i8 = 16
const OVERLONG_2: i8 = 32
const OVERLONG_4: i8 = 64
const TOO_LARGE_1000: i8 = 64 // no lead byte: 0xf5 and above
const TWO_MORE: i8 = -128 // both go on with a character, which is right for its third and fourth byte only
/** Of these, the lower half of a byte tells nothing. */
const CARRY: i8 = TOO_SHORT | TOO_LONG | TWO_MORE

/**
 * Whether the bytes of `block`, which follow those of `before`, are no UTF-8. A character that `block` breaks off shows in
 * the next block, which may be zeros.
 *
 * Source: J. Keiser and D. Lemire, Validating UTF-8 in less than one instruction per byte, 2020, section 6
 * (https://arxiv.org/abs/2010.03090, read 2026-11): three tables tell by half bytes what may be wrong with two bytes, and
 * what all of them say is wrong.
 */
@inline
export function hasFaults(before: v128, block: v128): bool {
  const first = i8x16.shuffle(before, block, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
  const second = i8x16.shuffle(before, block, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
  const third = i8x16.shuffle(before, block, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28)
  const pairs = v128.and(v128.and(byFirstHigh(first), byFirstLow(first)), bySecondHigh(block))
  // The third and fourth byte of a character: so many bytes after its lead, which is 0xe0 or 0xf0 at least.
  const more = v128.or(i8x16.sub_sat_u(second, i8x16.splat(0x60)), i8x16.sub_sat_u(third, i8x16.splat(0x70)))
  return v128.any_true(v128.xor(v128.and(more, i8x16.splat(TWO_MORE)), pairs))
}

@inline
function byFirstHigh(bytes: v128): v128 {
  const c: i8 = TOO_SHORT | OVERLONG_2
  const e: i8 = TOO_SHORT | OVERLONG_3 | SURROGATE
  const f: i8 = TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4
  const l = TOO_LONG
  const t = TWO_MORE
  return i8x16.swizzle(i8x16(l, l, l, l, l, l, l, l, t, t, t, t, c, TOO_SHORT, e, f), i8x16.shr_u(bytes, 4))
}

@inline
function byFirstLow(bytes: v128): v128 {
  const zero: i8 = CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4
  const one: i8 = CARRY | OVERLONG_2
  const four: i8 = CARRY | TOO_LARGE
  const m: i8 = CARRY | TOO_LARGE | TOO_LARGE_1000
  const d: i8 = m | SURROGATE
  const table = i8x16(zero, one, CARRY, CARRY, four, m, m, m, m, m, m, m, m, d, m, m)
  return i8x16.swizzle(table, v128.and(bytes, i8x16.splat(0x0f)))
}

@inline
function bySecondHigh(bytes: v128): v128 {
  const any: i8 = TOO_LONG | OVERLONG_2 | TWO_MORE
  const eight: i8 = any | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4
  const nine: i8 = any | OVERLONG_3 | TOO_LARGE
  const ab: i8 = any | SURROGATE | TOO_LARGE
  const s = TOO_SHORT
  return i8x16.swizzle(i8x16(s, s, s, s, s, s, s, s, eight, nine, ab, ab, s, s, s, s), i8x16.shr_u(bytes, 4))
}
