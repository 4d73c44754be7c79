/** ConfiguredAirbyteCatalogs for those who run the connector without a platform that would write one. */
import { type EventType, publishedStream } from '../../src/catalog.ts'

/** Which event types each file of catalogs/configured/ holds. */
const SELECTIONS: Readonly<Record<string, (type: EventType) => boolean>> = {
  all_events: () => true,
  segment_50: (type) => type.segment_page === true,
  email: (type) => type.event_type.startsWith('users.messages.email.'),
}

/** File names and texts, with one stream a line. */
export const configuredCatalogs = (types: readonly EventType[]): readonly (readonly [string, string])[] =>
  Object.entries(SELECTIONS).map(([name, selects]) => [`${name}.json`, catalogText(types.filter(selects))] as const)

const catalogText = (types: readonly EventType[]): string =>
  `{"streams":[\n${types.map((type) => JSON.stringify(configured(type))).join(',\n')}\n]}\n`

const configured = (type: EventType) => ({
  stream: publishedStream(type),
  sync_mode: 'incremental',
  destination_sync_mode: 'append',
  cursor_field: ['_ab_source_file_last_modified'],
  primary_key: [['id']],
})
