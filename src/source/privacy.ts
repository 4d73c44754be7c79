/** What becomes of personal data before a record leaves the source. */
import { createHmac } from 'node:crypto'
import { eventTypes } from '../catalog.ts'
import type { PersonalData } from '../config.ts'

/** Decides for each field of an event what to do with its value. */
export interface PersonalDataPolicy {
  /** Whether the field is covered: `tagged` tells that the Avro schema itself marks it as personal. */
  covers(field: string, tagged: boolean): boolean
  /** The value to emit for a covered field, as JSON text, or undefined to leave the field out. */
  replace(value: string): string | undefined
}

/** The policy that a user has configured. Undefined: everything is kept as it is. */
export function policyOf(config: PersonalData | undefined): PersonalDataPolicy | undefined {
  if (!config || config.policy === 'keep') return undefined
  return { covers: coverageOf(config.fields), replace: replacementOf(config.policy, config.salt) }
}

/** What makes an event the event that it is: without it, nothing could be deduplicated or ordered. */
const IDENTITY: readonly string[] = ['id', 'time', 'event_type']

/** Exactly the fields that are named; if none is, those that the catalogue or the schema marks, in any event type. */
function coverageOf(fields: readonly string[] = []): PersonalDataPolicy['covers'] {
  const covered = new Set(fields.length > 0 ? fields : personalFields())
  return (field, tagged) => !IDENTITY.includes(field) && (covered.has(field) || (fields.length === 0 && tagged))
}

const personalFields = (): readonly string[] =>
  [...eventTypes().values()].flatMap(({ schema }) =>
    Object.entries(schema.properties).flatMap(([name, { personal }]) => (personal ? [name] : [])),
  )

function replacementOf(policy: 'hash' | 'redact' | 'drop', salt = ''): PersonalDataPolicy['replace'] {
  switch (policy) {
    case 'hash':
      return (value) => `"${createHmac('sha256', salt).update(textOf(value)).digest('hex')}"`
    case 'redact':
      // The word that Braze's own field transformations use.
      return () => '"[REDACTED]"'
    case 'drop':
      return () => undefined
  }
}

/** A string's own text, so that anyone who has the salt can compute the hash of an address. Else the JSON text. */
const textOf = (value: string): string => (value.startsWith('"') ? String(JSON.parse(value)) : value)

/** A field, and whether the Avro schema marks it as personal. */
export interface NamedField {
  readonly name: string
  readonly isTagged: boolean
}

/** The JSON Schema of a field under a policy: its values may have become strings. Undefined if the field is left out. */
export function coveredField<Schema extends object>(
  policy: PersonalDataPolicy | undefined,
  { name, isTagged }: NamedField,
  schema: Schema,
): Schema | undefined {
  if (!policy?.covers(name, isTagged)) return schema
  if (policy.replace('""') === undefined) return undefined
  const { type, format, airbyte_type, contentEncoding, items, properties, additionalProperties, oneOf, ...rest } =
    schema as Record<string, unknown>
  // What is left out above tells how values look that are no longer there.
  return { ...rest, type: ['null', 'string'] } as unknown as Schema
}
