/** JSON texts that are looked into without being parsed as a whole. */
import { type ByteString, fromByteString, toByteString } from '../cdk/bytes.ts'

/** A value as JSON text. */
export const rawOf = (value: unknown): ByteString => toByteString(JSON.stringify(value))

/** The text of a JSON string, number or boolean; undefined for anything else, and for what is no JSON. */
export function textOf(raw: ByteString | undefined): string | undefined {
  if (raw === undefined || raw === '' || raw === 'null') return undefined
  if (!raw.startsWith('"')) return raw.startsWith('{') || raw.startsWith('[') ? undefined : raw
  try {
    return JSON.parse(fromByteString(raw))
  } catch {
    return undefined
  }
}

/**
 * The members of a JSON object, which may also travel as JSON in a string; undefined if it is none. A name that comes
 * twice counts once, with its last value, as in JSON.parse.
 */
export function membersOf(raw: ByteString): ReadonlyMap<ByteString, ByteString> | undefined {
  if (raw.startsWith('{')) return split(raw)
  const text = raw.startsWith('"') ? textOf(raw)?.trim() : undefined
  return text?.startsWith('{') && isJson(text) ? split(toByteString(text)) : undefined
}

/** How deep objects and lists are nested in a JSON text: 0 for a scalar. */
export function depthOf(raw: ByteString): number {
  let [depth, deepest] = [0, 0]
  for (let at = 0; at < raw.length; at++) {
    const char = raw.charCodeAt(at)
    if (char === QUOTE) at = endOfString(raw, at) - 1
    else if (char === OPEN_OBJECT || char === OPEN_LIST) deepest = Math.max(deepest, ++depth)
    else if (char === CLOSE_OBJECT || char === CLOSE_LIST) depth--
  }
  return deepest
}

export const objectOf = (members: ReadonlyMap<ByteString, ByteString>): ByteString =>
  `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d]

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Of an object that is well-formed. */
function split(raw: ByteString): ReadonlyMap<ByteString, ByteString> {
  const members = new Map<ByteString, ByteString>()
  for (let at = raw.indexOf('"'); at >= 0; at = raw.indexOf('"', at)) {
    const nameEnd = endOfString(raw, at)
    const colon = raw.indexOf(':', nameEnd)
    if (colon < 0) break
    const valueEnd = endOfValue(raw, colon + 1)
    members.set(nameOf(raw.slice(at, nameEnd)), raw.slice(colon + 1, valueEnd).trim())
    at = valueEnd
  }
  return members
}

const nameOf = (raw: ByteString): ByteString =>
  raw.includes('\\') ? toByteString(textOf(raw) ?? raw) : raw.slice(1, -1)

/** The index behind the closing quote of the string that begins at `at`. */
function endOfString(raw: ByteString, at: number): number {
  for (let end = raw.indexOf('"', at + 1); end >= 0; end = raw.indexOf('"', end + 1)) {
    let backslashes = 0
    while (raw.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end + 1
  }
  return raw.length
}

/** The index of the comma or bracket behind the value that begins at `at`. */
function endOfValue(raw: ByteString, at: number): number {
  let depth = 0
  for (let end = at; end < raw.length; end++) {
    const char = raw.charCodeAt(end)
    if (char === QUOTE) end = endOfString(raw, end) - 1
    else if (char === OPEN_OBJECT || char === OPEN_LIST) depth++
    else if (char === CLOSE_OBJECT || char === CLOSE_LIST) {
      if (depth-- === 0) return end
    } else if (char === COMMA && depth === 0) return end
  }
  return raw.length
}
