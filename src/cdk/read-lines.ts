import { isUtf8 } from 'node:buffer'
import { toByteString } from './bytes.ts'
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
  let isFirst = true
  for await (const lines of wholeLines(input)) {
    const messages = messagesOf(asUtf8(isFirst ? withoutByteOrderMark(lines) : lines), reader)
    isFirst = false
    if (messages.length > 0) yield messages
  }
}

/** Cuts a flow of bytes after line feeds. A long line is put together once, when its end has come. */
async function* wholeLines(input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let begun: Uint8Array[] = []
  for await (const chunk of input) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1
    if (end > 0) {
      yield Buffer.concat([...begun, chunk.subarray(0, end)])
      begun = []
    }
    if (end < chunk.length) begun.push(chunk.subarray(end))
  }
  if (begun.length > 0) yield Buffer.concat(begun)
}

function messagesOf(bytes: Uint8Array, reader: LineReader): InputMessage[] {
  const scanner = new Scanner(bytes)
  const messages: InputMessage[] = []
  for (let start = 0; start < bytes.length; ) {
    const lineFeed = scanner.text.indexOf('\n', start)
    const end = lineFeed < 0 ? bytes.length : lineFeed
    const message = isBlank(scanner, start, end) ? undefined : reader.read(scanner, start, end)
    if (message) messages.push(message)
    start = end + 1
  }
  return messages
}

function isBlank(scanner: Scanner, start: number, end: number): boolean {
  scanner.startLine(start, end)
  scanner.skipWhitespace()
  return scanner.at >= end
}

const asUtf8 = (bytes: Uint8Array): Uint8Array =>
  isUtf8(bytes) ? bytes : Buffer.from(toByteString(Buffer.from(bytes).toString('utf8')), 'latin1')

const withoutByteOrderMark = (bytes: Uint8Array): Uint8Array =>
  BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
