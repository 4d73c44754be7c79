/**
 * The JSON form of Avro values, as avro-types.ts reads them.
 *
 * | Avro | JSON |
 * |---|---|
 * | record, map | object, in the order of the file; members that are null are left out |
 * | array | array; nulls stay, so that items keep their places |
 * | union | the value of the branch that is there |
 * | int, long | number with all digits |
 * | float, double | number with the fewest digits that round to it; NaN and infinities count as null |
 * | string, enum | string; invalid UTF-8 becomes U+FFFD |
 * | bytes, fixed | string, Base64 |
 * | logical types | see logical-types.ts |
 */
import type avro from 'avsc'
import type { Type } from 'avsc'
import type { PersonalDataPolicy } from '../privacy.ts'
import { isPersonal } from './avro-schema.ts'
import { nameOf } from './avro-types.ts'
import { numberText } from './json-text.ts'

export interface FieldRules {
  /** Holds for the fields of nested records too. */
  readonly policy: PersonalDataPolicy | undefined
  /** The field of the outermost record whose strings hold a JSON object. */
  readonly jsonField: string | undefined
  objectText(json: string): string
}

/** Writes the members of a record, without the braces around them. */
export function recordWriter(type: Type, rules: FieldRules): (value: object) => string {
  const writers = new Map<Type, Write>()
  const writerOf = (inner: Type): Write => {
    const known = writers.get(inner)
    if (known) return known
    // A type may contain itself: whoever asks again while it is being made gets this.
    writers.set(inner, (value) => made(value))
    const made = makeWriter(inner, { rules, writerOf })
    writers.set(inner, made)
    return made
  }
  return membersWriter(type, { rules, writerOf }, rules.jsonField)
}

/** JSON text, or undefined for null. */
type Write = (value: never) => string | undefined

interface Making {
  readonly rules: FieldRules
  writerOf(type: Type): Write
}

function makeWriter(type: Type, making: Making): Write {
  switch (type.typeName) {
    case 'null':
      return () => undefined
    case 'boolean':
    case 'int':
    case 'abstract:long':
      return String
    case 'float':
      return (value: number) => numberText(value, 32)
    case 'double':
      return (value: number) => numberText(value, 64)
    case 'string':
    case 'enum':
      return JSON.stringify
    case 'bytes':
    case 'fixed':
      return (value: Buffer) => `"${value.toString('base64')}"`
    case 'array':
      return arrayWriter(making.writerOf((type as avro.types.ArrayType).itemsType))
    case 'map':
      return mapWriter(making.writerOf((type as avro.types.MapType).valuesType))
    case 'union:wrapped':
      return unionWriter(type as avro.types.WrappedUnionType, making)
    case 'record':
    case 'error':
      return objectWriter(membersWriter(type, making))
    default:
      return logicalText
  }
}

const arrayWriter = (write: Write) => (items: readonly never[]) =>
  `[${items.map((item) => write(item) ?? 'null').join()}]`

const mapWriter = (write: Write) => (entries: readonly (readonly [string, never])[]) =>
  `{${present(entries.map(([key, value]) => memberText(JSON.stringify(key), write(value))))}}`

/** A value is an object with one member, named after the branch. */
function unionWriter({ types }: avro.types.WrappedUnionType, { writerOf }: Making): Write {
  const writers = new Map(types.map((type) => [type.branchName, writerOf(type)]))
  return (wrapped: Readonly<Record<string, never>> | null) => {
    for (const branch in wrapped) return writers.get(branch)?.(wrapped[branch] as never)
    return undefined
  }
}

const objectWriter = (members: (value: object) => string) => (value: object) => `{${members(value)}}`

function membersWriter(type: Type, making: Making, jsonField?: string): (value: object) => string {
  // The declarations of avsc leave out `doc`.
  const fields = (type as avro.types.RecordType).fields as readonly (avro.types.Field & { readonly doc?: string })[]
  const writers = fields.map((field) => {
    const name = nameOf(field)
    const plan = { name, isTagged: isPersonal(field.doc), type: field.type, isJson: name === jsonField }
    return { place: field.name, key: JSON.stringify(name), write: fieldWriter(making, plan) }
  })
  return (value) => {
    const values = value as Readonly<Record<string, never>>
    return present(writers.map(({ place, key, write }) => memberText(key, write(values[place] as never))))
  }
}

interface FieldPlan {
  readonly name: string
  readonly isTagged: boolean
  readonly isJson: boolean
  readonly type: Type
}

function fieldWriter({ rules, writerOf }: Making, { name, isTagged, isJson, type }: FieldPlan): Write {
  const plain = writerOf(type)
  const write = isJson ? objectWriterOf(plain, rules) : plain
  const { policy } = rules
  if (!policy?.covers(name, isTagged)) return write
  return (value) => {
    const text = write(value)
    return text === undefined ? undefined : policy.replace(text)
  }
}

/** The field may be a nullable string or even something else, which then stays as it is. */
const objectWriterOf =
  (write: Write, { objectText }: FieldRules): Write =>
  (value) => {
    const text = write(value)
    return text?.startsWith('"') ? objectText(JSON.parse(text)) : text
  }

const memberText = (key: string, text: string | undefined) => (text === undefined ? undefined : `${key}:${text}`)

const present = (members: readonly (string | undefined)[]): string =>
  members.filter((member) => member !== undefined).join()

/** What logical-types.ts gives: text, an object, or the number that has no other form. */
const logicalText = (value: unknown): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value))
