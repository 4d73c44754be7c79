/** What `discover` says of records whose schema is known from a file's header. */
import type avro from 'avsc'
import type { Type } from 'avsc'
import type { AvroRecord } from '../../catalog/avro.ts'
import type { EventType } from '../../catalog.ts'
import { coveredField, type PersonalDataPolicy } from '../privacy.ts'
import { isPersonal } from './avro-schema.ts'
import { avroTypeOf, nameOf } from './avro-types.ts'

/** A draft-07 JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * The schema of the records that a file with this Avro schema gives, under a policy for personal data. From the
 * catalogue come the description of a field, and whether its strings hold an object.
 */
export function jsonSchemaOf(schema: AvroRecord, eventType?: EventType, policy?: PersonalDataPolicy) {
  const { fields } = avroTypeOf(JSON.stringify(schema)) as avro.types.RecordType
  const properties = fields.flatMap((column, i) => {
    const name = nameOf(column)
    const doc = schema.fields[i]?.doc ?? undefined
    const known = eventType?.schema.properties[name]
    const value = known?.json_in_string ? OBJECT : schemaOf(column.type)
    const description = known?.description ?? doc
    const field = { ...(REQUIRED.includes(name) ? value : nullable(value)), ...(description && { description }) }
    const covered = coveredField(policy, { name, isTagged: isPersonal(doc) }, field)
    return covered ? [[name, covered] as const] : []
  })
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: Object.fromEntries<JsonSchema>(properties),
    required: REQUIRED,
    additionalProperties: true,
  } as const
}

const REQUIRED: readonly string[] = ['id', 'time']

const OBJECT = { type: 'object', additionalProperties: true }
const TEXT = { type: 'string' }
const BASE64 = { type: 'string', contentEncoding: 'base64' }
const INTEGER = { type: 'integer' }
/** NaN and the infinities count as null. */
const NUMBER = { type: ['null', 'number'] }
const TIME = { type: 'string', format: 'time', airbyte_type: 'time_without_timezone' }
const TIMESTAMP = { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' }
const LOCAL_TIMESTAMP = { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' }

/** By the names that avsc gives to types. */
const SIMPLE: Readonly<Record<string, JsonSchema>> = {
  null: { type: 'null' },
  boolean: { type: 'boolean' },
  int: INTEGER,
  'abstract:long': INTEGER,
  float: NUMBER,
  double: NUMBER,
  string: TEXT,
  enum: TEXT,
  bytes: BASE64,
  fixed: BASE64,
  'logical:decimal': TEXT,
  'logical:uuid': TEXT,
  'logical:duration': OBJECT,
  'logical:date': { type: 'string', format: 'date' },
  'logical:time-millis': TIME,
  'logical:time-micros': TIME,
  'logical:timestamp-millis': TIMESTAMP,
  'logical:timestamp-micros': TIMESTAMP,
  'logical:timestamp-nanos': TIMESTAMP,
  'logical:local-timestamp-millis': LOCAL_TIMESTAMP,
  'logical:local-timestamp-micros': LOCAL_TIMESTAMP,
  'logical:local-timestamp-nanos': LOCAL_TIMESTAMP,
}

/** `within` are the records around: one that contains itself is described once. */
function schemaOf(type: Type, within: readonly Type[] = []): JsonSchema {
  switch (type.typeName) {
    case 'array':
      return { type: 'array', items: schemaOf((type as avro.types.ArrayType).itemsType, within) }
    case 'map':
      return { type: 'object', additionalProperties: schemaOf((type as avro.types.MapType).valuesType, within) }
    case 'union:wrapped':
      return unionSchema((type as avro.types.WrappedUnionType).types.map((branch) => schemaOf(branch, within)))
    case 'record':
    case 'error':
      return within.includes(type) ? OBJECT : recordSchema(type as avro.types.RecordType, [...within, type])
    default:
      return SIMPLE[type.typeName] ?? {}
  }
}

const recordSchema = ({ fields }: avro.types.RecordType, within: readonly Type[]): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(fields.map((field) => [nameOf(field), nullable(schemaOf(field.type, within))])),
  additionalProperties: true,
})

/** Of several kinds of values only the types are told: a `oneOf` may hold but one that fits, and platforms hardly know it. */
function unionSchema(branches: readonly JsonSchema[]): JsonSchema {
  const [first, second] = branches.filter(({ type }) => type !== 'null')
  if (first && !second) return branches.length === 1 ? first : nullable(first)
  return { type: [...new Set(branches.flatMap(({ type }) => type))] }
}

/** The schema of the same values, or null. */
const nullable = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  type: ['null', ...[schema['type']].flat().filter((type) => type !== 'null')],
})
