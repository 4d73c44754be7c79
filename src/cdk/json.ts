import { type ByteString, byteStringOf, fromByteString, toByteString } from './bytes.ts'
import {
  BACKSLASH,
  type ByteSet,
  byteAt,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  DIGITS,
  ESCAPED,
  HEX,
  isIn,
  LETTER_E,
  LETTER_U,
  LOWER_CASE,
  MINUS,
  OPEN_ARRAY,
  OPEN_OBJECT,
  PLUS,
  POINT,
  QUOTE,
  WHITESPACE,
  WORDS,
  ZERO,
} from './json-bytes.ts'
import { holdsControls, isControlIn, isTokenAt, type Token } from './json-words.ts'

/** Objects and arrays within each other. The platform's own parser (Jackson) refuses more than 1,000. */
export const MAX_DEPTH = 1000

/**
 * Walks JSON lines (RFC 8259) without building values. It accepts what JSON.parse accepts, but for nesting beyond
 * MAX_DEPTH.
 *
 *     for (let more = scanner.openObject(); more; more = scanner.nextMember()) {
 *       // The name, quotes included, is nameStart..nameEnd of the text, and `at` is where the value starts.
 *       scanner.skipValue()
 *     }
 *     if (scanner.failed) …
 *
 * It holds its text twice: single bytes are read fastest from an array, and strings are searched fastest in a string.
 */
export class Scanner {
  /** Where the walk has come to. */
  at = 0
  /** What came so far is no JSON. Once set it stays so, and every loop ends. */
  failed = false
  nameStart = 0
  nameEnd = 0
  readonly text: ByteString
  readonly bytes: Uint8Array
  readonly #view: DataView
  /** Where the line ends. */
  #end: number
  /** The first backslash from `at` on, or a place before `at` if it is not known. */
  #backslash = -1
  /** Whether the last string that held a backslash was the last name. */
  #escapes = false
  /** Whether strings need no look for characters that may not stand in them. */
  readonly #clean: boolean

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.text = byteStringOf(bytes)
    this.#end = bytes.length
    this.#clean = !holdsControls(bytes)
  }

  /** Begins with another line. */
  startLine(start: number, end: number): void {
    this.at = start
    this.#end = end
    this.failed = false
  }

  /** The byte that comes next. */
  peek(): number {
    return byteAt(this.bytes, this.at)
  }

  skipWhitespace(): void {
    this.#skip(WHITESPACE)
  }

  /** Goes over `token` if it comes next. */
  skip(token: Token): boolean {
    if (this.at + token.length > this.#end || !isTokenAt(this.#view, this.at, token)) return false
    this.at += token.length
    return true
  }

  /** Whether the member at hand has this name, given in its quotes. */
  isName(quotedName: Token): boolean {
    const { nameStart, nameEnd } = this
    if (this.#escapes) return this.name() === unquoted(quotedName.text)
    return nameEnd - nameStart === quotedName.length && isTokenAt(this.#view, nameStart, quotedName)
  }

  /** The name of the member at hand, unescaped. */
  name(): ByteString {
    return unquoted(this.text.substring(this.nameStart, this.nameEnd))
  }

  /** Enters an object, up to its first value. False if it is empty or no object. */
  openObject(): boolean {
    return this.#open(OPEN_OBJECT, CLOSE_OBJECT) && this.#name()
  }

  /** Goes on from the end of a value to the next one. False at the end of the object, which is then left behind. */
  nextMember(): boolean {
    return this.#next(CLOSE_OBJECT) && this.#name()
  }

  skipValue(depth = 0): void {
    const byte = this.peek()
    if (byte === QUOTE) this.#string()
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#nested(byte, depth)
    else if (isIn(DIGITS, byte) || byte === MINUS) this.#number()
    else this.#word(WORDS[byte])
  }

  #nested(byte: number, depth: number): void {
    if (depth === MAX_DEPTH) this.#fail()
    else if (byte === OPEN_OBJECT)
      for (let more = this.openObject(); more; more = this.nextMember()) this.skipValue(depth + 1)
    else
      for (let more = this.#open(OPEN_ARRAY, CLOSE_ARRAY); more; more = this.#next(CLOSE_ARRAY))
        this.skipValue(depth + 1)
  }

  /** Enters an object or array. False if it is empty or something else. */
  #open(open: number, close: number): boolean {
    if (this.peek() !== open) return this.#fail()
    this.at++
    this.skipWhitespace()
    if (this.peek() !== close) return true
    this.at++
    return false
  }

  /** Goes on to the next member or item of an object or array, or leaves it. */
  #next(close: number): boolean {
    if (this.failed) return false
    this.skipWhitespace()
    const byte = this.peek()
    if (byte !== close && byte !== COMMA) return this.#fail()
    this.at++
    if (byte === close) return false
    this.skipWhitespace()
    return true
  }

  #name(): boolean {
    this.nameStart = this.at
    this.#escapes = false
    if (this.peek() !== QUOTE) return this.#fail()
    this.#string()
    this.nameEnd = this.at
    this.skipWhitespace()
    if (this.failed || this.peek() !== COLON) return this.#fail()
    this.at++
    this.skipWhitespace()
    return true
  }

  #string(): void {
    const start = this.at
    const end = this.text.indexOf('"', start + 1)
    if (this.#backslash < start) this.#findBackslash(start)
    if (end < 0 || end > this.#end) this.#fail()
    else if (end > this.#backslash) this.#escapedString()
    else this.at = end + 1
    if (!this.#clean && isControlIn(this.bytes, start, this.at)) this.#fail()
  }

  #findBackslash(from: number): void {
    const at = this.text.indexOf('\\', from)
    this.#backslash = at < 0 ? this.text.length : at
  }

  /** A string that may hold escapes. */
  #escapedString(): void {
    this.#escapes = true
    this.at = this.#backslash
    while (this.peek() === BACKSLASH && this.#escape()) this.at = this.#endOfPlain()
    if (this.peek() === QUOTE && this.at < this.#end) this.at++
    else this.#fail()
  }

  #endOfPlain(): number {
    const quote = this.text.indexOf('"', this.at)
    this.#findBackslash(this.at)
    return quote < 0 ? this.#end : Math.min(quote, this.#backslash, this.#end)
  }

  #escape(): boolean {
    const escaped = byteAt(this.bytes, this.at + 1)
    this.at += 2
    if (!isIn(ESCAPED, escaped)) return this.#fail()
    const digits = escaped === LETTER_U ? 4 : 0
    for (let i = 0; i < digits; i++) if (!isIn(HEX, byteAt(this.bytes, this.at++))) return this.#fail()
    return true
  }

  #word(word: readonly number[] = NO_WORD): void {
    for (const byte of word) if (byteAt(this.bytes, this.at++) !== byte) this.#fail()
  }

  #number(): void {
    if (this.peek() === MINUS) this.at++
    if (this.peek() === ZERO) this.at++
    else this.#digits()
    if (this.peek() === POINT) {
      this.at++
      this.#digits()
    }
    if ((this.peek() | LOWER_CASE) === LETTER_E) {
      this.at++
      if (this.peek() === PLUS || this.peek() === MINUS) this.at++
      this.#digits()
    }
  }

  #digits(): void {
    const start = this.at
    this.#skip(DIGITS)
    if (this.at === start) this.#fail()
  }

  #skip(set: ByteSet): void {
    const { bytes } = this
    let { at } = this
    while (isIn(set, byteAt(bytes, at))) at++
    this.at = at
  }

  #fail(): false {
    this.failed = true
    return false
  }
}

/** No value begins with such a byte. */
const NO_WORD = [-1]

/** What the JSON text of a string stands for. */
export const unquoted = (text: ByteString): ByteString =>
  text.includes('\\') ? toByteString(String(JSON.parse(fromByteString(text)))) : text.slice(1, -1)
