/** Writes docs/mapping.md: the mapping's own answers, so that the page can't go stale. */
import { writeFileSync } from 'node:fs'
import { type EventType, eventTypes } from '../src/catalog.ts'
import { customHttpPlaces, type Place, rudderstackPlaces, segmentPlaces } from '../src/destination/mapping/places.ts'
import { example } from './mapping-docs/example.ts'
import { INTRODUCTION } from './mapping-docs/introduction.ts'
import { code, table } from './mapping-docs/markdown.ts'

export function mappingDocs(): string {
  const families = grouped([...eventTypes().values()], ({ event_type }) => event_type.replace(/\.[^.]+$/, ''))
  const sections = [...families].map(([family, types]) => familySection(family, types))
  return `${[INTRODUCTION, namesSection(), ...sections].join('\n\n')}\n`
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const keys = new Set(items.map(keyOf))
  return new Map([...keys].map((key) => [key, items.filter((item) => keyOf(item) === key)]))
}

function namesSection(): string {
  const rows = [...eventTypes().values()].map(({ event_type, segment_names: names }) => [
    code(event_type),
    names.default,
    names.braze_native === names.default ? '=' : names.braze_native,
    names.segment_catalog === names.default ? '=' : names.segment_catalog,
  ])
  return `## Names

\`raw\` is the event type itself, and RudderStack's default. "=" means: as by \`default\`.

${table(['Event type (`raw`)', '`default`', '`braze_native`', '`segment_catalog`'], rows)}

A type that is newer than this list is named likewise: \`users.messages.fax.Send\` is "Fax Sent".`
}

function familySection(family: string, types: readonly EventType[]): string {
  return [`## ${family}`, fieldsTable(types), ...types.map(example)].join('\n\n')
}

const OPENING = ['id', 'time', 'user_id', 'external_user_id']

/** Where a field goes, and in which of the family's types if not in all. */
function fieldsTable(types: readonly EventType[]): string {
  const names = [...new Set(types.flatMap(({ schema }) => Object.keys(schema.properties)))].sort()
  const rows = names.filter((name) => !OPENING.includes(name)).flatMap((name) => fieldRows(name, types))
  return table(['Field', 'Types', 'Segment', 'RudderStack', 'RudderStack `webhook`'], rows)
}

function fieldRows(name: string, types: readonly EventType[]): readonly (readonly string[])[] {
  const having = types.filter(({ schema }) => name in schema.properties)
  const alike = grouped(having, (type) => placesCells(name, type).join('|'))
  return [...alike.values()].map((group) => {
    const verbs = group.length === types.length ? 'all' : group.map(({ event_type }) => verbOf(event_type)).join(', ')
    return [code(name), verbs, ...placesCells(name, group[0] as EventType)]
  })
}

const verbOf = (type: string): string => type.replace(/^.*\./, '')

function placesCells(name: string, described: EventType): readonly string[] {
  const type = { event_type: described.event_type, described }
  const custom = described.schema.properties[name]?.json_in_string
  const segment = custom
    ? ['among `properties`']
    : both(segmentPlaces(type, true)(name), segmentPlaces(type, false)(name))
  return [
    segment.join(', '),
    both(rudderstackPlaces(type, true)(name), rudderstackPlaces(type, false)(name)).join(', '),
    both(customHttpPlaces(type)(name), customHttpPlaces(type)(name)).join(', ') || '–',
  ]
}

/** The places; in italics those that are filled with extra fields only. */
const both = (extra: readonly Place[], native: readonly Place[]): readonly string[] =>
  extra.map((place) => (native.includes(place) ? code(place) : `*${code(place)}*`))

if (process.argv[1]?.endsWith('mapping-docs.ts'))
  writeFileSync(new URL('../docs/mapping.md', import.meta.url), mappingDocs())
