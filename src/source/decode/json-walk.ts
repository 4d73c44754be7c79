/**
 * Finds values in JSON text without building them, so that numbers keep every digit. What is found is not proven to be
 * JSON: JSON.parse does that.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20

/** Where the value at `at` ends, or -1 if the text ends within it. */
export function endOfValue(text: string, at: number): number {
  if (text[at] === '"') return endOfString(text, at)
  if (text[at] === '{' || text[at] === '[') return endOfNested(text, at)
  let end = at
  while (end < text.length && !isEndOfScalar(text.charCodeAt(end))) end++
  return end > at ? end : -1
}

/** Objects and arrays within each other, in a text that is known to be JSON. */
export function depthOf(json: string): number {
  let [depth, deepest] = [0, 0]
  for (let at = 0; at < json.length; ) {
    const mark = json.charAt(at)
    depth += DEPTH[mark] ?? 0
    deepest = Math.max(deepest, depth)
    at = mark === '"' ? endOfString(json, at) : at + 1
  }
  return deepest
}

/** Past whitespace, and past a byte order mark. */
export function skipSpace(text: string, at: number): number {
  let end = at
  while (isSpace(text.charCodeAt(end))) end++
  return end
}

/** White space of JSON, or a byte order mark. Other control characters are damage: whole files of zeros occur. */
const isSpace = (code: number): boolean =>
  code <= SPACE ? code === SPACE || code === 0x0a || code === 0x0d || code === 0x09 : code === 0xfeff

/** The members of an object that is known to be JSON: names, and the texts of values. The last of one name counts. */
export function membersOf(object: string): Map<string, string> {
  const members = new Map<string, string>()
  let at = skipSpace(object, 1)
  while (object.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(object, at)
    const value = skipSpace(object, skipSpace(object, nameEnd) + 1)
    const end = endOfValue(object, value)
    members.set(unquoted(object.slice(at, nameEnd)), object.slice(value, end))
    // Past the comma.
    at = skipSpace(object, skipSpace(object, end) + 1)
  }
  return members
}

const unquoted = (name: string): string => (name.includes('\\') ? JSON.parse(name) : name.slice(1, -1))

const isEndOfScalar = (code: number): boolean => code <= SPACE || ENDS_OF_SCALAR.has(code)
const ENDS_OF_SCALAR = new Set([...',:"{}[]'].map((mark) => mark.charCodeAt(0)))

function endOfString(text: string, at: number): number {
  let quote = text.indexOf('"', at + 1)
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote < 0 ? -1 : quote + 1
}

/** Whether an odd number of backslashes comes before. */
function isEscaped(text: string, quote: number): boolean {
  let start = quote
  while (text.charCodeAt(start - 1) === BACKSLASH) start--
  return (quote - start) % 2 === 1
}

const DEPTH: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 }

function endOfNested(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; ) {
    const mark = text.charAt(at)
    if (mark === '"') {
      at = endOfString(text, at)
      if (at < 0) return -1
    } else {
      depth += DEPTH[mark] ?? 0
      at++
      if (depth === 0) return at
    }
  }
  return -1
}
