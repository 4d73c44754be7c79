/** The head of an answer in HTTP/1.1: https://www.rfc-editor.org/rfc/rfc9112 (read 2026-11). */

export interface ResponseHead {
  readonly status: number
  /** By names in lower case. What comes twice is joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
}

/** The head that this text is, without the empty line at its end. Undefined if it is none, or none of version 1.1. */
export function headIn(text: string): ResponseHead | undefined {
  const [first = '', ...lines] = text.split('\r\n')
  const [, status] = STATUS_LINE.exec(first) ?? []
  if (status === undefined) return undefined
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    if (colon < 0 || !NAME.test(name)) return undefined
    const value = line.slice(colon + 1).trim()
    if (/[\r\n]/.test(value)) return undefined
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return { status: Number(status), headers }
}

const STATUS_LINE = /^HTTP\/1\.1 (\d{3})(?: [^\r\n]*)?$/
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/

/** How many bytes follow, if an object or a part of one follows and its length is told beforehand. */
export function bodyBytes({ status, headers }: ResponseHead): number | undefined {
  const length = headers.get('content-length') ?? ''
  const isPlain = (status === 200 || status === 206) && !headers.has('transfer-encoding') && /^\d+$/.test(length)
  return isPlain && Number.isSafeInteger(Number(length)) ? Number(length) : undefined
}

/** Whether another request may follow on the same connection. */
export const keepsOpen = ({ headers }: ResponseHead): boolean => !/\bclose\b/i.test(headers.get('connection') ?? '')
