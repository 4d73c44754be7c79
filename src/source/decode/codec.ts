/** How the blocks of an Avro file are packed. */
import * as zlib from 'node:zlib'
import { Decompress } from 'fzstd'
import { snappyUncompress } from './snappy.ts'

/**
 * The most bytes that a block may hold, packed or unpacked. Braze's own are far smaller: a file has at most 100,000
 * events, about 50 MB. A block that unpacks to more is taken for damage, so that it can't fill the memory.
 */
export const BLOCK_MAX_BYTES = 256 << 20

/** Throws an Error that says what is wrong with the bytes. */
export type Unpack = (packed: Buffer) => Buffer

/** The codec of that name, or undefined if it is not read. */
export const codecOf = (name: string): Unpack | undefined => CODECS.get(name)

/** Codecs of the Avro specification that Node can't unpack. Braze does not use them. */
const NOT_READ: readonly string[] = ['bzip2', 'xz']

/** Why a codec is not read. The name of one that does not exist is damage, and not told. */
export const whyNotRead = (name: string): string =>
  NOT_READ.includes(name)
    ? `it is packed with ${name}, which is not read: pack it with null, deflate, snappy or zstandard`
    : 'the header names a codec that does not exist'

/** Writers of Avro begin a new block after about 64,000 bytes. What fits is not put together from parts. */
const USUAL_BLOCK_BYTES = 80 << 10

/** https://avro.apache.org/docs/1.12.0/specification/#required-codecs (read 2026-11). */
const CODECS: ReadonlyMap<string, Unpack> = new Map([
  ['null', (packed) => packed],
  [
    'deflate',
    (packed) => zlib.inflateRawSync(packed, { maxOutputLength: BLOCK_MAX_BYTES, chunkSize: USUAL_BLOCK_BYTES }),
  ],
  ['snappy', unpackSnappy],
  ['zstandard', unpackZstandard],
])

/** Behind the packed bytes is the CRC-32 of the unpacked ones, big-endian. */
function unpackSnappy(packed: Buffer): Buffer {
  const checksumAt = packed.length - 4
  if (checksumAt < 0) throw new Error('is cut off')
  const unpacked = snappyUncompress(packed.subarray(0, checksumAt), BLOCK_MAX_BYTES)
  if (zlib.crc32(unpacked) !== packed.readUInt32BE(checksumAt)) throw new Error('has another checksum')
  return unpacked
}

/** Node has it from 22.15 on; its types here are those of Node 20. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: typeof zlib.inflateRawSync }

function unpackZstandard(packed: Buffer): Buffer {
  return zstdDecompressSync?.(packed, { maxOutputLength: BLOCK_MAX_BYTES }) ?? unpackZstandardSlowly(packed)
}

function unpackZstandardSlowly(packed: Buffer): Buffer {
  const parts: Uint8Array[] = []
  let bytes = 0
  const stream = new Decompress((part) => {
    bytes += part.length
    if (bytes > BLOCK_MAX_BYTES) throw new Error('unpacks to too many bytes')
    parts.push(part)
  })
  stream.push(packed, true)
  return Buffer.concat(parts)
}
