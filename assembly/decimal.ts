/** Floats of 32 bits as JSON, by the shortest decimal that rounds to them: 3.14, not 3.140000104904175. */

/** Below, JavaScript writes some numbers with an exponent; above, not every whole number is a float. */
const SMALLEST: f64 = 0.001
const LARGEST: f64 = 8_388_608
/** Any float is told from its neighbours by nine digits. A float times this power of ten is exact: 24 and 26 bits. */
const MOST_DECIMALS: i32 = 11

/**
 * Writes a float of a usual size; gives where it ends, 0 for all others, which are left to the host. Fewer decimals are
 * tried first, and of so many the nearest. (At a power of two the next float below is nearer than the one above, and what
 * is nearest may be too low where what is farther would do; at none of a usual size is it.)
 */
export function writeDecimal(value: f32, to: usize): usize {
  const size = abs(value)
  if (!(<f64>size >= SMALLEST && <f64>size < LARGEST)) return 0
  let scale: f64 = 1
  for (let decimals: i32 = 0; decimals <= MOST_DECIMALS; decimals++) {
    const digits = nearest(<f64>size * scale)
    if (<f32>(digits / scale) === size) {
      if (value < 0) store<u8>(to++, 0x2d)
      return writeDigits(<u32>digits, decimals, to)
    }
    scale *= 10
  }
  return 0
}

/** The nearest whole number; of two the larger one. */
@inline
function nearest(n: f64): f64 {
  const whole = floor(n)
  return n - whole >= 0.5 ? whole + 1 : whole
}

/** Writes digits, the last `decimals` of them behind a point, and a zero if none would stand before it. */
function writeDigits(digits: u32, decimals: i32, to: usize): usize {
  let count: i32 = 1
  for (let power: u32 = 10; count <= decimals || (count < 10 && digits >= power); power *= 10) count++
  const end = to + count + (decimals > 0 ? 1 : 0)
  let at = end
  for (let i = 0; i < count; i++) {
    if (i > 0 && i === decimals) store<u8>(--at, 0x2e)
    store<u8>(--at, 0x30 + <u8>(digits % 10))
    digits /= 10
  }
  return end
}
