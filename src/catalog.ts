/** The Currents event types, read from catalogs/: what we know about each, which never decides whether it may flow. */
import { readdirSync, readFileSync } from 'node:fs'
import type { AirbyteStream, SyncMode } from './cdk/protocol.ts'
import { packageFile } from './files.ts'

/** One field of an event type: a JSON Schema with what else is known of the field. */
export interface EventField {
  /** JSON types; all fields but `id` and `time` may be null. */
  readonly type: string | readonly string[]
  readonly description: string
  readonly items?: object
  /** Of numbers: seconds or milliseconds. */
  readonly unit?: 's' | 'ms'
  readonly personal?: true
  /** In storage exports this object travels as JSON in a string. */
  readonly json_in_string?: true
  /**
   * The Avro type, where it is not the rule: `["null", T]` with T string, boolean, int for integer, float for number
   * (without null for `id` and `time`). Null: storage exports don't hold the field.
   */
  readonly avro?: unknown
  /** Place in Braze's Custom HTTP JSON, where it is not the rule of `customHttpPlace`. Null: not sent there. */
  readonly custom_http?: string | null
  /** Place in a Segment call, where it is not the rule of the mapping. */
  readonly segment?: string
  /** False where Braze's own Segment export leaves the field out. */
  readonly native?: false
  readonly deprecated?: true
  /** The Currents release that added the field. */
  readonly since?: number
}

/** The Segment event name of an event type, by name profile. */
export interface SegmentNames {
  readonly default: string
  readonly braze_native: string
  readonly segment_catalog: string
}

export interface EventType {
  /** As Braze spells it: `users.messages.email.Open`. */
  readonly event_type: string
  readonly title: string
  readonly description: string
  readonly category: 'customer_behavior' | 'message_engagement' | 'user_profile' | 'other'
  readonly status: 'current' | 'announced' | 'legacy'
  readonly since?: number
  readonly segment_names: SegmentNames
  /** Listed on Braze's page about its own Segment export. */
  readonly segment_page?: true
  /** Its table in Braze's Snowflake share. */
  readonly snowflake_table: string
  /** Other spellings in documents and exports. */
  readonly aliases: readonly string[]
  /** Draft-07. */
  readonly schema: { readonly properties: Readonly<Record<string, EventField>> }
}

/** What the source adds to every record; the address of the file only where the user asks for it. */
export const FILE_FIELDS = {
  _ab_source_file_last_modified: {
    type: 'string',
    format: 'date-time',
    airbyte_type: 'timestamp_with_timezone',
    description: 'When the file that holds the event was last modified, in ISO 8601 and UTC.',
  },
  _ab_source_file_url: {
    type: ['null', 'string'],
    description: 'The address of the file that holds the event.',
  },
} as const

/** The keywords of a field that are JSON Schema; the others are ours. */
const SCHEMA_KEYWORDS: readonly string[] = ['type', 'description', 'items', 'additionalProperties', 'contentMediaType']

/** How the stream of any event type is read. */
export const STREAM_TRAITS = {
  supported_sync_modes: ['full_refresh', 'incremental'] satisfies SyncMode[],
  source_defined_cursor: true,
  default_cursor_field: ['_ab_source_file_last_modified'],
  source_defined_primary_key: [['id']],
  is_resumable: true,
}

/** The stream of an event type, as `discover` publishes it. */
export const publishedStream = (type: EventType): AirbyteStream => ({
  name: type.event_type,
  json_schema: publishedSchema(type),
  ...STREAM_TRAITS,
})

/** The draft-07 schema of an event type's records, as `discover` publishes it. */
export function publishedSchema({ title, description, schema }: Pick<EventType, 'title' | 'description' | 'schema'>) {
  const properties = Object.entries(schema.properties).map(([name, field]) => [name, published(field)])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    description,
    type: 'object',
    properties: { ...Object.fromEntries(properties), ...FILE_FIELDS },
    required: ['id', 'time'],
    additionalProperties: true,
  } as const
}

const published = (field: EventField): object =>
  Object.fromEntries(Object.entries(field).filter(([keyword]) => SCHEMA_KEYWORDS.includes(keyword)))

const FOLDER = packageFile('catalogs/')

let names: ReadonlySet<string> | undefined

/** The described event types, in alphabetical order. */
export function eventTypeNames(): ReadonlySet<string> {
  names ??= new Set(
    readdirSync(FOLDER)
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => file.slice(0, -'.json'.length)),
  )
  return names
}

let all: ReadonlyMap<string, EventType> | undefined

/** Every described event type, by name. */
export function eventTypes(): ReadonlyMap<string, EventType> {
  all ??= new Map([...eventTypeNames()].map((name) => [name, typeIn(name)]))
  return all
}

/** One described event type, by name. */
export const describedType = (name: string): EventType | undefined =>
  eventTypeNames().has(name) ? typeIn(name) : undefined

const loaded = new Map<string, EventType>()

/** Each file is read when its event type is first asked for: a sync is about few of them. */
function typeIn(name: string): EventType {
  const type = loaded.get(name) ?? withoutPrototype(JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')))
  loaded.set(name, type)
  return type
}

/** Fields of a file are looked up by name, and may be called like what every object has. */
const withoutPrototype = (type: EventType): EventType => ({
  ...type,
  schema: { ...type.schema, properties: Object.assign(Object.create(null), type.schema.properties) },
})

/**
 * The event type that a name means in any documented spelling: dots or underscores, any case, `_SHARED` tables, and a
 * prefix of any kind before it.
 */
export const eventTypeOf = (name: string): EventType | undefined => describedType(name) ?? spelledType(plain(name))

/** An event type as Braze spells it, if it is a known one. */
export const spelledRight = (eventType: string): string =>
  eventTypeNames().has(eventType) ? eventType : (eventTypeOf(eventType)?.event_type ?? eventType)

let spellings: ReadonlyMap<string, EventType> | undefined
let longest = 0

function spelledType(name: string): EventType | undefined {
  spellings ??= new Map(
    [...eventTypes().values()].flatMap((type) =>
      [type.event_type, type.snowflake_table, ...type.aliases].map((spelling) => [plain(spelling), type] as const),
    ),
  )
  longest ||= Math.max(...[...spellings.keys()].map(({ length }) => length))
  return endingOf(name, spellings)
}

/** The spelling that the name ends with. None ends with that of another event type, so at most one fits. */
function endingOf(name: string, types: ReadonlyMap<string, EventType>): EventType | undefined {
  for (let at = Math.max(0, name.length - longest); at < name.length; at++) {
    const type = types.get(name.slice(at))
    if (type) return type
  }
  return undefined
}

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/_shared$/, '')
    .replaceAll(/[._]/g, '')
