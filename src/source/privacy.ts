/** What becomes of personal data before a record leaves the source. */

/** Decides for each field of an event what to do with its value. */
export interface PersonalDataPolicy {
  /** Whether the field is covered: `tagged` tells that the Avro schema itself marks it as personal. */
  covers(field: string, tagged: boolean): boolean
  /** The value to emit for a covered field, as JSON text, or undefined to leave the field out. */
  replace(value: string): string | undefined
}
