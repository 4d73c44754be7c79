/** Looks at bytes four at a time, where looking at each would take most of the time. */
import { type ByteString, bytesOf } from './bytes.ts'
import { byteAt, LINE_FEED, SPACE } from './json-bytes.ts'

/** Some bytes to look for. At least four. */
export interface Token {
  readonly text: ByteString
  readonly length: number
  /** Where the words lie. The last one may overlap the one before. */
  readonly offsets: readonly number[]
  readonly words: readonly number[]
}

export function tokenOf(text: ByteString): Token {
  const bytes = bytesOf(text)
  const offsets = Array.from({ length: Math.ceil(bytes.length / 4) }, (_, i) => Math.min(i * 4, bytes.length - 4))
  return { text, length: bytes.length, offsets, words: offsets.map((offset) => bytes.readInt32BE(offset)) }
}

/** Whether the token stands at a place, all of which must lie within the view. */
export function isTokenAt(view: DataView, at: number, { offsets, words }: Token): boolean {
  for (let i = 0; i < words.length; i++) if (view.getInt32(at + (offsets[i] ?? 0)) !== words[i]) return false
  return true
}

/** Whether a control character (below 0x20) occurs, but for the line feeds between lines. */
export function holdsControls(bytes: Uint8Array): boolean {
  // Only what begins at a multiple of four can be read as words.
  if (bytes.byteOffset % 4 !== 0) return isControlIn(bytes, 0, bytes.length)
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
  for (let i = 0; i < words.length; i++)
    if (isControlInWord(words[i] ?? 0) && isControlIn(bytes, i * 4, i * 4 + 4)) return true
  return isControlIn(bytes, words.length * 4, bytes.length)
}

export function isControlIn(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (byteAt(bytes, at) < SPACE && byteAt(bytes, at) !== LINE_FEED) return true
  return false
}

/** Whether one of four bytes is below 0x20. Adding 0x60 carries into the top bit of those that are not. */
const isControlInWord = (word: number): boolean => (~(((word & 0x7f7f7f7f) + 0x60606060) | word) & 0x80808080) !== 0
