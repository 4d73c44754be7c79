/** What an Avro file begins with: its schema, its codec, its sync marker. */
import type { ByteReader } from './byte-reader.ts'
import { codecOf, type Unpack, whyNotRead } from './codec.ts'
import { BrokenFileError } from './decoder.ts'
import { readLong } from './long.ts'
import type { Waiting } from './waiting.ts'

export interface ContainerHeader {
  /** Avro schema, JSON text. */
  readonly schema: string
  readonly codec: string
}

const MAGIC = Buffer.from('Obj\x01', 'latin1')
export const SYNC_BYTES = 16
/** A header holds a schema of a few kilobytes. */
const HEADER_MAX_BYTES = 16 << 20

/** A header, and what it takes to read the blocks behind it. */
export interface Beginning {
  readonly header: ContainerHeader
  readonly unpack: Unpack
  /** What ends each block. */
  readonly sync: Buffer
}

/** Throws a BrokenFileError if the file begins with anything else. */
export function* readBeginning(reader: ByteReader): Waiting<Beginning> {
  yield* reader.reach(1)
  const { header, unpack } = last && reader.takes(last.bytes) ? last : yield* readMetadata(reader)
  const sync = reader.atHandBytes < SYNC_BYTES ? yield* takeFromHeader(reader, SYNC_BYTES) : reader.take(SYNC_BYTES)
  return { header, unpack, sync: Buffer.from(sync) }
}

type Metadata = Omit<Beginning, 'sync'>

/** Files come stream by stream, and most begin as the one before, up to the sync marker. */
const USUAL_HEADER_BYTES = 65_536
let last: (Metadata & { readonly bytes: Buffer }) | undefined

function* readMetadata(reader: ByteReader): Waiting<Metadata> {
  const beginning = Buffer.from(reader.atHand.subarray(0, USUAL_HEADER_BYTES))
  const metadata = yield* parseMetadata(reader)
  if (reader.taken <= beginning.length) last = { ...metadata, bytes: beginning.subarray(0, reader.taken) }
  return metadata
}

function* parseMetadata(reader: ByteReader): Waiting<Metadata> {
  const magic = yield* reader.peek(MAGIC.length)
  if (magic.length === 0) throw new BrokenFileError('the file is empty', 0)
  if (!magic.equals(MAGIC.subarray(0, magic.length))) throw new BrokenFileError('the file is no Avro file', 0)
  yield* takeFromHeader(reader, MAGIC.length)
  const metadata = yield* readMap(reader)
  const schema = metadata.get('avro.schema')
  if (schema === undefined) throw new BrokenFileError('the header holds no schema', 0)
  const codec = metadata.get('avro.codec') ?? 'null'
  const unpack = codecOf(codec)
  if (!unpack) throw new BrokenFileError(whyNotRead(codec), 0)
  return { header: { schema, codec }, unpack }
}

/** A map in blocks: a count (negative if the block's size follows), the entries, and at last a zero. */
function* readMap(reader: ByteReader): Waiting<ReadonlyMap<string, string>> {
  const metadata = new Map<string, string>()
  for (let count = yield* readLong(reader); count !== 0; count = yield* readLong(reader)) {
    if (count < 0) yield* readLong(reader)
    // Each entry takes bytes of the header, whose number is limited, so a false count can't keep us here.
    for (let i = 0; i < Math.abs(count); i++) {
      const key = yield* readText(reader)
      metadata.set(key, yield* readText(reader))
    }
  }
  return metadata
}

function* readText(reader: ByteReader): Waiting<string> {
  const bytes = yield* readLong(reader)
  return (yield* takeFromHeader(reader, bytes)).toString('utf8')
}

function* takeFromHeader(reader: ByteReader, bytes: number): Waiting<Buffer> {
  if (bytes < 0 || reader.taken + bytes > HEADER_MAX_BYTES)
    throw new BrokenFileError('the header holds an absurd length', reader.taken)
  if ((yield* reader.peek(bytes)).length < bytes)
    throw new BrokenFileError('the file ends in the middle of its header', reader.received)
  return reader.take(bytes)
}
