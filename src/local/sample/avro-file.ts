/** Writes Avro object container files, as Braze's exports are. https://avro.apache.org/docs/1.12.0/specification (read 2026-11). */

import * as zlib from 'node:zlib'
import { crc32, deflateRawSync } from 'node:zlib'
import snappy from 'snappyjs'
import type { EventField, EventType } from '../../catalog.ts'
import { ConfigError } from '../../cdk/errors.ts'
import { hashOf, Random } from '../random.ts'
import { type ByteWriter, byteWriter } from './byte-writer.ts'
import type { EventValues } from './event.ts'
import type { Value } from './fields.ts'

export type Codec = 'null' | 'deflate' | 'snappy' | 'zstandard'

/** What an Avro type is called here: those that Currents uses. */
type AvroType = string | readonly unknown[] | { readonly type: 'array'; readonly items: AvroType }

const BLOCK_BYTES = 64_000

/** Makes the files of one event type. The bytes are valid until the next call. */
export function avroFiles(type: EventType, codec: Codec): (key: string, events: Iterable<EventValues>) => Uint8Array {
  const schema = avroSchemaOf(type)
  const columns = Object.values(type.schema.properties).map(avroTypeOf)
  const write = columns.map((avro) => (avro === undefined ? undefined : valueWriter(avro)))
  const compress = compressor(codec)
  const file = byteWriter()
  const block = byteWriter()
  return (key, events) => {
    const sync = syncMarkerOf(key)
    file.clear()
    writeHeader(file, JSON.stringify(schema), codec, sync)
    let count = 0
    const flush = () => {
      if (count > 0) writeBlock(file, count, compress(block.bytes()), sync)
      block.clear()
      count = 0
    }
    for (const values of events) {
      for (const [i, value] of values.entries()) write[i]?.(block, value)
      count++
      if (block.length >= BLOCK_BYTES) flush()
    }
    flush()
    return file.bytes()
  }
}

/** The schema that heads an export file. Personal fields are tagged in their `doc`, as Braze does. */
function avroSchemaOf({ event_type, description, schema }: EventType): object {
  const dot = event_type.lastIndexOf('.')
  return {
    type: 'record',
    name: event_type.slice(dot + 1),
    namespace: `dataexport.S3.inner.${event_type.slice(0, dot)}`,
    doc: description,
    owner: 'currents',
    fields: Object.entries(schema.properties).flatMap(([name, field]) => {
      const type = avroTypeOf(field)
      if (type === undefined) return []
      const doc = `${field.personal ? '[PII] ' : ''}${field.description}`
      return [{ name, type, doc, ...(Array.isArray(type) && { default: null }) }]
    }),
  }
}

const AVRO_NAMES: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'int',
  number: 'float',
}

/** The catalogue writes down only the exceptions to this rule. Undefined: storage exports don't hold the field. */
function avroTypeOf({ avro, type }: EventField): AvroType | undefined {
  if (avro === null) return undefined
  if (avro !== undefined) return avro as AvroType
  const names = [type].flat()
  const name = AVRO_NAMES[names.find((jsonType) => jsonType !== 'null') ?? 'string'] ?? 'string'
  return names.includes('null') ? ['null', name] : name
}

type WriteValue = (writer: ByteWriter, value: Value) => void

function valueWriter(avro: unknown): WriteValue {
  if (Array.isArray(avro)) return nullable(valueWriter(avro[1]))
  if (isArrayType(avro)) return listOf(valueWriter(avro.items))
  if (avro === 'boolean') return (writer, value) => writer.byte(value === true ? 1 : 0)
  if (avro === 'int' || avro === 'long') return (writer, value) => writer.long(Number(value))
  if (avro === 'float') return (writer, value) => writer.float(Number(value))
  return (writer, value) => writer.string(String(value))
}

const isArrayType = (avro: unknown): avro is { readonly items: unknown } =>
  typeof avro === 'object' && avro !== null && 'items' in avro

const nullable =
  (write: WriteValue): WriteValue =>
  (writer, value) => {
    writer.long(value === null ? 0 : 1)
    if (value !== null) write(writer, value)
  }

const listOf =
  (write: WriteValue): WriteValue =>
  (writer, value) => {
    const items = Array.isArray(value) ? value : []
    if (items.length > 0) writer.long(items.length)
    for (const item of items) write(writer, item)
    writer.long(0)
  }

function writeHeader(file: ByteWriter, schema: string, codec: Codec, sync: Uint8Array): void {
  file.raw(Buffer.from('Obj\x01', 'latin1'))
  // Braze's own files carry no avro.codec at all.
  const metadata = { 'avro.schema': schema, ...(codec !== 'null' && { 'avro.codec': codec }) }
  file.long(Object.keys(metadata).length)
  for (const [name, value] of Object.entries(metadata)) {
    file.string(name)
    file.string(String(value))
  }
  file.long(0)
  file.raw(sync)
}

function writeBlock(file: ByteWriter, count: number, bytes: Uint8Array, sync: Uint8Array): void {
  file.long(count)
  file.long(bytes.length)
  file.raw(bytes)
  file.raw(sync)
}

/** Sixteen bytes that depend on the key only, so that a sample can be made again byte by byte. */
const syncMarkerOf = (key: string): Uint8Array => Buffer.from(new Random(hashOf(key)).hex(32), 'hex')

function compressor(codec: Codec): (block: Uint8Array) => Uint8Array {
  switch (codec) {
    case 'null':
      return (block) => block
    case 'deflate':
      return (block) => deflateRawSync(block)
    case 'snappy':
      return withChecksum
    case 'zstandard':
      return zstandard()
  }
}

/** Avro puts the big-endian CRC-32 of the plain bytes after each snappy block. */
function withChecksum(block: Uint8Array): Uint8Array {
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(block))
  return Buffer.concat([snappy.compress(block), checksum])
}

function zstandard(): (block: Uint8Array) => Uint8Array {
  const compress = (zlib as { readonly zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync
  if (!compress) throw new ConfigError(`Node.js ${process.version} can't write zstandard. Use 22.15 or newer.`)
  return compress
}
