/** Counts the events of a JSON file by the event type that each of them says. */
import { BrokenFileError, type DecodeOptions } from '../../source/decode/decoder.ts'
import { flattener } from '../../source/decode/flat-event.ts'
import { eventTexts, walkOver } from '../../source/decode/json-events.ts'
import { jsonTexts } from '../../source/decode/json-texts.ts'
import { membersOf } from '../../source/decode/json-walk.ts'
import { unpacked } from '../../source/decode/unpacked.ts'
import type { ObjectStore, StoredObject } from '../../source/storage/store.ts'
import { type Break, breakOf, type Contents } from './contents.ts'

/** Events of each type in a file whose fields are looked at. */
const FIELDS_OF = 20

export async function lookIntoJson(store: ObjectStore, object: StoredObject, mostBytes: number): Promise<Contents> {
  const counts = new JsonCounts()
  let received = 0
  let broken: Break | undefined
  const file = async function* () {
    for await (const chunk of store.read(object)) {
      received += chunk.length
      yield chunk
    }
  }
  try {
    for await (const { byte, text, isLines } of jsonTexts(unpacked(file()))) {
      if (received < object.size && received >= mostBytes) return counts.estimated(object.size / received)
      const brokenAt = counts.add(text, isLines)
      if (brokenAt !== undefined) broken ??= { reason: 'the file is no JSON', byte: byte + brokenAt }
    }
    if (received < object.size)
      throw new BrokenFileError(`only ${received} of the file's ${object.size} bytes arrived`, received)
  } catch (error) {
    broken ??= breakOf(error)
  }
  return { ...counts.contents, ...(broken && { broken }) }
}

class JsonCounts {
  readonly #events = new Map<string, number>()
  readonly #fields = new Map<string, Set<string>>()

  get contents(): Contents {
    return { events: this.#events, fields: this.#fields }
  }

  /** `factor` is how many times as much there is in all. */
  estimated(factor: number): Contents {
    const events = [...this.#events].map(([type, count]) => [type, Math.round(count * factor)] as const)
    return { events: new Map(events), fields: this.#fields, isPart: true }
  }

  /** Gives the byte from which on the text is no JSON. */
  add(text: string, isLines: boolean): number | undefined {
    const walk = walkOver(text, isLines)
    for (const event of eventTexts(walk)) this.#addEvent(membersOf(event))
    return walk.isBroken ? Buffer.byteLength(text.slice(0, walk.at)) : undefined
  }

  #addEvent(event: ReadonlyMap<string, string>): void {
    const type = stringIn(event.get('event_type')) ?? ''
    const count = (this.#events.get(type) ?? 0) + 1
    this.#events.set(type, count)
    if (count > FIELDS_OF) return
    const fields = this.#fields.get(type) ?? new Set()
    for (const name of fieldsOf(type, event)) fields.add(name)
    this.#fields.set(type, fields)
  }
}

/** As in the flat record. */
function fieldsOf(type: string, event: ReadonlyMap<string, string>): readonly string[] {
  const options: DecodeOptions = { stream: type, extra: '', emittedAt: 0, skip: 0 }
  return [...membersOf(`{${flattener(options)(event).members}}`).keys()]
}

const stringIn = (json: string | undefined): string | undefined =>
  json?.startsWith('"') ? String(JSON.parse(json)) : undefined
