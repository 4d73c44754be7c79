/** Cuts a JSON file into texts that can be read one at a time. */
import { BrokenFileError } from './decoder.ts'
import { eventTexts, walkOver } from './json-events.ts'
import { skipSpace } from './json-walk.ts'

/** A part of a file, and where it begins there. */
export interface JsonText {
  readonly byte: number
  readonly text: string
  /** Each line is to be read by itself. */
  readonly isLines: boolean
}

/**
 * The most bytes that are held at once: a line, or a file that is no JSON lines. Braze sends at most 100 events in one
 * request, none above 900 KB.
 */
const TEXT_MAX_BYTES = 96 << 20

/**
 * The lines of a file, if its first line is JSON. Else the whole file as far as it is JSON, and the lines after that:
 * so a file of lines is read to its end even if the first is broken. A line of more than `maxBytes` gives its beginning
 * and then a BrokenFileError.
 */
export async function* jsonTexts(file: AsyncIterable<Uint8Array>, maxBytes = TEXT_MAX_BYTES): AsyncGenerator<JsonText> {
  const lines = linesOf(file, maxBytes)
  try {
    const first = await firstOf(lines)
    if (!first) return
    const line = first.text.slice(0, first.text.indexOf('\n') + 1 || undefined)
    const whole = wholeLength(line)
    if (whole === line.length) yield first
    else yield* documentThenLines(first, lines, { maxBytes, whole })
    yield* lines
  } finally {
    await lines.return(undefined)
  }
}

/** From the first line on that says something. */
async function firstOf(lines: AsyncGenerator<JsonText>): Promise<JsonText | undefined> {
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    const { byte, text, isLines } = next.value
    const at = skipSpace(text, 0)
    if (at < text.length) return { byte: byte + Buffer.byteLength(text.slice(0, at)), text: text.slice(at), isLines }
  }
  return undefined
}

/** How many characters of a text are JSON: all, or those up to the end of the last whole event. */
function wholeLength(text: string): number {
  const walk = walkOver(text)
  let end = 0
  for (const _ of eventTexts(walk)) end = walk.at
  return walk.isBroken ? end : text.length
}

async function* documentThenLines(
  first: JsonText,
  lines: AsyncGenerator<JsonText>,
  line: { readonly maxBytes: number; readonly whole: number },
): AsyncGenerator<JsonText> {
  const { byte } = first
  const { text, failure } = await gather(first.text, lines, line.maxBytes)
  // A line without end has been walked over already.
  const whole = text.slice(0, text.includes('\n') ? wholeLength(text) : line.whole)
  if (whole !== '') yield { byte, text: whole, isLines: false }
  const rest = text.slice(whole.length)
  if (rest !== '') yield { byte: byte + Buffer.byteLength(whole), text: rest, isLines: true }
  if (failure) throw failure
}

interface Gathered {
  readonly text: string
  /** Where the file broke, if it did. */
  readonly failure?: BrokenFileError
}

async function gather(first: string, lines: AsyncGenerator<JsonText>, maxBytes: number): Promise<Gathered> {
  let text = first
  try {
    while (text.length < maxBytes) {
      const { done, value } = await lines.next()
      if (done) break
      text += value.text
    }
    return { text }
  } catch (error) {
    if (error instanceof BrokenFileError) return { text, failure: error }
    throw error
  }
}

const LINE_FEED = 0x0a
/** What JSON takes for white space. */
const WHITE_SPACE: readonly unknown[] = [...Buffer.from(' \t\n\r')]

/** Whole lines, many at a time. Those that are blank may be missing. */
async function* linesOf(file: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<JsonText> {
  let byte = 0
  let begun: Uint8Array[] = []
  let begunBytes = 0
  /** What a long line begins with: twice in memory would be too much. */
  let text = ''
  let textBytes = 0
  const decode = (isWhole: boolean): void => {
    const bytes = Buffer.concat(begun)
    const end = isWhole ? bytes.length : endOfAscii(bytes)
    if (text === '' && isBlank(bytes.subarray(0, end))) byte += end
    else {
      text += bytes.toString('utf8', 0, end)
      textBytes += end
    }
    begun = [bytes.subarray(end)]
    begunBytes = bytes.length - end
  }
  const finished = function* (): Generator<JsonText> {
    decode(true)
    if (text !== '') yield { byte, text, isLines: true }
    byte += textBytes
    text = ''
    textBytes = 0
  }
  for await (const part of inParts(file)) {
    const end = part.lastIndexOf(LINE_FEED) + 1
    for (const bytes of [part.subarray(0, end), part.subarray(end)]) {
      // What is lent is gone with the next part.
      if (bytes.length > 0) begun.push(Buffer.from(bytes))
      begunBytes += bytes.length
      if (bytes.at(-1) === LINE_FEED) yield* finished()
    }
    if (begunBytes > Math.min(PART_BYTES, maxBytes)) decode(false)
    if (textBytes + begunBytes > maxBytes) {
      yield* finished()
      throw new BrokenFileError(`a line is longer than ${maxBytes} bytes`, byte)
    }
  }
  yield* finished()
}

/** Up to here the bytes end with a whole character. */
function endOfAscii(bytes: Uint8Array): number {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] as number) > 0x7f) end--
  return end
}

/** So many bytes become a text at once, at most, unless a line is longer. */
const PART_BYTES = 256 << 10

async function* inParts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PART_BYTES) yield chunk.subarray(at, at + PART_BYTES)
}

function isBlank(bytes: Uint8Array): boolean {
  let at = 0
  while (at < bytes.length && WHITE_SPACE.includes(bytes[at])) at++
  return at === bytes.length
}
