/** TypeScript types of the records of every described event type. */
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import { type EventType, publishedSchema } from '../../src/catalog.ts'

/** One interface per event type, `Events` from event type to interface, and the names of all fields as `EventField`. */
export async function eventTypesSource(types: readonly EventType[]): Promise<string> {
  const events = await compile(eventsSchema(types), 'Events', { bannerComment: BANNER, format: false })
  return `${events}\n${fieldNames(types)}\n`
}

const BANNER = '/* Made by `npm run generate` from catalogs/. Edit those instead. */'

const eventsSchema = (types: readonly EventType[]): JSONSchema => ({
  type: 'object',
  properties: Object.fromEntries(types.map((type) => [type.event_type, recordSchema(type)])),
  required: types.map((type) => type.event_type),
  additionalProperties: false,
})

const recordSchema = (type: EventType): JSONSchema => ({
  ...(publishedSchema(type) as unknown as JSONSchema), // Its types are plain strings and its lists readonly.
  title: interfaceName(type.event_type),
})

/** `users.messages.email.Open` is `UsersMessagesEmailOpen`. */
const interfaceName = (eventType: string): string =>
  eventType.replaceAll(/(?:^|\.)(.)/g, (_, first: string) => first.toUpperCase())

function fieldNames(types: readonly EventType[]): string {
  const names = new Set(types.flatMap((type) => Object.keys(type.schema.properties)))
  return `export type EventField =\n${[...names]
    .sort()
    .map((name) => `  | '${name}'`)
    .join('\n')}`
}
