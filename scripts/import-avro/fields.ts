/** What the Avro schema of an event type tells about fields that nobody has described. */
import type { AvroRecord } from '../../src/catalog/avro.ts'
import type { EventField } from '../../src/catalog.ts'

/** The fields as the catalogue writes them, with a neutral sentence for a description. */
export const fieldsOfSchema = ({ fields }: AvroRecord): Readonly<Record<string, EventField>> =>
  Object.fromEntries(fields.map((field) => [field.name, fieldOf(field)]))

function fieldOf({ name, type, doc }: AvroRecord['fields'][number]): EventField {
  const required = name === 'id' || name === 'time'
  const { type: jsonType, ...more } = jsonTypeOf(required ? withoutNull(type) : withNull(type))
  return {
    type: jsonType,
    ...more,
    description: `The value of ${name}.`,
    ...unitOf(name),
    ...(doc?.includes('[PII]') && { personal: true }),
    ...(JSON.stringify(type) !== JSON.stringify(ruleType(jsonType)) && { avro: type }),
  }
}

/** Every field but `id` and `time` may be null one day: required fields have become nullable before. */
const withNull = (type: unknown): unknown[] => ['null', ...branchesOf(type).filter((branch) => branch !== 'null')]
const withoutNull = (type: unknown): unknown => branchesOf(type).find((branch) => branch !== 'null') ?? 'string'
const branchesOf = (type: unknown): readonly unknown[] => (Array.isArray(type) ? type : [type])

type JsonType = Pick<EventField, 'type' | 'items'>

function jsonTypeOf(avro: unknown): JsonType {
  if (Array.isArray(avro)) return unionOf(avro.map(jsonTypeOf))
  if (typeof avro === 'string') return { type: PRIMITIVES[avro] ?? 'string' }
  const { type, items } = avro as { readonly type: unknown; readonly items?: unknown }
  if (type === 'array') return { type: 'array', items: jsonTypeOf(items) }
  return type === 'record' || type === 'map' ? { type: 'object' } : jsonTypeOf(type)
}

function unionOf(branches: readonly JsonType[]): JsonType {
  const items = branches.find((branch) => branch.items)?.items
  return { type: [...new Set(branches.flatMap(({ type }) => type))], ...(items && { items }) }
}

/** Any other name is that of an enum, of bytes of a fixed length, or of bytes: strings in JSON. */
const PRIMITIVES: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
}

const unitOf = (name: string): Pick<EventField, 'unit'> =>
  name === 'time' ? { unit: 's' } : name === 'time_ms' ? { unit: 'ms' } : {}

const RULE: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'int',
  number: 'float',
}

/** The Avro type that goes without saying for a JSON type (see `EventField.avro`), if there is one. */
function ruleType(jsonType: string | readonly string[]): unknown {
  const names = [jsonType].flat()
  const [name = '', ...others] = names.filter((type) => type !== 'null')
  if (others.length > 0) return undefined
  return names.includes('null') ? ['null', RULE[name]] : RULE[name]
}
