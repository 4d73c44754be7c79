/** Writes files that hold what Braze's Custom HTTP connector posts: `{"events":[…]}`. */
import { gzipSync } from 'node:zlib'
import type { EventField, EventType } from '../../catalog.ts'
import type { EventValues } from './event.ts'
import type { Value } from './fields.ts'

const USER_FIELDS = new Set(['user_id', 'external_user_id', 'device_id', 'timezone'])

/** Makes the files of one event type: gzipped if the key ends with `.gz`. */
export function customHttpFiles(type: EventType): (key: string, events: Iterable<EventValues>) => Uint8Array {
  const event = customHttpEvent(type)
  return (key, events) => {
    const json = Buffer.from(`{"events":[${[...events].map(event).join(',')}]}`)
    return key.endsWith('.gz') ? gzipSync(json) : json
  }
}

function customHttpEvent({ event_type, schema }: EventType): (values: EventValues) => string {
  const members = Object.entries(schema.properties).map(([name, field]) => memberOf(name, field))
  return (values) => {
    const [user, properties]: [string[], string[]] = [[], []]
    let top = ''
    for (const [i, value] of values.entries()) {
      const member = members[i]
      if (!member || value === null) continue
      const text = member.text(value)
      if (member.place === 'top') top += `,${text}`
      else (member.place === 'user' ? user : properties).push(text)
    }
    return `{"event_type":"${event_type}"${top},"user":{${user.join()}},"properties":{${properties.join()}}}`
  }
}

interface Member {
  readonly place: 'top' | 'user' | 'properties'
  readonly text: (value: Value) => string
}

function memberOf(name: string, field: EventField): Member | undefined {
  if (field.custom_http === null && name !== 'id' && name !== 'time') return undefined
  const sent = JSON.stringify(field.custom_http?.split('.').at(-1) ?? name)
  const place = name === 'id' || name === 'time' ? 'top' : USER_FIELDS.has(name) ? 'user' : 'properties'
  // Braze parses this text on the way, so that it arrives as an object.
  return { place, text: (value) => `${sent}:${field.json_in_string ? value : JSON.stringify(value)}` }
}
