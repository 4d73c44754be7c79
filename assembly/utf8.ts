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
