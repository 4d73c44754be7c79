/** Lines of messages that may be too many, and too long, to be parsed. */
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'

export const linesIn = (input: Readable | null): AsyncIterable<string> =>
  createInterface({ input: input ?? Readable.from([]), crlfDelay: Number.POSITIVE_INFINITY })

/** What a line is, and of which stream. Nothing if it is half of one. */
export function headOf(line: string): { readonly type: string; readonly stream: string } {
  const [, type = ''] = /^\{"type":"(\w+)"/.exec(line.endsWith('}') ? line.slice(0, 50) : '') ?? []
  const [, stream = ''] = /"(?:stream|name)":"([^"]+)"/.exec(line.slice(0, 300)) ?? []
  return { type, stream }
}

/** Of a RECORD. */
export const idIn = (line: string): string => /"id":"([^"]+)"/.exec(line)?.[1] ?? ''
