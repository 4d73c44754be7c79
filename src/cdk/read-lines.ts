import { isUtf8 } from 'node:buffer'
import type { InputMessage } from './input.ts'
import { Scanner } from './json.ts'
import { LINE_FEED } from './json-bytes.ts'
import { LineReader } from './line.ts'

/**
 * The messages that come in on stdin, in blocks of as many lines as have come. Blank lines are passed over, and
 * messages of other types than RECORD and STATE: those that a newer platform may send are no error. The last line needs
 * no line feed. Bytes that are not UTF-8 are replaced by U+FFFD, so that whatever is sent on is.
 */
export async function* readMessages(input: AsyncIterable<Uint8Array>): AsyncIterable<readonly InputMessage[]> {
  const reader = new LineReader()
  for await (const lines of wholeLines(input)) {
    const messages = messagesOf(lines, reader)
    if (messages.length > 0) yield messages
  }
}

/**
 * Cuts a flow of bytes after line feeds, and makes UTF-8 of them. A long line is put together once, when its end has
 * come. What came in may be used again: the blocks lie in memory that `allocate` gives.
 */
export async function* wholeLines(
  input: AsyncIterable<Uint8Array>,
  allocate: (bytes: number) => Buffer = Buffer.allocUnsafe,
): AsyncIterable<Buffer> {
  let begun: Uint8Array[] = []
  let isFirst = true
  const block = (): Buffer => {
    const lines = asUtf8(joined(begun, allocate))
    const rest = isFirst ? withoutByteOrderMark(lines) : lines
    begun = []
    isFirst = false
    return rest
  }
  for await (const chunk of input) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1
    if (end > 0) {
      begun.push(chunk.subarray(0, end))
      yield block()
    }
    // Copied, for the same reason.
    if (end < chunk.length) begun.push(Buffer.from(chunk.subarray(end)))
  }
  if (begun.length > 0) yield block()
}

function joined(parts: readonly Uint8Array[], allocate: (bytes: number) => Buffer): Buffer {
  const whole = allocate(parts.reduce((bytes, part) => bytes + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A scanner's fastest look at its bytes takes them four at a time. */
const WORD_BYTES = 4
/** What is scanned at first: one line or a few. */
const FIRST_BYTES = 4096

/** Lines that are read one by one, in order, as far as somebody asks. Few are scanned where few are asked for. */
export class LineBlock {
  readonly bytes: Buffer
  readonly #reader: LineReader
  /** Of a part of the bytes. Each part is twice as long as the one before. */
  #scanner: Scanner | undefined
  #from = 0
  #to = 0
  #partBytes = FIRST_BYTES

  constructor(bytes: Buffer, reader: LineReader) {
    this.bytes = bytes
    this.#reader = reader
  }

  /** The message on the line between two places; undefined for a line that means nothing to a destination. */
  message(start: number, end: number): InputMessage | undefined {
    const scanner = this.#scannerOf(start, end)
    const [first, last] = [start - this.#from, end - this.#from]
    return isBlank(scanner, first, last) ? undefined : this.#reader.read(scanner, first, last)
  }

  #scannerOf(start: number, end: number): Scanner {
    if (this.#scanner && end <= this.#to) return this.#scanner
    this.#from = start - (start % WORD_BYTES)
    this.#to = Math.min(Math.max(end, this.#from + this.#partBytes), this.bytes.length)
    this.#partBytes *= 2
    this.#scanner = new Scanner(this.bytes.subarray(this.#from, this.#to))
    return this.#scanner
  }
}

function messagesOf(bytes: Buffer, reader: LineReader): InputMessage[] {
  const block = new LineBlock(bytes, reader)
  const messages: InputMessage[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = endOfLine(bytes, start)
    const message = block.message(start, end)
    if (message) messages.push(message)
    start = end + 1
  }
  return messages
}

/** Where the line that begins at `start` ends: at its line feed, or with the bytes. */
export function endOfLine(bytes: Buffer, start: number): number {
  const lineFeed = bytes.indexOf(LINE_FEED, start)
  return lineFeed < 0 ? bytes.length : lineFeed
}

function isBlank(scanner: Scanner, start: number, end: number): boolean {
  scanner.startLine(start, end)
  scanner.skipWhitespace()
  return scanner.at >= end
}

const asUtf8 = (bytes: Buffer): Buffer => (isUtf8(bytes) ? bytes : Buffer.from(bytes.toString('utf8')))

const withoutByteOrderMark = (bytes: Buffer): Buffer =>
  BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
