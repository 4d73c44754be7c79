/**
 * The fast way from an Avro block to RECORD lines: assembly/transcoder.ts, compiled to WebAssembly, walks the bytes by a
 * table that is made here from the file's schema. It covers flat schemas, as all of Currents' are.
 */
import { BASE, coreOf } from '../wasm.ts'
import { BrokenFileError, type DecodedBlock, type DecodeOptions } from './decoder.ts'

/** Writes the records of a block. `byte` is where the block begins in its file. */
export type WriteBlock = (block: Uint8Array, count: number, skip: number, byte: number) => Iterable<DecodedBlock>

/** A writer for each file of a stream and schema. Of its options only `extra`, `emittedAt` and `skip` may differ. */
export type Writer = (options: DecodeOptions) => WriteBlock

interface Field {
  readonly name: string
  readonly type: unknown
  readonly doc?: unknown
}

/** Undefined if the schema is not flat or values must be looked at one by one. */
export function transcoder(schema: unknown, options: DecodeOptions, jsonField: string | undefined): Writer | undefined {
  const fields = (schema as { fields?: readonly Field[] }).fields ?? []
  const operations = fields.map((field) => operationOf(field, options, jsonField))
  if (operations.length === 0 || !operations.every((operation) => operation !== undefined)) return undefined
  const table = tableOf(operations, options.stream)
  return (options) => {
    const file = { table, tail: tailOf(options), isNew: options.isNew }
    return (block, count, skip, byte) => lines(file, { block, count, skip, byte })
  }
}

// ------------------------------------------------------------------------------------------------------- the table

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

/** The operations and the texts they point to, as they lie in memory from BASE on. */
interface Table {
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

const SLACK = 64
/** Texts are copied in steps of 16 bytes, two at least. */
const TEXT_SLACK = 32
/** No number is longer. */
const NUMBER_BYTES = 32

function tableOf(operations: readonly Operation[], stream: string): Table {
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

/** What ends each line of a file. */
const tailOf = ({ extra, emittedAt }: DecodeOptions): Uint8Array =>
  Buffer.from(`${extra && `,${extra}`}},"emitted_at":${emittedAt}}}\n`)

// -------------------------------------------------------------------------------------------------------- the walk

const OUTPUT_BYTES = 1 << 20
/** A record whose line is longer than this is taken for damage. Braze drops events above 900 KB. */
const LINE_MAX_BYTES = 256 << 20

/** How a call ended, as in assembly/transcoder.ts. */
const OUTPUT_FULL = 1
const CORRUPT = 2

interface File {
  readonly table: Table
  readonly tail: Uint8Array
  readonly isNew: DecodeOptions['isNew']
}

interface Work {
  readonly block: Uint8Array
  readonly count: number
  readonly skip: number
  readonly byte: number
}

function* lines(file: File, { block, count, skip, byte }: Work): Iterable<DecodedBlock> {
  let at = 0
  let done = 0
  for (let room = OUTPUT_BYTES; done < count; ) {
    const step = call(file, { input: block.subarray(at), count: count - done, skip: skip - done, room })
    at += step.inputBytes
    done += step.events
    if (step.events > 0) yield step
    if (step.status === CORRUPT) throw new BrokenFileError('a record is damaged', byte)
    if (step.status === OUTPUT_FULL && step.events === 0) room *= 4
    if (room > LINE_MAX_BYTES) throw new BrokenFileError('a record is too long', byte)
  }
  if (at !== block.length) throw new BrokenFileError('a block holds more bytes than records', byte)
}

interface Call {
  readonly input: Uint8Array
  readonly count: number
  readonly skip: number
  readonly room: number
}

interface Step extends DecodedBlock {
  readonly status: number
  readonly inputBytes: number
}

function call({ table, tail, isNew }: File, { input, count, skip, room }: Call): Step {
  const core = coreOf(isNew)
  const tailAt = BASE + table.bytes.length
  const inputAt = tailAt + tail.length + TEXT_SLACK
  const outputAt = (inputAt + input.length + SLACK + 15) & ~15
  const memory = core.reserve(outputAt + room + table.fixedBytes + tail.length + SLACK)
  memory.set(table.bytes, BASE)
  memory.set(tail, tailAt)
  memory.set(input, inputAt)
  const { head, opCount } = table
  const inputEnd = inputAt + input.length
  const status = core.exports.transcode(
    BASE,
    opCount,
    head.at,
    head.length,
    tailAt,
    tail.length,
    inputAt,
    inputEnd,
    count,
    skip,
    outputAt,
    outputAt + room,
  )
  const { outputAt: end, inputAt: next, recordsDone, linesDone, duplicatesDone, unparsedDone } = core.exports
  return {
    status,
    inputBytes: next.value - inputAt,
    bytes: core.bytes(outputAt, end.value),
    count: linesDone.value,
    events: recordsDone.value,
    duplicates: duplicatesDone.value,
    unparsed: unparsedDone.value,
  }
}
