import { type EventType, eventTypeOf } from '../../catalog.ts'
import type { DecodeOptions } from './decoder.ts'
import { type JsonObjectText, jsonObjectText, nestedText } from './json-text.ts'
import { membersOf } from './json-walk.ts'

export interface FlatEvent {
  /** The members of a JSON object, without the braces around them. */
  readonly members: string
  /** As in DecodedBlock. */
  readonly unparsed: number
}

/**
 * Turns an event of Braze's Custom HTTP JSON, given as the JSON texts of its members, into the flat record that the
 * Avro export gives: the members of `user` and `properties` move to the top, under the names that the catalogue has for
 * their places, or else under their own. Of two members that meet under one name the outer one stays. Nulls are left out.
 */
export function flattener({ stream, personalData }: DecodeOptions): (event: ReadonlyMap<string, string>) => FlatEvent {
  const eventType = eventTypeOf(stream)
  const names = namesOfPlaces(eventType)
  const isJson = (name: string) => eventType?.schema.properties[name]?.json_in_string === true
  return (event) => {
    let unparsed = 0
    const members = flatMembers(event, names).flatMap(([name, value]) => {
      const { text, parsed } = isJson(name) ? jsonObjectText(stringOr(value)) : textOf(value)
      if (!parsed) unparsed++
      const kept = personalData?.covers(name, false) ? personalData.replace(text) : text
      return kept === undefined ? [] : [`${JSON.stringify(name)}:${kept}`]
    })
    return { members: members.join(), unparsed }
  }
}

/** The names of fields that have a place of their own: `properties.custom_properties` is `properties`. */
const namesOfPlaces = (eventType: EventType | undefined): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(eventType?.schema.properties ?? {}).flatMap(([name, { custom_http }]) =>
      typeof custom_http === 'string' ? [[custom_http, name]] : [],
    ),
  )

const GROUPS: readonly string[] = ['user', 'properties']

function flatMembers(
  event: ReadonlyMap<string, string>,
  names: ReadonlyMap<string, string>,
): readonly [string, string][] {
  const flat = new Map<string, string>()
  const add = (name: string, value: string): void => {
    if (value !== 'null' && !flat.has(name)) flat.set(name, value)
  }
  for (const [name, value] of event) if (name !== 'event_type' && !isGroup(name, value)) add(name, value)
  for (const group of GROUPS) {
    const value = event.get(group)
    if (value === undefined || !isGroup(group, value)) continue
    for (const [name, inner] of membersOf(value)) add(names.get(`${group}.${name}`) ?? name, inner)
  }
  return [...flat]
}

const isGroup = (name: string, value: string): boolean => GROUPS.includes(name) && value.startsWith('{')

const textOf = (value: string): JsonObjectText =>
  value.startsWith('{') || value.startsWith('[') ? nestedText(value) : { text: value, parsed: true }

/** The text in a JSON string; any other JSON text as it is. */
const stringOr = (json: string): string => (json.startsWith('"') ? String(JSON.parse(json)) : json)
