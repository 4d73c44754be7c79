import { gunzipSync, gzipSync } from 'node:zlib'
import type { Target } from '../target.ts'
import { checkSame, inChunks, isObject, parsed, whole } from './check.ts'
import { outcomeOf } from './decode.ts'

const EVENT = {
  event_type: 'x',
  id: 'e1',
  time: 1_700_000_000,
  user: { user_id: 'u', external_user_id: null },
  properties: { url: 'https://a.b/?c=é', price: 1.5, id: 'inner', list: [1, { a: null }] },
}
const OTHER = { ...EVENT, event_type: 'y' }

/** Events are found in JSON of any layout, as one finds them after JSON.parse. */
export const customHttp: Target = {
  name: 'custom-http',
  words: [
    '{"events":[',
    '['.repeat(5000),
    '{"events":['.repeat(2000),
    '"events":',
    '"event_type":"x",',
    '"user":{',
    '"properties":{',
    '"__proto__":{"a":1},',
    '\n',
    '\ufeff',
    ']}',
    '\\u0000',
    '12345678901234567890',
  ],
  seeds: () => {
    const texts = [
      JSON.stringify({ events: [EVENT, OTHER, EVENT] }),
      JSON.stringify([EVENT, OTHER], null, 2),
      `${JSON.stringify(EVENT)}\n${JSON.stringify({ more: true, events: [EVENT] })}\n`,
      JSON.stringify({ events: [], next: null }),
    ].map((text) => Buffer.from(text))
    return [...texts, ...texts.map((text) => gzipSync(text))]
  },
  async run(input) {
    const found = await outcomeOf('x.json', whole(input), input.length)
    const cut = await outcomeOf('x.json', inChunks(input), input.length)
    checkSame(cut, found, 'chunks make no difference')
    const value = parsed(textOf(input))
    if (value) {
      const events = [...eventsIn(value.value)]
      checkSame([found.error, found.counts[1]], ['', events.length], 'it finds the events that JSON.parse finds')
      checkSame(
        found.data,
        events
          .filter(({ event_type }) => event_type === 'x')
          .map(flat)
          .filter(isFilled),
        'they say the same',
      )
    }
    return `${found.error} ${found.counts.map(Math.sign).join()} ${value !== undefined}`
  },
}

function textOf(input: Buffer): string {
  if (input[0] !== 0x1f || input[1] !== 0x8b) return input.toString('utf8')
  try {
    return gunzipSync(input, { maxOutputLength: 1 << 24 }).toString('utf8')
  } catch {
    return ''
  }
}

type Json = Readonly<Record<string, unknown>>

function* eventsIn(value: unknown): Generator<Json> {
  if (Array.isArray(value)) for (const item of value) yield* eventsIn(item)
  else if (isObject(value)) {
    if (!Object.hasOwn(value, 'event_type') && Array.isArray(value['events'])) yield* eventsIn(value['events'])
    else yield value
  }
}

/** A field of the event itself goes before one of the user, and that before one of the properties. */
function flat({ event_type, ...event }: Json): Json {
  const { user, properties, ...top } = event
  const groups = [top, isObject(user) ? user : { user }, isObject(properties) ? properties : { properties }]
  const members = groups.flatMap((group) => Object.entries(group)).filter(([, value]) => (value ?? null) !== null)
  return Object.fromEntries(members.reverse())
}

const isFilled = (data: Json): boolean => Object.keys(data).length > 0
