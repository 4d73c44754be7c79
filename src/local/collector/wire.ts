/** Takes a request's JSON apart without re-encoding it, so that sizes and texts are those that came over the wire. */
import type { ByteString } from '../../cdk/bytes.ts'

export interface Split {
  /** The body with an empty list in place of the events, for JSON.parse to judge. */
  readonly envelope: ByteString
  /** The texts of the events, unjudged. */
  readonly events: readonly ByteString[]
}

/** The items of the array that is the body's member of that name. Undefined if there is none. */
export function splitEvents(body: ByteString, member: string): Split | undefined {
  let at = body.indexOf('"')
  while (at > 0) {
    const nameEnd = stringEnd(body, at)
    const start = afterSpace(body, afterSpace(body, nameEnd) + 1)
    const end = valueEnd(body, start)
    if (body.slice(at + 1, nameEnd - 1) === member && body[start] === '[') {
      return { envelope: `${body.slice(0, start)}[]${body.slice(end)}`, events: itemsOf(body, start, end) }
    }
    at = body[afterSpace(body, end)] === ',' ? body.indexOf('"', end) : -1
  }
  return undefined
}

function itemsOf(text: ByteString, open: number, end: number): readonly ByteString[] {
  const items: ByteString[] = []
  let at = afterSpace(text, open + 1)
  if (text[at] === ']') return items
  while (at < end) {
    const itemEnd = valueEnd(text, at)
    items.push(text.slice(at, itemEnd))
    at = afterSpace(text, afterSpace(text, itemEnd) + 1)
  }
  return items
}

/** Where the value that starts here ends; the end of the text at the latest. */
function valueEnd(text: ByteString, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = stringEnd(text, at) - 1
      if (depth === 0) return at + 1
    } else if (char === OPEN_OBJECT || char === OPEN_ARRAY) depth++
    else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      if (depth <= 1) return depth === 0 ? at : at + 1
      depth--
    } else if (char === COMMA && depth === 0) return at
  }
  return text.length
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]

/** Behind the closing quote of the string that opens here. */
function stringEnd(text: ByteString, open: number): number {
  for (let at = text.indexOf('"', open + 1); at > 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++
    if (escapes % 2 === 0) return at + 1
  }
  return text.length
}

function afterSpace(text: ByteString, start: number): number {
  let at = start
  while (at < text.length && ' \n\r\t'.includes(text.charAt(at))) at++
  return at
}
