/** The Currents event types, read from catalogs/: what we know about each, which never decides whether it may flow. */
import { readdirSync, readFileSync } from 'node:fs'

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
  /** Its table in Braze's Snowflake share. */
  readonly snowflake_table: string
  /** Other spellings in documents and exports. */
  readonly aliases: readonly string[]
  /** Draft-07. */
  readonly schema: { readonly properties: Readonly<Record<string, EventField>> }
}

const FOLDER = new URL('../catalogs/', import.meta.url)

let loaded: ReadonlyMap<string, EventType> | undefined

/** Every described event type, by name. */
export function eventTypes(): ReadonlyMap<string, EventType> {
  loaded ??= new Map(
    readdirSync(FOLDER)
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as EventType)
      .map((type) => [type.event_type, type]),
  )
  return loaded
}

let spellings: ReadonlyMap<string, EventType> | undefined

/** The event type that a name means in any documented spelling: dots or underscores, any case, `_SHARED` tables. */
export function eventTypeOf(name: string): EventType | undefined {
  spellings ??= new Map(
    [...eventTypes().values()].flatMap((type) =>
      [type.event_type, type.snowflake_table, ...type.aliases].map((spelling) => [plain(spelling), type] as const),
    ),
  )
  return eventTypes().get(name) ?? spellings.get(plain(name))
}

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/_shared$/, '')
    .replaceAll(/[._]/g, '')
