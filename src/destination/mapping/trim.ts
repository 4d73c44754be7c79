/** Makes an event that is too big for the service smaller, by the fields whose loss hurts least. */
import { type ByteString, fromByteString } from '../../cdk/bytes.ts'
import type { RawObject } from '../../cdk/input.ts'
import { writeRaw } from '../../cdk/raw-object.ts'
import type { FieldName } from './field-name.ts'
import { membersOf, rawOf, textOf } from './json.ts'
import type { Plan, Values } from './plan.ts'

/** In this order. All of them are free text or JSON of the customer's. */
export const TRIMMED_FIELDS: readonly FieldName[] = [
  'message_extras',
  'raw_response',
  'input',
  'output',
  'tool_arguments',
  'flow_response_json',
  'message_body',
  'custom_attributes',
]

/** Custom properties come last, the longest first. Shorter ones are left alone: they can't be what is too big. */
const SHORTEST_PROPERTY_BYTES = 100

/** The event made of these values, with a marker that names what was truncated. */
export type Build = (values: Values, truncated: readonly string[]) => ByteString

export interface Fitted {
  readonly event: ByteString
  readonly trimmed: readonly string[]
}

/** The event if it has at most `maxBytes`, else a shortened one that says so, or undefined if that does not help. */
export function fitting(plan: Plan, maxBytes: number): (values: Values, build: Build) => Fitted | undefined {
  const fields = TRIMMED_FIELDS.map((name) => ({ name, number: plan.numberOf(name) }))
  const properties = plan.numberOf('properties')
  return (values, build) => {
    const event = build(values, [])
    if (event.length <= maxBytes) return { event, trimmed: [] }
    for (const { values: shorter, trimmed } of trims([...values], build)) {
      const event = build(shorter, trimmed)
      if (event.length <= maxBytes) return { event, trimmed }
    }
    return undefined
  }

  /** Ever smaller versions of the event. */
  function* trims(values: Values, build: Build): Generator<{ values: Values; trimmed: readonly string[] }> {
    let trimmed: readonly string[] = []
    const cut = (value: ByteString, name: string): ByteString => {
      trimmed = [...new Set([...trimmed, name])]
      return shortened(value, build(values, trimmed).length - maxBytes)
    }
    for (const { name, number } of fields.filter(({ number }) => values[number])) {
      values[number] = cut(values[number] ?? '', name)
      yield { values, trimmed }
    }
    const { names, values: whole } = membersOf(values[properties] ?? '') ?? NONE
    const nameOf = (at: number): string => `properties.${fromByteString(names[at] ?? '')}`
    const rest = [...whole]
    for (let order = longestFirst(rest); order.length > 0; order = longestFirst(rest)) {
      const gone = within(build(values, trimmed).length - maxBytes, order, rest)
      const [longest = 0] = order
      if (gone.length === 0) rest[longest] = cut(rest[longest] ?? '', nameOf(longest))
      for (const at of gone) rest[at] = ''
      trimmed = [...new Set([...trimmed, ...gone.map(nameOf)])]
      values[properties] = writeRaw(present({ names, values: rest }))
      yield { values, trimmed }
    }
  }
}

const NONE: RawObject = { names: [], values: [] }

const present = ({ names, values }: RawObject): RawObject => ({
  names: names.filter((_, at) => values[at]),
  values: values.filter((value) => value),
})

/** The places of the values that are worth cutting. */
const longestFirst = (values: readonly ByteString[]): readonly number[] =>
  [...values.keys()]
    .filter((at) => lengthOf(values, at) >= SHORTEST_PROPERTY_BYTES)
    .sort((a, b) => lengthOf(values, b) - lengthOf(values, a))

const lengthOf = (values: readonly ByteString[], at: number): number => values[at]?.length ?? 0

/**
 * The first of these values, as many as have no more than `bytes` together: they must go as a whole, since the marker
 * that names each is longer than the rest of it. To build the event for one after the other would take minutes.
 */
function within(bytes: number, order: readonly number[], values: readonly ByteString[]): readonly number[] {
  let count = 0
  for (let left = bytes; count < order.length; count++) {
    left -= lengthOf(values, order[count] ?? 0)
    if (left < 0) break
  }
  return order.slice(0, count)
}

/** A JSON string cut by at least `bytes`, between two characters; '' if nothing would be left. Other values go whole. */
export function shortened(raw: ByteString, bytes: number): ByteString {
  const text = raw.startsWith('"') ? textOf(raw) : undefined
  const room = raw.length - bytes
  if (text === undefined) return ''
  let [fits, tooLong] = [0, text.length]
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1
    if (rawOf(beginningOf(text, middle)).length <= room) fits = middle
    else tooLong = middle
  }
  const beginning = beginningOf(text, fits)
  return beginning === '' ? '' : rawOf(beginning)
}

/** As many UTF-16 units of the text, or one less where that would cut a character in two. */
function beginningOf(text: string, units: number): string {
  const isCut = (text.codePointAt(units - 1) ?? 0) > 0xffff
  return text.slice(0, isCut ? units - 1 : units)
}
