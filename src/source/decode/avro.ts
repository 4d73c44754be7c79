import { eventTypeOf } from '../../catalog.ts'
import { parseSchema } from './avro-schema.ts'
import { type Container, type ContainerBlock, openContainer } from './container.ts'
import { BrokenFileError, type Decode, type DecodedBlock, type DecodeOptions } from './decoder.ts'
import { transcoder, type WriteBlocks, type Writer } from './transcoder.ts'

/** Decodes Avro files, each by the schema in its own header. */
export const decodeAvro: Decode = async function* (file, size, options) {
  const container = await openContainer(file, size)
  try {
    yield* recordsOf(container, options)
  } finally {
    await container.close()
  }
}

async function* recordsOf({ header, blocks }: Container, options: DecodeOptions): AsyncGenerator<DecodedBlock> {
  const write = await writerOf(header.schema, options)
  let skip = options.skip
  for await (const atHand of blocks) {
    for (const lines of writeBlocks(write, atHand, skip)) {
      yield lines
      skip = Math.max(0, skip - lines.events)
    }
  }
}

/** Files come stream by stream, and most have the schema of the one before. */
let last: { readonly schemaText: string; readonly options: DecodeOptions; readonly writer: Writer } | undefined

async function writerOf(schemaText: string, options: DecodeOptions): Promise<WriteBlocks> {
  if (!last || last.schemaText !== schemaText || !isSameStream(last.options, options))
    last = { schemaText, options, writer: await newWriter(schemaText, options) }
  return last.writer(options)
}

const isSameStream = (one: DecodeOptions, other: DecodeOptions): boolean =>
  one.stream === other.stream && one.isNew === other.isNew && one.personalData === other.personalData

async function newWriter(schemaText: string, options: DecodeOptions): Promise<Writer> {
  const schema = parseSchema(schemaText)
  const jsonField = jsonFieldOf(options.stream)
  const fast = transcoder(schema, options, jsonField)
  if (fast) return fast
  // Loads avsc, which Braze's own files never need.
  const { valueWriter } = await import('./avro-values.ts')
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
