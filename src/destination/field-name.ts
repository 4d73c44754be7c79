/** The names of the fields of all event types, so that a misspelt one does not compile. */
export type FieldName = string
