import { eventTypeOf } from '../../catalog.ts'
import { parseSchema } from './avro-schema.ts'
import { ByteReader } from './byte-reader.ts'
import { type ContainerBlock, readContainer } from './container.ts'
import { BrokenFileError, type Decode, type DecodedBlock, type DecodeOptions } from './decoder.ts'
import { transcoder, type WriteBlocks, type Writer } from './transcoder.ts'
import { isPromise, resolved, type Steps, type Waiting } from './waiting.ts'

/** Decodes Avro files, each by the schema in its own header. */
export const decodeAvro: Decode = function* (file, size, options) {
  const reader = new ByteReader(file)
  try {
    yield* recordsOf(reader, size, options)
  } finally {
    yield* reader.close()
  }
}

function* recordsOf(reader: ByteReader, size: number, options: DecodeOptions): Steps<DecodedBlock> {
  const { header, blocks } = yield* readContainer(reader, size)
  const write = yield* writerOf(header.schema, options)
  let skip = options.skip
  for (const atHand of blocks) {
    if (isPromise(atHand)) yield atHand
    else
      for (const lines of writeBlocks(write, atHand, skip)) {
        yield lines
        skip = Math.max(0, skip - lines.events)
      }
  }
}

/** Files come stream by stream, and most have the schema of the one before. */
let last: { readonly schemaText: string; readonly options: DecodeOptions; readonly writer: Writer } | undefined

function* writerOf(schemaText: string, options: DecodeOptions): Waiting<WriteBlocks> {
  if (!last || last.schemaText !== schemaText || !isSameStream(last.options, options))
    last = { schemaText, options, writer: yield* newWriter(schemaText, options) }
  return last.writer(options)
}

const isSameStream = (one: DecodeOptions, other: DecodeOptions): boolean =>
  one.stream === other.stream && one.isNew === other.isNew && one.personalData === other.personalData

function* newWriter(schemaText: string, options: DecodeOptions): Waiting<Writer> {
  const schema = parseSchema(schemaText)
  const jsonField = jsonFieldOf(options.stream)
  const fast = transcoder(schema, options, jsonField)
  if (fast) return fast
  // Loads avsc, which Braze's own files never need.
  const { valueWriter } = yield* resolved(import('./avro-values.ts'))
  return (options) => valueWriter(schemaText, options, jsonField)
}

/** The field of an event type that travels as JSON in a string. */
function jsonFieldOf(stream: string): string | undefined {
  const fields = Object.entries(eventTypeOf(stream)?.schema.properties ?? {})
  return fields.find(([, field]) => field.json_in_string)?.[0]
}

function* writeBlocks(write: WriteBlocks, blocks: Iterable<ContainerBlock>, skip: number): Iterable<DecodedBlock> {
  let isWhole = true
  function* noted() {
    for (const block of blocks) {
      isWhole = block.isWhole
      yield block
    }
  }
  try {
    yield* write(noted(), skip)
  } catch (error) {
    // The file ends here; whoever reads it says so next.
    if (isWhole || !(error instanceof BrokenFileError)) throw error
  }
}
