/**
 * The JSON form of Avro's logical types: https://avro.apache.org/docs/1.12.0/specification/#logical-types (read 2026-11).
 *
 * | logical type | JSON |
 * |---|---|
 * | `decimal` | string with all digits: `"-12.340"` |
 * | `uuid` | string with hyphens |
 * | `date` | `"2025-04-01"` |
 * | `time-millis`, `time-micros` | `"17:05:00.123"`, `"17:05:00.123456"` |
 * | `timestamp-millis`, `-micros`, `-nanos` | `"2025-04-01T17:05:00.123Z"` with 3, 6 or 9 decimals |
 * | `local-timestamp-…` | the same without `Z` |
 * | `duration` | `{"months":1,"days":2,"milliseconds":3}` |
 *
 * A number that has no such form (a year after 9999, a time of day after midnight) stays a number, of any size. A logical
 * type that is not in the table, or that stands on a type it may not stand on, counts for nothing, as the specification
 * demands.
 */
import avro, { type Schema } from 'avsc'
import { exactLong } from './exact-long.ts'

/** The type under the name that avsc gives it. */
const LONG = [exactLong.typeName]
const MAX_SCALE = 1000
const UUID_BYTES = 16
const DURATION_BYTES = 12
const DAY_MS = 86_400_000n

/** By name, for avsc: values are what the JSON is made of. */
export const logicalTypes = {
  decimal: logicalType(['bytes', 'fixed'], ({ scale = 0 }) => {
    if (!Number.isInteger(scale) || scale < 0 || scale > MAX_SCALE) throw new Error('invalid scale')
    return (bytes: Buffer) => decimal(bytes, scale)
  }),
  uuid: logicalType(['string', 'fixed'], ({ size = UUID_BYTES }) => {
    if (size !== UUID_BYTES) throw new Error('invalid size')
    return (value: string | Buffer) => (typeof value === 'string' ? value : uuid(value))
  }),
  duration: logicalType(['fixed'], ({ size }) => {
    if (size !== DURATION_BYTES) throw new Error('invalid size')
    return duration
  }),
  date: logicalType(['int'], () => (days: number) => dateOf(BigInt(days)) ?? days),
  'time-millis': logicalType(['int'], () => (value: number) => timeOfDay(BigInt(value), 3) ?? value),
  'time-micros': logicalType(LONG, () => (value: bigint) => timeOfDay(value, 6) ?? value),
  ...timestamps('', 'Z'),
  ...timestamps('local-', ''),
}

const ON_LONG = Object.keys(logicalTypes).filter((name) => /^time-micros$|timestamp-/.test(name))

/** Whether a logical type may stand on long. */
export const isOnLong = (logicalType: string | undefined): boolean => ON_LONG.includes(logicalType ?? '')

/** What we use of a type's schema. */
interface Attributes {
  readonly type?: unknown
  readonly scale?: number
  readonly size?: number
}

/** Takes bytes, a number, a bigint or a string: a value of the types that the logical type may stand on. */
type FromAvro = (value: never) => unknown

/** A logical type that may stand on these types. `fromAvro` throws if the schema makes no sense: then it is ignored. */
function logicalType(on: readonly string[], fromAvro: (attributes: Attributes) => FromAvro) {
  return class extends avro.types.LogicalType {
    readonly #fromAvro: FromAvro

    constructor(schema: Schema, options?: object) {
      // The hook keeps avsc from taking its own long.
      super(schema, { ...options, typeHook: () => ((schema as Attributes).type === 'long' ? exactLong : undefined) })
      if (!on.includes(this.underlyingType.typeName)) throw new Error('invalid underlying type')
      this.#fromAvro = fromAvro(schema as Attributes)
    }

    override _fromValue(value: unknown): unknown {
      return this.#fromAvro(value as never)
    }
  }
}

function timestamps(prefix: string, suffix: string) {
  const typeOf = (decimals: number) =>
    logicalType(LONG, () => (value: bigint) => timestamp(value, decimals, suffix) ?? value)
  return {
    [`${prefix}timestamp-millis`]: typeOf(3),
    [`${prefix}timestamp-micros`]: typeOf(6),
    [`${prefix}timestamp-nanos`]: typeOf(9),
  }
}

/** ISO 8601; undefined beyond the years of four digits. */
function timestamp(value: bigint, decimals: number, suffix: string): string | undefined {
  const unitsADay = 86_400n * 10n ** BigInt(decimals)
  const timeOf = ((value % unitsADay) + unitsADay) % unitsADay
  const date = dateOf((value - timeOf) / unitsADay)
  return date && `${date}T${timeOfDay(timeOf, decimals)}${suffix}`
}

function dateOf(days: bigint): string | undefined {
  const date = new Date(Number(days * DAY_MS))
  return date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999 ? date.toISOString().slice(0, 10) : undefined
}

/** Of a day that begins with zero; undefined outside of it. */
function timeOfDay(value: bigint, decimals: number): string | undefined {
  const unitsASecond = 10n ** BigInt(decimals)
  if (value < 0n || value >= 86_400n * unitsASecond) return undefined
  const seconds = Number(value / unitsASecond)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')}.${String(value % unitsASecond).padStart(decimals, '0')}`
}

/** Bytes are a big-endian number in two's complement, to be divided by 10 to the power of `scale`. */
function decimal(bytes: Buffer, scale: number): string {
  const unsigned = BigInt(`0x${bytes.toString('hex') || '0'}`)
  const value = BigInt.asIntN(bytes.length * 8, unsigned)
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}

const uuid = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

const duration = (bytes: Buffer) => ({
  months: bytes.readUInt32LE(0),
  days: bytes.readUInt32LE(4),
  milliseconds: bytes.readUInt32LE(8),
})
