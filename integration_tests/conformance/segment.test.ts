import { describe, expect, test } from '@jest/globals'
import { eventTypes } from '../../src/catalog.ts'
import { profileName } from '../../src/destination/mapping/names.ts'
import { streamTypeOf } from '../../src/destination/mapping/stream-type.ts'
import { BASE, SEGMENT, sent } from '../../test/destination/mapping/records.ts'
import { readShared } from './shared.ts'

interface Facts {
  readonly fallback_grammar: {
    readonly channels: Readonly<Record<string, string>>
    readonly verbs: Readonly<Record<string, string>>
  }
  readonly events: Readonly<Record<string, Fact>>
}
interface Fact {
  readonly segment_event: string
  readonly braze_glossary_name: string | null
  readonly segment_catalog_name: string | null
  readonly layout_source: string
  readonly context: Readonly<Record<string, readonly Member[]>>
  readonly properties: readonly Member[]
}
interface Member {
  readonly name: string
  readonly from?: string
}

describe('the published Segment names and layouts', () => {
  const { events, fallback_grammar } = readShared('facts/segment_event_names.json') as Facts
  const cases = Object.entries(events).map(([type, fact]) => ({ type, fact }))

  test.each(cases)('$type: its name in every profile', ({ type, fact }) => {
    const stream = streamTypeOf({ name: type })
    // "Abort Message Events" is the heading of a group, not the name of an event.
    const listed = fact.segment_catalog_name === 'Abort Message Events' ? null : fact.segment_catalog_name
    expect({
      default: profileName(stream, 'default'),
      braze_native: profileName(stream, 'braze_native'),
      segment_catalog: profileName(stream, 'segment_catalog'),
      raw: profileName(stream, 'raw'),
    }).toEqual({
      default: fact.segment_event,
      braze_native: fact.braze_glossary_name ?? fact.segment_event,
      segment_catalog: listed ?? fact.segment_event,
      raw: stream.event_type,
    })
  })

  test('covers every event type', () => {
    expect([...eventTypes().keys()].filter((type) => !(type in events))).toEqual([])
  })

  test.each(cases.filter(({ fact }) => fact.layout_source !== 'none found'))(
    '$type: exactly the native layout without extra fields',
    ({ type, fact }) => {
      const wanted = {
        context: Object.fromEntries(
          Object.entries(fact.context).map(([object, members]) => [object, named(members.map(memberOf))]),
        ),
        properties: named(fact.properties.filter(({ name }) => !isNowhere(type, name)).map(memberOf)),
      }
      const { context = {}, properties } = sent(SEGMENT, type, everyField(type), { extra_fields: false })[0]
      expect({ context, properties }).toEqual(wanted)
    },
  )

  test.each(Object.entries(fallback_grammar.channels))('an undescribed type of channel %s is a %s', (channel, name) => {
    for (const [verb, past] of Object.entries(fallback_grammar.verbs)) {
      const type = { event_type: `users.messages.${channel}.${verb}`, described: undefined }
      expect(profileName(type, 'default')).toBe(`${name} ${past}`)
    }
  })
})

const memberOf = ({ name, from = name }: Member): readonly [string, string] => [name, `value of ${from}`]
const named = (members: readonly (readonly [string, string])[]) => Object.fromEntries(members)

/** The glossary's tab lists it, but no export holds it. */
const isNowhere = (type: string, name: string) => type === 'users.messages.email.Send' && name === 'esp'

/** A record with a value for each field that is known of the type, and one for a field that is not. */
function everyField(type: string): Record<string, unknown> {
  const fields = Object.entries(streamTypeOf({ name: type }).described?.schema.properties ?? {})
  const used = fields.filter(([name, { deprecated }]) => !deprecated && name !== 'properties')
  // The facts call a field by the name that it has in Custom HTTP JSON.
  const value = (name: string, http = `properties.${name}`) => `value of ${http.replace('properties.', '')}`
  const values = used.map(([name, { custom_http }]) => [name, value(name, custom_http ?? undefined)] as const)
  return { ...named(values), undescribed: 'value', ...BASE }
}
