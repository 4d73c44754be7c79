/**
 * Avro object container files: https://avro.apache.org/docs/1.12.0/specification/#object-container-files (read 2026-11).
 *
 * We read them ourselves because avsc ends quietly on a file that is cut off and spins on some damaged headers. Here
 * every number is checked before it is used, and whatever is wrong is a BrokenFileError.
 */
import { ByteReader } from './byte-reader.ts'
import { BLOCK_MAX_BYTES, codecOf, type Unpack, whyNotRead } from './codec.ts'
import { BrokenFileError } from './decoder.ts'

interface ContainerHeader {
  /** Avro schema, JSON text. */
  readonly schema: string
  readonly codec: string
}

export interface ContainerBlock {
  /** The offset of the block in the file. */
  readonly byte: number
  /** How many records the block says it holds. */
  readonly count: number
  /** Unpacked. Good until the next block is asked for. */
  readonly content: Buffer
  /** False for a block in whose middle the file ends. */
  readonly isWhole: boolean
}

/** An opened file. */
export interface Container {
  readonly header: ContainerHeader
  /**
   * The blocks up to the end of the file, or up to where it breaks. A block that is cut off comes with the bytes that
   * are there, if they are not packed, before the error.
   */
  readonly blocks: AsyncIterable<ContainerBlock>
  /** Stops the download. */
  close(): Promise<void>
}

/** Reads the header. `size` is the object's size in bytes as listed. */
export async function openContainer(file: AsyncIterable<Uint8Array>, size: number): Promise<Container> {
  const reader = new ByteReader(file)
  try {
    const { header, unpack } = await readHeader(reader)
    const sync = Buffer.from(await takeFromHeader(reader, SYNC_BYTES))
    return { header, blocks: readBlocks(reader, { unpack, sync, size }), close: () => reader.close() }
  } catch (error) {
    await reader.close()
    throw error
  }
}

const MAGIC = Buffer.from('Obj\x01', 'latin1')
const SYNC_BYTES = 16
/** A header holds a schema of a few kilobytes. */
const HEADER_MAX_BYTES = 16 << 20

interface Header {
  readonly header: ContainerHeader
  readonly unpack: Unpack
}

/** Files come stream by stream, and most begin as the one before, up to the sync marker. */
const USUAL_HEADER_BYTES = 65_536
let last: (Header & { readonly bytes: Buffer }) | undefined

async function readHeader(reader: ByteReader): Promise<Header> {
  if (last && (await reader.peek(last.bytes.length)).equals(last.bytes)) {
    reader.take(last.bytes.length)
    return last
  }
  await reader.peek(1)
  const beginning = Buffer.from(reader.atHand.subarray(0, USUAL_HEADER_BYTES))
  const header = await parseHeader(reader)
  if (reader.taken <= beginning.length) last = { ...header, bytes: beginning.subarray(0, reader.taken) }
  return header
}

async function parseHeader(reader: ByteReader): Promise<Header> {
  const magic = await reader.peek(MAGIC.length)
  if (magic.length === 0) throw new BrokenFileError('the file is empty', 0)
  if (!magic.equals(MAGIC.subarray(0, magic.length))) throw new BrokenFileError('the file is no Avro file', 0)
  await takeFromHeader(reader, MAGIC.length)
  const metadata = await readMetadata(reader)
  const schema = metadata.get('avro.schema')
  if (schema === undefined) throw new BrokenFileError('the header holds no schema', 0)
  const codec = metadata.get('avro.codec') ?? 'null'
  const unpack = codecOf(codec)
  if (!unpack) throw new BrokenFileError(whyNotRead(codec), 0)
  return { header: { schema, codec }, unpack }
}

/** A map in blocks: a count (negative if the block's size follows), the entries, and at last a zero. */
async function readMetadata(reader: ByteReader): Promise<ReadonlyMap<string, string>> {
  const metadata = new Map<string, string>()
  for (let count = await readLong(reader); count !== 0; count = await readLong(reader)) {
    if (count < 0) await readLong(reader)
    // Each entry takes bytes of the header, whose number is limited, so a false count can't keep us here.
    for (let i = 0; i < Math.abs(count); i++) {
      const key = await readText(reader)
      metadata.set(key, await readText(reader))
    }
  }
  return metadata
}

async function readText(reader: ByteReader): Promise<string> {
  const bytes = await readLong(reader)
  return (await takeFromHeader(reader, bytes)).toString('utf8')
}

async function takeFromHeader(reader: ByteReader, bytes: number): Promise<Buffer> {
  if (bytes < 0 || reader.taken + bytes > HEADER_MAX_BYTES)
    throw new BrokenFileError('the header holds an absurd length', reader.taken)
  if ((await reader.peek(bytes)).length < bytes)
    throw new BrokenFileError('the file ends in the middle of its header', reader.received)
  return reader.take(bytes)
}

/** A zig-zag number of 64 bits has at most ten bytes. */
const LONG_MAX_BYTES = 10

/** Exact up to 2^53, which is far beyond every limit that it is held against. */
async function readLong(reader: ByteReader): Promise<number> {
  const bytes = await reader.peek(LONG_MAX_BYTES)
  const last = bytes.findIndex((byte) => byte < 0x80)
  if (last < 0) {
    if (bytes.length < LONG_MAX_BYTES)
      throw new BrokenFileError('the file ends in the middle of a number', reader.received)
    throw new BrokenFileError('a number is damaged', reader.taken)
  }
  const isNegative = (bytes.readUInt8() & 1) === 1
  const half = Math.floor(reader.take(last + 1).reduceRight((n, byte) => n * 128 + (byte & 0x7f), 0) / 2)
  return isNegative ? -half - 1 : half
}

interface Layout {
  readonly unpack: Unpack
  readonly sync: Buffer
  readonly size: number
}

async function* readBlocks(reader: ByteReader, { unpack, sync, size }: Layout): AsyncGenerator<ContainerBlock> {
  while ((await reader.peek(1)).length > 0) {
    const byte = reader.taken
    const { count, bytes } = await readBlockHead(reader)
    const arrived = (await reader.peek(bytes + SYNC_BYTES)).length
    if (arrived < bytes + SYNC_BYTES) {
      if (unpack === codecOf('null'))
        yield { byte, count, content: reader.take(Math.min(bytes, arrived)), isWhole: false }
      throw new BrokenFileError('the file ends in the middle of a block', reader.received)
    }
    const packed = reader.take(bytes)
    const end = reader.taken
    if (!reader.take(SYNC_BYTES).equals(sync)) throw new BrokenFileError('a block does not end where it should', end)
    yield { byte, count, content: unpacked(unpack, packed, byte), isWhole: true }
  }
  if (reader.received < size)
    throw new BrokenFileError(`only ${reader.received} of the file's ${size} bytes arrived`, reader.received)
}

async function readBlockHead(reader: ByteReader) {
  const byte = reader.taken
  const count = await readLong(reader)
  const bytes = await readLong(reader)
  if (count < 0 || bytes < 0) throw new BrokenFileError('a block has a negative size', byte)
  if (bytes > BLOCK_MAX_BYTES) throw new BrokenFileError('a block claims to be absurdly large', byte)
  return { count, bytes }
}

function unpacked(unpack: Unpack, packed: Buffer, byte: number): Buffer {
  try {
    return unpack(packed)
  } catch (cause) {
    throw new BrokenFileError('a block does not unpack', byte, { cause })
  }
}
