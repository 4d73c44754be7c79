/** The answers of HTTP/1.1, read from the bytes of a connection: https://www.rfc-editor.org/rfc/rfc9112 (read 2026-11). */

/** What arrives on a connection. */
export interface Arriving {
  /** What comes next, which stays to be taken; undefined if the server has ended the connection. Throws if it broke. */
  peek(): Promise<Buffer | undefined>
  /** Takes so many bytes of what `peek` has shown, or as many as that has. They are good until it is called again. */
  take(bytes: number): Buffer
}

/** All before the body. */
export interface Head {
  readonly status: number
  /** Their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The server takes another request on this connection. */
  readonly isKept: boolean
}

/** Characters. */
const LONGEST_LINE = 65_536
const MOST_HEADERS = 1_000

export async function readHead(from: Arriving): Promise<Head> {
  const [, minor, status = ''] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(await readLine(from)) ?? []
  if (minor === undefined) throw damaged('it is no HTTP/1.1')
  const headers = await readHeaders(from)
  // What comes before the answer itself.
  if (status.startsWith('1')) return readHead(from)
  const isKept = minor === '1' && headers['connection']?.toLowerCase() !== 'close' && hasEnd(headers)
  return { status: Number(status), headers, isKept }
}

/** The bytes of the body, up to its end and no further. Chunks are lent: good until the next one is asked for. */
export function readBody(from: Arriving, { status, headers }: Head): AsyncGenerator<Buffer> {
  if (status === 204 || status === 304) return exactly(from, 0)
  if (headers['transfer-encoding'] !== undefined) return inChunks(from)
  const length = headers['content-length']
  return length === undefined ? untilEnd(from) : exactly(from, numberIn(length, 10))
}

/** Otherwise the body ends with the connection. */
const hasEnd = (headers: Head['headers']): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined

async function readHeaders(from: Arriving): Promise<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null)
  for (let i = 0; i < MOST_HEADERS; i++) {
    const line = await readLine(from)
    if (line === '') return headers
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  throw damaged('it has too many headers')
}

async function* exactly(from: Arriving, bytes: number): AsyncGenerator<Buffer> {
  for (let missing = bytes; missing > 0; ) {
    await next(from)
    const chunk = from.take(missing)
    missing -= chunk.length
    yield chunk
  }
}

async function* inChunks(from: Arriving): AsyncGenerator<Buffer> {
  for (;;) {
    const bytes = numberIn((await readLine(from)).replace(/;.*/, '').trim(), 16)
    if (bytes === 0) break
    yield* exactly(from, bytes)
    if ((await readLine(from)) !== '') throw damaged('a chunk does not end where it should')
  }
  await readHeaders(from)
}

async function* untilEnd(from: Arriving): AsyncGenerator<Buffer> {
  while (await from.peek()) yield from.take(Number.POSITIVE_INFINITY)
}

async function readLine(from: Arriving): Promise<string> {
  for (let line = ''; line.length < LONGEST_LINE; ) {
    const end = (await next(from)).indexOf(LINE_FEED)
    line += from.take(end < 0 ? Number.POSITIVE_INFINITY : end + 1).toString('latin1')
    if (end >= 0) return line.replace(/\r?\n$/, '')
  }
  throw damaged('it has an absurdly long line')
}

const LINE_FEED = 0x0a

async function next(from: Arriving): Promise<Buffer> {
  const bytes = await from.peek()
  if (!bytes) throw damaged('it ends too early')
  return bytes
}

function numberIn(text: string, base: 10 | 16): number {
  if (!(base === 10 ? /^\d{1,15}$/ : /^[\da-f]{1,12}$/i).test(text)) throw damaged('it has a length that is no number')
  return Number.parseInt(text, base)
}

/** As a lost connection: another attempt may bring what is right. */
const damaged = (fact: string): Error =>
  Object.assign(new Error(`the answer is damaged: ${fact}`), { code: 'ECONNRESET' })
