/** The names of the fields of all event types, so that a misspelt one does not compile. */
export type { EventField as FieldName } from '../../generated/events.ts'
