/** What avsc makes of the same records, compared value by value. */
import avro, { type Type } from 'avsc'
import { isObject } from './check.ts'

/** Undefined where avsc refuses the schema, or we read more out of it than avsc does. */
export function oracleType(schema: string): Type | undefined {
  if (schema.includes('logicalType')) return undefined
  try {
    return avro.Type.forSchema(JSON.parse(schema), { wrapUnions: 'always', omitRecordMethods: true })
  } catch {
    return undefined
  }
}

/** The records of a block, or undefined if avsc refuses one: it cannot hold numbers beyond 2^53. */
export function oracleRecords(type: Type, content: Buffer, count: number): readonly unknown[] | undefined {
  const records: unknown[] = []
  let at = 0
  try {
    for (let i = 0; i < count; i++) {
      const { value, offset } = type.decode(content, at)
      if (offset < 0) return undefined
      records.push(value)
      at = offset
    }
  } catch {
    return undefined
  }
  return records
}

/** Whether JSON data says the same as a value of avsc; null and what JSON does not have are left out of objects. */
export function saysTheSame(type: Type, value: unknown, data: unknown): boolean {
  switch (type.typeName) {
    case 'null':
      return (data ?? null) === null
    case 'float':
    case 'double':
      return sameNumber(Number(value), data, type.typeName === 'float' ? Math.fround : (n) => n)
    case 'bytes':
    case 'fixed':
      return data === Buffer.from(value as Buffer).toString('base64')
    case 'array':
      return (
        Array.isArray(value) &&
        Array.isArray(data) &&
        value.length === data.length &&
        value.every((item, i) => saysTheSame((type as avro.types.ArrayType).itemsType, item, data[i]))
      )
    case 'map':
      return sameMembers(Object.entries(value as object), data, () => (type as avro.types.MapType).valuesType)
    case 'union:wrapped':
      return sameBranch(type as avro.types.WrappedUnionType, value, data)
    case 'record':
    case 'error':
      return sameRecord(type as avro.types.RecordType, value, data)
    default:
      return value === data
  }
}

const sameNumber = (value: number, data: unknown, round: (value: number) => number): boolean =>
  Number.isFinite(value) ? typeof data === 'number' && round(data) === value : (data ?? null) === null

function sameBranch({ types }: avro.types.WrappedUnionType, value: unknown, data: unknown): boolean {
  if (value === null) return (data ?? null) === null
  const [[name, inner] = ['', undefined]] = Object.entries(value as object)
  const type = types.find(({ branchName }) => branchName === name)
  return type !== undefined && saysTheSame(type, inner, data)
}

function sameRecord({ fields }: avro.types.RecordType, value: unknown, data: unknown): boolean {
  const types = new Map(fields.map(({ name, type }) => [name, type]))
  return sameMembers(Object.entries(value as object), data, (name) => types.get(name))
}

function sameMembers(entries: readonly [string, unknown][], data: unknown, typeOf: (name: string) => Type | undefined) {
  if (!isObject(data)) return false
  const rest = new Set(Object.keys(data))
  const same = entries.every(([name, value]) => {
    const type = typeOf(name)
    rest.delete(name)
    return type !== undefined && saysTheSame(type, value, Object.hasOwn(data, name) ? data[name] : undefined)
  })
  // avsc loses a member named __proto__; we do not.
  rest.delete('__proto__')
  return same && rest.size === 0
}
