/** Random Avro schemas with values, and the JSON that they must give, made without looking at encoded bytes. */

import avro from 'avsc'
import fc from 'fast-check'
import { exactLong } from '../../../src/source/decode/exact-long.ts'

/** A value as avsc takes it, and its JSON text; undefined for null. */
interface Pair {
  readonly avro: unknown
  readonly json: string | undefined
}

interface TypeCase {
  readonly schema: unknown
  /** How avsc names the type in a union. */
  readonly branch: string
  readonly pairs: fc.Arbitrary<Pair>
}

const pair = (avro: unknown, json: string | undefined): Pair => ({ avro, json })

const simple = (schema: string, pairs: fc.Arbitrary<Pair>): TypeCase => ({ schema, branch: schema, pairs })

const pad = (value: number | bigint, digits: number): string => String(value).padStart(digits, '0')

/** No float beyond these is written with an exponent by one and without by another. */
const FLOATS = ['3.14', '0.1', '-2.5', '16777216', '1e-7', '1e+21', '0', '19.99', '1234.5677']

const text = fc.string({ unit: 'binary', maxLength: 12 })

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, -(2n ** 52n) - 1n, 2n ** 62n, 0n),
)

const primitives: readonly TypeCase[] = [
  simple('null', fc.constant(pair(null, undefined))),
  simple(
    'boolean',
    fc.boolean().map((value) => pair(value, String(value))),
  ),
  simple(
    'int',
    fc.integer().map((value) => pair(value, String(value))),
  ),
  simple(
    'long',
    int64.map((value) => pair(value, String(value))),
  ),
  simple(
    'float',
    fc.constantFrom(...FLOATS).map((digits) => pair(Number(digits), digits)),
  ),
  simple(
    'float',
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY).map((value) => pair(value, undefined)),
  ),
  simple(
    'double',
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => pair(value, JSON.stringify(value))),
  ),
  simple(
    'string',
    text.map((value) => pair(value, JSON.stringify(value))),
  ),
  simple(
    'bytes',
    fc
      .uint8Array({ maxLength: 10 })
      .map((bytes) => pair(Buffer.from(bytes), `"${Buffer.from(bytes).toString('base64')}"`)),
  ),
]

const DAY_MS = 86_400_000

/** Moments whose year has four digits. */
const moment = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})

/** Nanoseconds of 64 bits reach from 1677 to 2262. */
const nearMoment = fc.date({
  min: new Date('1680-01-01T00:00:00Z'),
  max: new Date('2250-01-01T00:00:00Z'),
  noInvalidDate: true,
})

function timestamps(logicalType: string, moreDigits: number, suffix: string): TypeCase {
  const pairs = fc
    .tuple(moreDigits === 6 ? nearMoment : moment, fc.nat(10 ** moreDigits - 1))
    .map(([date, more]) =>
      pair(
        BigInt(date.getTime()) * 10n ** BigInt(moreDigits) + BigInt(more),
        `"${date.toISOString().slice(0, -1)}${moreDigits > 0 ? pad(more, moreDigits) : ''}${suffix}"`,
      ),
    )
  return { schema: { type: 'long', logicalType }, branch: 'long', pairs }
}

const timeOfDay = fc.record({ ms: fc.nat(DAY_MS - 1), micros: fc.nat(999) })
const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 23)

function decimals(precision: number, scale: number): TypeCase {
  const digits = fc.array(fc.nat(9), { minLength: scale + 1, maxLength: precision })
  const pairs = fc.tuple(fc.boolean(), digits).map(([isNegative, digits]) => {
    const unscaled = BigInt(digits.join('')) * (isNegative ? -1n : 1n)
    const plain = pad(unscaled < 0n ? -unscaled : unscaled, scale + 1)
    const point = plain.length - scale
    const json = `${unscaled < 0n ? '-' : ''}${plain.slice(0, point)}${scale > 0 ? `.${plain.slice(point)}` : ''}`
    return pair(twosComplement(unscaled), `"${json}"`)
  })
  return { schema: { type: 'bytes', logicalType: 'decimal', precision, scale }, branch: 'bytes', pairs }
}

function twosComplement(value: bigint): Buffer {
  const bytes = value.toString(2).length / 8 + 2
  return Buffer.from(
    BigInt.asUintN(Math.floor(bytes) * 8, value)
      .toString(16)
      .padStart(Math.floor(bytes) * 2, '0'),
    'hex',
  )
}

const logical: readonly TypeCase[] = [
  timestamps('timestamp-millis', 0, 'Z'),
  timestamps('timestamp-micros', 3, 'Z'),
  timestamps('timestamp-nanos', 6, 'Z'),
  timestamps('local-timestamp-millis', 0, ''),
  timestamps('local-timestamp-micros', 3, ''),
  timestamps('local-timestamp-nanos', 6, ''),
  {
    schema: { type: 'int', logicalType: 'date' },
    branch: 'int',
    pairs: moment.map((date) => pair(Math.floor(date.getTime() / DAY_MS), `"${date.toISOString().slice(0, 10)}"`)),
  },
  {
    schema: { type: 'int', logicalType: 'time-millis' },
    branch: 'int',
    pairs: timeOfDay.map(({ ms }) => pair(ms, `"${clock(ms)}"`)),
  },
  {
    schema: { type: 'long', logicalType: 'time-micros' },
    branch: 'long',
    pairs: timeOfDay.map(({ ms, micros }) =>
      pair(BigInt(ms) * 1000n + BigInt(micros), `"${clock(ms)}${pad(micros, 3)}"`),
    ),
  },
  {
    schema: { type: 'string', logicalType: 'uuid' },
    branch: 'string',
    pairs: fc.uuid().map((uuid) => pair(uuid, `"${uuid}"`)),
  },
  decimals(20, 4),
  decimals(5, 0),
  // Not where it may stand, or nothing that we know.
  {
    schema: { type: 'string', logicalType: 'date' },
    branch: 'string',
    pairs: text.map((v) => pair(v, JSON.stringify(v))),
  },
  {
    schema: { type: 'int', logicalType: 'shoe-size' },
    branch: 'int',
    pairs: fc.integer().map((v) => pair(v, String(v))),
  },
]

/** Types with a name, which must differ within a schema. */
const named = (path: string): readonly TypeCase[] => [
  {
    schema: { type: 'enum', name: `Enum${path}`, symbols: ['A', 'B', 'C'] },
    branch: `Enum${path}`,
    pairs: fc.constantFrom('A', 'B', 'C').map((symbol) => pair(symbol, `"${symbol}"`)),
  },
  {
    schema: { type: 'fixed', name: `Fixed${path}`, size: 5 },
    branch: `Fixed${path}`,
    pairs: fc
      .uint8Array({ minLength: 5, maxLength: 5 })
      .map((bytes) => pair(Buffer.from(bytes), `"${Buffer.from(bytes).toString('base64')}"`)),
  },
  {
    schema: { type: 'fixed', name: `Uuid${path}`, size: 16, logicalType: 'uuid' },
    branch: `Uuid${path}`,
    pairs: fc.uuid().map((uuid) => pair(Buffer.from(uuid.replaceAll('-', ''), 'hex'), `"${uuid}"`)),
  },
  {
    schema: { type: 'fixed', name: `Duration${path}`, size: 12, logicalType: 'duration' },
    branch: `Duration${path}`,
    pairs: fc.tuple(fc.nat(), fc.nat(), fc.nat()).map(([months, days, milliseconds]) => {
      const bytes = Buffer.alloc(12)
      for (const [i, n] of [months, days, milliseconds].entries()) bytes.writeUInt32LE(n, i * 4)
      return pair(bytes, JSON.stringify({ months, days, milliseconds }))
    }),
  },
]

const leaf = (path: string) => fc.constantFrom(...primitives, ...logical, ...named(path))

/** Any type; `path` makes the names in it differ from those elsewhere. */
function anyType(path: string, depth: number): fc.Arbitrary<TypeCase> {
  if (depth === 0) return leaf(path)
  const inner = (i: number) => anyType(`${path}_${i}`, depth - 1)
  return fc.oneof(
    { weight: 3, arbitrary: leaf(path) },
    { weight: 1, arbitrary: inner(0).map(arrayOf) },
    { weight: 1, arbitrary: inner(0).map(mapOf) },
    { weight: 2, arbitrary: fc.tuple(inner(0), inner(1), inner(2)).map(unionOf) },
    { weight: 1, arbitrary: fc.tuple(inner(0), inner(1)).map((types) => recordOf(`Record${path}`, types)) },
  )
}

const arrayOf = ({ schema, pairs }: TypeCase): TypeCase => ({
  schema: { type: 'array', items: schema },
  branch: 'array',
  pairs: fc.array(pairs, { maxLength: 3 }).map((items) =>
    pair(
      items.map(({ avro }) => avro),
      `[${items.map(({ json }) => json ?? 'null').join()}]`,
    ),
  ),
})

/** Objects of JavaScript would put names that are numbers first. */
const key = fc.string({ minLength: 1, maxLength: 4 }).filter((name) => !/^\d+$/.test(name) && name !== '__proto__')

const mapOf = ({ schema, pairs }: TypeCase): TypeCase => ({
  schema: { type: 'map', values: schema },
  branch: 'map',
  pairs: fc
    .uniqueArray(fc.tuple(key, pairs), { maxLength: 3, selector: ([name]) => name })
    .map((entries) =>
      pair(
        Object.fromEntries(entries.map(([name, { avro }]) => [name, avro])),
        objectText(entries.map(([name, { json }]) => [name, json])),
      ),
    ),
})

/** Of types that may stand in one union. */
function unionOf(types: readonly TypeCase[]): TypeCase {
  const branches = types.filter(
    ({ branch }, i) => branch !== 'union' && types.findIndex((type) => type.branch === branch) === i,
  )
  const [first, ...others] = branches.map(({ branch, pairs }) =>
    pairs.map(({ avro, json }) => pair(branch === 'null' ? null : { [branch]: avro }, json)),
  )
  if (!first) return primitives[0] as TypeCase
  return { schema: branches.map(({ schema }) => schema), branch: 'union', pairs: fc.oneof(first, ...others) }
}

const recordOf = (name: string, types: readonly TypeCase[]): TypeCase => ({
  schema: { type: 'record', name, fields: types.map(({ schema }, i) => ({ name: `f${i}`, type: schema })) },
  branch: name,
  pairs: fc
    .tuple(...types.map(({ pairs }) => pairs))
    .map((values) =>
      pair(
        Object.fromEntries(values.map(({ avro }, i) => [`f${i}`, avro])),
        objectText(values.map(({ json }, i) => [`f${i}`, json])),
      ),
    ),
})

const objectText = (members: readonly (readonly [string, string | undefined])[]): string =>
  `{${members.flatMap(([name, json]) => (json === undefined ? [] : [`${JSON.stringify(name)}:${json}`])).join()}}`

export interface AnyFile {
  /** JSON text. */
  readonly schema: string
  readonly records: readonly { readonly bytes: Buffer; readonly json: string }[]
}

/** A schema of events with some records, encoded by avsc. */
export const anyFile: fc.Arbitrary<AnyFile> = fc
  .array(fc.nat(1000), { minLength: 1, maxLength: 4 })
  .chain((fields) => fc.tuple(...fields.map((_, i) => anyType(`${i}`, 2))))
  .chain((types) => {
    const id = simple(
      'string',
      fc.uuid().map((uuid) => pair(uuid, `"${uuid}"`)),
    )
    const event = recordOf('Event', [id, ...types])
    const plain = JSON.parse(JSON.stringify(event.schema), withoutLogicalTypes)
    const type = avro.Type.forSchema(plain, { wrapUnions: true, registry: { long: exactLong } })
    const record = event.pairs.map(({ avro, json = '{}' }) => ({ bytes: type.toBuffer(avro), json }))
    return fc.record({
      schema: fc.constant(JSON.stringify(event.schema)),
      records: fc.array(record, { maxLength: 5 }),
    })
  })

/** avsc takes our long by its name alone. */
const withoutLogicalTypes = (_: string, value: unknown): unknown => {
  const { type, logicalType } = (value ?? {}) as { readonly type?: unknown; readonly logicalType?: unknown }
  return logicalType !== undefined && type !== 'fixed' ? type : value
}
