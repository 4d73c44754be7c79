/** A stream as the source defines it. */
import { describedType, type EventType, publishedStream } from '../catalog.ts'
import type { AirbyteStream } from '../cdk/protocol.ts'

/** What the catalogue says of an event type, or what holds for any event of a type that it lacks. */
export const definitionOf = (eventType: string): AirbyteStream =>
  publishedStream(describedType(eventType) ?? undescribed(eventType))

const undescribed = (event_type: string): EventType => ({
  event_type,
  title: event_type,
  description: 'Found in the export; this version of the connector has no description of it.',
  category: 'other',
  status: 'current',
  segment_names: { default: event_type, braze_native: event_type, segment_catalog: event_type },
  snowflake_table: '',
  aliases: [],
  schema: {
    properties: {
      id: { type: 'string', description: 'Identifies the event.' },
      time: { type: 'integer', description: 'When the event happened, in seconds since the Unix epoch.', unit: 's' },
    },
  },
})
