import { type AvroRecord, eventTypeOfSchema } from '../../catalog/avro.ts'
import { formatOf } from '../key.ts'
import { decodeAvro } from './avro.ts'
import { parseSchema } from './avro-schema.ts'
import { openContainer } from './container.ts'
import { decodeCustomHttp } from './custom-http.ts'
import type { Decode } from './decoder.ts'

export { isPersonal } from './avro-schema.ts'
export { eventTypesIn } from './custom-http.ts'

/** The decoder for a file, by the end of its key. Undefined for files that hold no events. */
export function decoderFor(key: string): Decode | undefined {
  switch (formatOf(key)) {
    case 'avro':
      return decodeAvro
    case 'custom_http':
      return decodeCustomHttp
    case undefined:
      return undefined
  }
}

/** What the header of an Avro file says. */
export interface FileSchema {
  readonly schema: AvroRecord
  /** By the schema's own name, which need not be that of the folder. */
  readonly eventType: string
  readonly codec: string
}

/** Reads no more of an Avro file than its header. Throws a BrokenFileError if that is damaged or makes no sense. */
export async function readSchema(file: AsyncIterable<Uint8Array>): Promise<FileSchema> {
  const container = await openContainer(file, 0)
  await container.close()
  const schema = parseSchema(container.header.schema)
  await makeSenseOf(container.header.schema)
  return { schema, eventType: eventTypeOfSchema(schema), codec: container.header.codec }
}

/** Schemas that made sense: many files come with few different ones. */
const sound = new Set<string>()
const MOST_SOUND = 1000

async function makeSenseOf(schema: string): Promise<void> {
  if (sound.has(schema)) return
  // Loads avsc, which a read of files in folders of their event type has no use for.
  const { avroTypeOf } = await import('./avro-types.ts')
  avroTypeOf(schema)
  if (sound.size === MOST_SOUND) sound.clear()
  sound.add(schema)
}
