/** JSON as people read it. Values stay the texts they are: a number of JavaScript has no more than 15 exact digits. */
import { type ByteString, fromByteString } from '../../cdk/bytes.ts'
import { printable } from '../inspect/printable.ts'

/** Indented, and without characters that would steer a terminal. */
export const readable = (json: ByteString): string =>
  indented(fromByteString(json)).split('\n').map(printable).join('\n')

/** A string, a structural character, or anything else without a space. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs

/** Two spaces a level, as JSON.stringify does it. `json` must be valid. */
export function indented(json: string): string {
  let [text, depth, before] = ['', 0, '']
  for (const [token] of json.matchAll(TOKEN)) {
    const closes = token === '}' || token === ']'
    if (closes) depth--
    if (isOpening(before) ? !closes : before === ',' || closes) text += `\n${'  '.repeat(depth)}`
    text += token === ':' ? ': ' : token
    if (isOpening(token)) depth++
    before = token
  }
  return text
}

const isOpening = (token: string): boolean => token === '{' || token === '['
