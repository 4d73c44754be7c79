/** The bytes that JSON text is made of, by name and by class. */

export const LINE_FEED = 0x0a
export const SPACE = 0x20
export const QUOTE = 0x22
export const PLUS = 0x2b
export const COMMA = 0x2c
export const MINUS = 0x2d
export const POINT = 0x2e
export const ZERO = 0x30
export const COLON = 0x3a
export const OPEN_ARRAY = 0x5b
export const BACKSLASH = 0x5c
export const CLOSE_ARRAY = 0x5d
export const LETTER_E = 0x65
const LETTER_F = 0x66
const LETTER_N = 0x6e
const LETTER_T = 0x74
export const LETTER_U = 0x75
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d

/** Set in a lower-case letter, clear in the same letter in upper case. */
export const LOWER_CASE = 0x20

/** What a value other than a string, object, array or number is, by its first byte. */
export const WORDS: Readonly<Record<number, readonly number[]>> = {
  [LETTER_T]: [...Buffer.from('true')],
  [LETTER_F]: [...Buffer.from('false')],
  [LETTER_N]: [...Buffer.from('null')],
}

/** A set of bytes: 1 at the place of each byte that is in it. */
export type ByteSet = Uint8Array

const setOf = (contains: (char: string) => boolean): ByteSet =>
  Uint8Array.from({ length: 256 }, (_, byte) => Number(contains(String.fromCharCode(byte))))

/** May follow a backslash. */
export const ESCAPED = setOf((char) => '"\\/bfnrtu'.includes(char))
export const HEX = setOf((char) => /[0-9a-f]/i.test(char))
export const DIGITS = setOf((char) => /[0-9]/.test(char))
/** Within a line. */
export const WHITESPACE = setOf((char) => ' \t\r'.includes(char))

/** Past the end there is a line feed, which no JSON value on a line contains. */
export const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? LINE_FEED
export const isIn = (set: ByteSet, byte: number): boolean => set[byte] === 1
