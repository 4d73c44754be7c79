/**
 * The order of keys in every store: by their UTF-8 bytes, which is the order of code points. JavaScript compares UTF-16
 * units instead, and so puts a character beyond U+FFFF before one from U+E000 on.
 */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Surrogates (parts of characters beyond U+FFFF) come after all other units. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)
