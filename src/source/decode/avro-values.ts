/**
 * Avro records to RECORD lines by way of values: for schemas that are not flat, and where values must be looked at.
 */

import { type FieldRules, recordWriter } from './avro-json.ts'
import { avroTypeOf } from './avro-types.ts'
import { BrokenFileError, type DecodeOptions } from './decoder.ts'
import { jsonObjectText } from './json-text.ts'
import { recordLines } from './record-lines.ts'
import type { WriteBlocks } from './transcoder.ts'

/** A writer for files of this schema (JSON text). `jsonField` is the field whose strings hold a JSON object, if any. */
export function valueWriter(schema: string, options: DecodeOptions, jsonField: string | undefined): WriteBlocks {
  const type = cachedTypeOf(schema)
  let unparsed = 0
  const objectText = (json: string): string => {
    const { text, parsed } = jsonObjectText(json)
    if (!parsed) unparsed++
    return text
  }
  const rules: FieldRules = { policy: options.personalData, jsonField, objectText }
  const membersOf = recordWriter(type, rules)

  return function* (blocks, skip) {
    const lines = recordLines({ ...options, skip }, 'utf8')
    try {
      for (const { content, count, byte } of blocks) {
        const block = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
        let at = 0
        for (let i = 0; i < count; i++) {
          const { value, offset } = decodeRecord(type, block, at, byte)
          at = offset
          unparsed = 0
          if (lines.wants(idOf(value))) lines.add(membersOf(value), unparsed)
          if (lines.isFull) yield* lines.take()
        }
        if (at !== block.length) throw new BrokenFileError('a block holds more bytes than records', byte)
      }
    } catch (error) {
      yield* lines.take()
      throw error
    }
    yield* lines.take()
  }
}

function decodeRecord(type: ReturnType<typeof avroTypeOf>, block: Buffer, at: number, byte: number) {
  try {
    const { value, offset } = type.decode(block, at)
    if (offset < 0) throw new Error('ends beyond its block')
    return { value, offset }
  } catch (cause) {
    throw new BrokenFileError('a record is damaged', byte, { cause })
  }
}

/** The event's id, also where the schema says that it may be null: unions are wrapped by branch name. */
function idOf({ id }: { readonly id?: unknown }): string | undefined {
  const text = (id as { readonly string?: unknown } | null | undefined)?.string ?? id
  return typeof text === 'string' ? text : undefined
}

/** Making a type costs more than reading a small file; an export has a few hundred schemas. */
const types = new Map<string, ReturnType<typeof avroTypeOf>>()
const MAX_TYPES = 1000

function cachedTypeOf(schema: string) {
  const known = types.get(schema)
  if (known) return known
  if (types.size >= MAX_TYPES) types.clear()
  const type = avroTypeOf(schema)
  types.set(schema, type)
  return type
}
