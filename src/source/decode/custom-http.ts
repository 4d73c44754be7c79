/**
 * Events as Braze's Custom HTTP connector sends them, kept in JSON files of any layout: `{"events":[…]}`, arrays, JSON
 * lines of either or of single events; gzip or not.
 *
 * All that is whole is emitted, before and after what is broken; the error comes at the end of the file and names the
 * first broken place, in bytes of the unpacked file.
 */
import { spelledRight } from '../../catalog.ts'
import type { Chunks } from './chunks.ts'
import { BrokenFileError, type Decode, type DecodedBlock, type DecodeOptions } from './decoder.ts'
import { flattener } from './flat-event.ts'
import { eventTexts, walkOver } from './json-events.ts'
import { jsonTexts } from './json-texts.ts'
import { membersOf } from './json-walk.ts'
import { recordLines } from './record-lines.ts'
import { unpacked } from './unpacked.ts'
import { stepsOf } from './waiting.ts'

/** Emits the events of the stream in the flat form of the Avro export; those of other types are only counted. */
export const decodeCustomHttp: Decode = (file, size, options) => stepsOf(decodedBlocks(file, size, options))

async function* decodedBlocks(file: Chunks, size: number, options: DecodeOptions): AsyncGenerator<DecodedBlock> {
  const lines = recordLines(options, 'utf8')
  const flatten = flattener(options)
  const isOfStream = streamFilter(options)
  try {
    for await (const text of eventsIn(file, size)) {
      const event = membersOf(text)
      if (!isOfStream(stringIn(event.get('event_type')))) lines.passOver()
      else if (lines.wants(stringIn(event.get('id')))) {
        const { members, unparsed } = flatten(event)
        lines.add(members, unparsed)
      }
      if (lines.isFull) yield* lines.take()
    }
  } catch (error) {
    yield* lines.take()
    throw error
  }
  yield* lines.take()
}

/** Knows the event type of the stream in any spelling, and tells of each type that it meets. */
function streamFilter({ stream, onEventType }: DecodeOptions): (eventType: string | undefined) => boolean {
  const wanted = spelledRight(stream)
  const met = new Map<string, boolean>()
  return (eventType) => {
    if (eventType === undefined) return false
    const known = met.get(eventType)
    if (known !== undefined) return known
    const isOfStream = spelledRight(eventType) === wanted
    met.set(eventType, isOfStream)
    onEventType?.(eventType)
    return isOfStream
  }
}

/** The event types that a file holds. Reads the whole file, and fails as its decoder does. */
export async function eventTypesIn(file: Chunks, size: number): Promise<ReadonlySet<string>> {
  const types = new Set<string>()
  for await (const text of eventsIn(file, size)) types.add(stringIn(membersOf(text).get('event_type')) ?? '')
  types.delete('')
  return types
}

/** The events of a file, as JSON texts. */
async function* eventsIn(file: Chunks, size: number): AsyncGenerator<string> {
  let received = 0
  let brokenAt: number | undefined
  const counted = async function* () {
    for await (const chunk of file) {
      received += chunk.length
      yield chunk
    }
  }
  for await (const { byte, text, isLines } of jsonTexts(unpacked(counted()))) {
    const walk = walkOver(text, isLines)
    yield* eventTexts(walk)
    if (walk.isBroken) brokenAt ??= byte + Buffer.byteLength(text.slice(0, walk.at))
  }
  if (received < size) throw new BrokenFileError(`only ${received} of the file's ${size} bytes arrived`, received)
  if (brokenAt !== undefined) throw new BrokenFileError('the file is no JSON', brokenAt)
}

const stringIn = (json: string | undefined): string | undefined =>
  json?.startsWith('"') ? String(JSON.parse(json)) : undefined
