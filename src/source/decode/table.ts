/** What assembly/transcoder.ts walks: an operation for each field of a flat schema, and the texts that it copies. */
import { BASE } from '../wasm.ts'
import type { DecodeOptions } from './decoder.ts'

/** Texts are copied in steps of 16 bytes, two at least. */
export const TEXT_SLACK = 32
/** No number is longer. */
const NUMBER_BYTES = 32

/** The operations and the texts they point to, as they lie in memory from BASE on. */
export interface Table {
  readonly bytes: Uint8Array
  readonly opCount: number
  readonly head: Span
  /** What a line may hold besides values of any length: its head, its keys, numbers. */
  readonly fixedBytes: number
}

interface Span {
  readonly at: number
  readonly length: number
}

/** Undefined if the schema is not flat or values must be looked at one by one. */
export function tableOf(schema: unknown, options: DecodeOptions, jsonField: string | undefined): Table | undefined {
  const fields = (schema as { fields?: readonly Field[] }).fields ?? []
  const operations = fields.map((field) => operationOf(field, options, jsonField))
  if (operations.length === 0 || !operations.every((operation) => operation !== undefined)) return undefined
  return laidOut(operations, options.stream)
}

interface Field {
  readonly name: string
  readonly type: unknown
  readonly doc?: unknown
}

/** As in assembly/transcoder.ts. */
const KIND = { string: 0, long: 1, float: 2, double: 3, boolean: 4, strings: 5, nullableStrings: 6, json: 7, null: 8 }
const NO_UNION = 2
const FLAG_ID = 1
const FLAG_DROP = 2
const OP_BYTES = 20

const KIND_OF: ReadonlyMap<string, number> = new Map(
  Object.entries({
    string: KIND.string,
    int: KIND.long,
    long: KIND.long,
    float: KIND.float,
    double: KIND.double,
    boolean: KIND.boolean,
    null: KIND.null,
  }),
)

interface Operation {
  readonly kind: number
  /** The index of null in a union of two, or NO_UNION. */
  readonly branch: number
  readonly key: string
  readonly flags: number
}

function operationOf(field: Field, { isNew, personalData }: DecodeOptions, jsonField?: string): Operation | undefined {
  const { name, type, doc } = field
  const branch = Array.isArray(type) ? type.indexOf('null') : NO_UNION
  if (Array.isArray(type) && (type.length !== 2 || branch < 0)) return undefined
  const kind = kindOf(Array.isArray(type) ? type[1 - branch] : type)
  if (kind === undefined || (branch !== NO_UNION && kind === KIND.null)) return undefined
  const covered = personalData?.covers(name, typeof doc === 'string' && doc.includes('[PII]')) ?? false
  if (covered && personalData?.replace('""') !== undefined) return undefined
  return {
    kind: kind === KIND.string && name === jsonField ? KIND.json : kind,
    branch,
    key: `,${JSON.stringify(name)}:`,
    flags: (isNew && name === 'id' && kind === KIND.string ? FLAG_ID : 0) | (covered ? FLAG_DROP : 0),
  }
}

function kindOf(type: unknown): number | undefined {
  if (typeof type === 'string') return KIND_OF.get(type)
  const { type: inner, items, logicalType } = type as { type?: unknown; items?: unknown; logicalType?: unknown }
  if (logicalType !== undefined) return undefined
  if (inner === 'array') return arrayKindOf(items)
  return typeof inner === 'string' ? KIND_OF.get(inner) : undefined
}

function arrayKindOf(items: unknown): number | undefined {
  if (items === 'string') return KIND.strings
  return Array.isArray(items) && items.join() === 'null,string' ? KIND.nullableStrings : undefined
}

function laidOut(operations: readonly Operation[], stream: string): Table {
  const texts = [
    `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"data":`,
    ...operations.map(({ key }) => key),
  ].map((text) => Buffer.from(text))
  let at = BASE + operations.length * OP_BYTES
  const spans = texts.map(({ length }) => {
    const span = { at, length }
    at += length + TEXT_SLACK
    return span
  })
  const bytes = Buffer.alloc(at - BASE)
  for (const [i, text] of texts.entries()) text.copy(bytes, (spans[i]?.at ?? 0) - BASE)
  const [head = NOWHERE, ...keys] = spans
  for (const [i, { kind, branch, flags }] of operations.entries()) {
    const { at: key, length } = keys[i] ?? NOWHERE
    for (const [n, value] of [kind, branch, key, length, flags].entries())
      bytes.writeUInt32LE(value, i * OP_BYTES + n * 4)
  }
  const fixedBytes = bytes.length + operations.length * NUMBER_BYTES
  return { bytes, opCount: operations.length, head, fixedBytes }
}

const NOWHERE: Span = { at: 0, length: 0 }
