/** Cuts a JSON file into texts that can be read one at a time. */
import { BrokenFileError } from './decoder.ts'
import { eventTexts, walkOver } from './json-events.ts'

/** A part of a file, and where it begins there. */
export interface JsonText {
  readonly byte: number
  readonly text: string
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
    const first = await firstLine(lines)
    if (!first) return
    if (wholeLength(first.text) === first.text.length) yield first
    else yield* documentThenLines(first, lines, maxBytes)
    yield* lines
  } finally {
    await lines.return(undefined)
  }
}

async function firstLine(lines: AsyncGenerator<JsonText>): Promise<JsonText | undefined> {
  for (let next = await lines.next(); !next.done; next = await lines.next())
    if (next.value.text.trim() !== '') return next.value
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
  maxBytes: number,
): AsyncGenerator<JsonText> {
  const { text, failure } = await gather(first.text, lines, maxBytes)
  const whole = wholeLength(text)
  let byte = first.byte
  for (const part of [text.slice(0, whole), ...text.slice(whole).split(/(?<=\n)/)]) {
    if (part !== '') yield { byte, text: part }
    byte += Buffer.byteLength(part)
  }
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

/** Each with its line feed. */
async function* linesOf(file: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<JsonText> {
  let byte = 0
  let begun: Uint8Array[] = []
  let begunBytes = 0
  const finish = (): JsonText => {
    const line = { byte, text: Buffer.concat(begun).toString('utf8') }
    byte += begunBytes
    begun = []
    begunBytes = 0
    return line
  }
  for await (const chunk of file) {
    for (let at = 0; at < chunk.length; ) {
      const lineFeed = chunk.indexOf(LINE_FEED, at)
      const end = lineFeed < 0 ? chunk.length : lineFeed + 1
      begun.push(chunk.subarray(at, end))
      begunBytes += end - at
      at = end
      if (lineFeed >= 0) yield finish()
      else if (begunBytes > maxBytes) {
        yield finish()
        throw new BrokenFileError(`a line is longer than ${maxBytes} bytes`, byte)
      }
    }
  }
  if (begunBytes > 0) yield finish()
}
