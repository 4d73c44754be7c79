/** What a schema that was found in a file adds to the catalogue. Nothing is ever taken away. */
import { isDeepStrictEqual } from 'node:util'
import type { AvroRecord } from '../../src/catalog/avro.ts'
import type { EventField, EventType } from '../../src/catalog.ts'
import { guessedName } from '../../src/destination/mapping/names.ts'
import { fieldsOfSchema } from './fields.ts'

export type Properties = EventType['schema']['properties']

/** One line of the report: what happened to a field. */
export interface Change {
  readonly sign: '+' | '~'
  readonly field: string
  readonly note: string
}

/** The properties with what the schema adds, and the changes in the order of the fields. */
export function merge(known: Properties, schema: AvroRecord): { properties: Properties; changes: readonly Change[] } {
  const found = Object.entries(fieldsOfSchema(schema))
  const avroTypes = new Map(schema.fields.map(({ name, type }) => [name, type]))
  const merged = found.map(([name, field]) => [name, updated(known[name], field, avroTypes.get(name))] as const)
  return {
    properties: inOrder({ ...known, ...Object.fromEntries(merged) }),
    changes: merged.flatMap(([name, field]) => changesOf(name, known[name], field, avroTypes.get(name))),
  }
}

/** A description of a new event type that holds until a person writes a better one. */
export function described(event_type: string): Omit<EventType, 'schema'> {
  const name = guessedName(event_type)
  return {
    event_type,
    title: name,
    description: `The event ${event_type}.`,
    category: event_type.startsWith('users.messages.') ? 'message_engagement' : 'other',
    status: 'current',
    segment_names: { default: name, braze_native: name, segment_catalog: name },
    snowflake_table: `${event_type.toUpperCase().replaceAll('.', '_')}_SHARED`,
    aliases: [],
  }
}

function updated(known: EventField | undefined, found: EventField, avro: unknown): EventField {
  if (known === undefined) return found
  const { avro: previous, ...kept } = known
  const sameType = known.json_in_string || isDeepStrictEqual([known.type].flat(), [found.type].flat())
  return {
    ...kept,
    ...(!sameType && { type: [...new Set([known.type, found.type].flat())] }),
    ...(found.personal && { personal: true }),
    ...(known.json_in_string || !sameType ? { avro } : found.avro !== undefined && { avro: found.avro }),
  }
}

function changesOf(field: string, before: EventField | undefined, after: EventField, avro: unknown): readonly Change[] {
  const type = JSON.stringify(avro)
  if (before === undefined) return [{ sign: '+', field, note: after.personal ? `${type} personal` : type }]
  const notes = [
    isDeepStrictEqual(before.avro, after.avro) ? [] : [`Avro type is ${type}`],
    isDeepStrictEqual(before.type, after.type) ? [] : [`JSON type is ${JSON.stringify(after.type)}`],
    before.personal === after.personal ? [] : ['personal'],
  ].flat()
  return notes.length > 0 ? [{ sign: '~', field, note: notes.join(', ') }] : []
}

const FIRST = ['id', 'time', 'user_id', 'external_user_id']
const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length)

const inOrder = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)))
