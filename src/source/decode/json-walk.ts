/**
 * Finds values in JSON text without building them, so that numbers keep every digit. What is found is not proven to be
 * JSON: JSON.parse does that.
 */

/** Where the value at `at` ends, or -1 if the text ends within it. */
export function endOfValue(text: string, at: number): number {
  if (text[at] === '"') return endOfString(text, at)
  if (text[at] === '{' || text[at] === '[') return endOfNested(text, at)
  const scalar = matchAt(/[^\s,\]}"[{]+/y, text, at)
  return scalar === 0 ? -1 : at + scalar
}

export const skipSpace = (text: string, at: number): number => at + matchAt(/\s*/y, text, at)

/** The members of an object whose text is known to be JSON: names, and the texts of their values. The last of one name counts. */
export function membersOf(object: string): Map<string, string> {
  const members = new Map<string, string>()
  let at = skipSpace(object, 1)
  while (object[at] === '"') {
    const nameEnd = endOfString(object, at)
    const value = skipSpace(object, skipSpace(object, nameEnd) + 1)
    const end = endOfValue(object, value)
    members.set(JSON.parse(object.slice(at, nameEnd)), object.slice(value, end))
    // Past the comma.
    at = skipSpace(object, skipSpace(object, end) + 1)
  }
  return members
}

/** How many characters a sticky pattern takes at a place. */
function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0].length ?? 0
}

function endOfString(text: string, at: number): number {
  let quote = text.indexOf('"', at + 1)
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote < 0 ? -1 : quote + 1
}

/** Whether an odd number of backslashes comes before. */
function isEscaped(text: string, quote: number): boolean {
  let start = quote
  while (text[start - 1] === '\\') start--
  return (quote - start) % 2 === 1
}

function endOfNested(text: string, start: number): number {
  const mark = /["{}[\]]/g
  let depth = 0
  let at = start
  while (at >= 0) {
    mark.lastIndex = at
    const found = mark.exec(text)
    if (!found) return -1
    if (found[0] === '"') at = endOfString(text, found.index)
    else {
      depth += found[0] === '{' || found[0] === '[' ? 1 : -1
      at = found.index + 1
      if (depth === 0) return at
    }
  }
  return -1
}
