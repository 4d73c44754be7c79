import { eventTypeOf } from '../../catalog.ts'
import { parseSchema } from './avro-schema.ts'
import { ByteReader } from './byte-reader.ts'
import { type BlocksAtHand, readContainer } from './container.ts'
import { BrokenFileError, type Decode, type DecodedBlock, type DecodeOptions } from './decoder.ts'
import { transcoder, type WriteBlocks, type Writer } from './transcoder.ts'
import { isPromise, resolved, type Waiting } from './waiting.ts'

/** Decodes Avro files, each by the schema in its own header. */
export const decodeAvro: Decode = function* (file, size, options) {
  const reader = new ByteReader(file)
  let { skip } = options
  try {
    const { header, blocks } = yield* readContainer(reader, size)
    const writer = lastWriter(header.schema, options) ?? (yield* newWriter(header.schema, options))
    const write = writer(options)
    for (const atHand of blocks) {
      if (isPromise(atHand)) {
        yield atHand
        continue
      }
      for (const lines of whatIsWhole(write, atHand, skip)) {
        yield lines
        skip = Math.max(0, skip - lines.events)
      }
    }
  } finally {
    const closed = reader.close()
    if (closed) yield* resolved(closed)
  }
}

/** Files come stream by stream, and most have the schema of the one before. */
let last: { readonly schemaText: string; readonly options: DecodeOptions; readonly writer: Writer } | undefined

const lastWriter = (schemaText: string, options: DecodeOptions): Writer | undefined =>
  last?.schemaText === schemaText && isSameStream(last.options, options) ? last.writer : undefined

const isSameStream = (one: DecodeOptions, other: DecodeOptions): boolean =>
  one.stream === other.stream && one.isNew === other.isNew && one.personalData === other.personalData

function* newWriter(schemaText: string, options: DecodeOptions): Waiting<Writer> {
  const jsonField = jsonFieldOf(options.stream)
  const fast = transcoder(parseSchema(schemaText), options, jsonField)
  const writer = fast ?? (yield* slowWriter(schemaText, jsonField))
  last = { schemaText, options, writer }
  return writer
}

function* slowWriter(schemaText: string, jsonField: string | undefined): Waiting<Writer> {
  // Loads avsc, which Braze's own files never need.
  const { valueWriter } = yield* resolved(import('./avro-values.ts'))
  return (options) => valueWriter(schemaText, options, jsonField)
}

/** The field of an event type that travels as JSON in a string. */
function jsonFieldOf(stream: string): string | undefined {
  const fields = Object.entries(eventTypeOf(stream)?.schema.properties ?? {})
  return fields.find(([, field]) => field.json_in_string)?.[0]
}

function whatIsWhole(write: WriteBlocks, { blocks, isWhole }: BlocksAtHand, skip: number): Iterable<DecodedBlock> {
  const lines = write(blocks, skip)
  return isWhole ? lines : upToTheEnd(lines)
}

function* upToTheEnd(lines: Iterable<DecodedBlock>): Iterable<DecodedBlock> {
  try {
    yield* lines
  } catch (error) {
    // The file ends here; whoever reads it says so next.
    if (!(error instanceof BrokenFileError)) throw error
  }
}
