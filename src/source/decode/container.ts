/**
 * Avro object container files: https://avro.apache.org/docs/1.12.0/specification/#object-container-files (read 2026-11).
 *
 * We read them ourselves because avsc ends quietly on a file that is cut off and spins on some damaged headers. Here
 * every number is checked before it is used, and whatever is wrong is a BrokenFileError.
 */
import { ByteReader } from './byte-reader.ts'
import type { Chunks } from './chunks.ts'
import { BLOCK_MAX_BYTES, codecOf, type Unpack } from './codec.ts'
import { type Beginning, type ContainerHeader, readBeginning, SYNC_BYTES } from './container-header.ts'
import { BrokenFileError } from './decoder.ts'
import { longIn, longLength, readLong } from './long.ts'
import { awaited, type Steps, settled, type Waiting } from './waiting.ts'

export interface ContainerBlock {
  /** The offset of the block in the file. */
  readonly byte: number
  /** How many records the block says it holds. */
  readonly count: number
  /** Unpacked. Good until the next block is asked for. */
  readonly content: Buffer
}

/** Blocks that are at hand, to be gone through before the next ones are asked for. */
export interface BlocksAtHand {
  readonly blocks: Iterable<ContainerBlock>
  /** False for a block in whose middle the file ends: the bytes that are there, if they are not packed. */
  readonly isWhole: boolean
}

/** An opened file. */
export interface Container {
  readonly header: ContainerHeader
  /** The blocks up to the end of the file, or up to where it breaks: what is there of a block comes before the error. */
  readonly blocks: AsyncIterable<BlocksAtHand>
  /** Stops the download. */
  close(): Promise<void>
}

/** For who looks into a file. `size` is the object's size in bytes as listed. */
export async function openContainer(file: Chunks, size: number): Promise<Container> {
  const reader = new ByteReader(file)
  try {
    const { header, blocks } = await settled(readContainer(reader, size))
    return { header, blocks: awaited(blocks), close: async () => void (await reader.close()) }
  } catch (error) {
    await reader.close()
    throw error
  }
}

/** Reads the header. `size` as above. */
export function* readContainer(
  reader: ByteReader,
  size: number,
): Waiting<{ readonly header: ContainerHeader; readonly blocks: Steps<BlocksAtHand> }> {
  const beginning = yield* readBeginning(reader)
  return { header: beginning.header, blocks: readBlocks(reader, beginning, size) }
}

function* readBlocks(reader: ByteReader, beginning: Beginning, size: number): Steps<BlocksAtHand> {
  while (reader.atHandBytes > 0 || (yield* reader.reach(1))) {
    const atHand = takeHeadAtHand(reader)
    if (atHand) {
      yield { blocks: blocksFrom(atHand, reader, beginning), isWhole: true }
      continue
    }
    const head = yield* readBlockHead(reader)
    const { byte, count, bytes } = head
    if (!(yield* reader.reach(bytes + SYNC_BYTES))) {
      if (beginning.unpack === codecOf('null'))
        yield { blocks: [{ byte, count, content: reader.take(Math.min(bytes, reader.atHandBytes)) }], isWhole: false }
      throw new BrokenFileError('the file ends in the middle of a block', reader.received)
    }
    yield { blocks: blocksFrom(head, reader, beginning), isWhole: true }
  }
  if (reader.received < size)
    throw new BrokenFileError(`only ${reader.received} of the file's ${size} bytes arrived`, reader.received)
}

interface BlockHead {
  readonly byte: number
  readonly count: number
  readonly bytes: number
}

function* readBlockHead(reader: ByteReader): Waiting<BlockHead> {
  const byte = reader.taken
  const count = yield* readLong(reader)
  const bytes = yield* readLong(reader)
  if (count < 0 || bytes < 0) throw new BrokenFileError('a block has a negative size', byte)
  if (bytes > BLOCK_MAX_BYTES) throw new BrokenFileError('a block claims to be absurdly large', byte)
  return { byte, count, bytes }
}

/** The block behind this head, which is at hand, and those after it that are. */
function* blocksFrom(first: BlockHead, reader: ByteReader, { unpack, sync }: Beginning): Generator<ContainerBlock> {
  for (let head: BlockHead | undefined = first; head; head = takeHeadAtHand(reader)) {
    const { byte, count, bytes } = head
    const packed = reader.take(bytes)
    const end = reader.taken
    if (!reader.takes(sync)) throw new BrokenFileError('a block does not end where it should', end)
    const content = unpacked(unpack, packed, byte)
    // Every event has an id, so it takes a byte at least.
    if (count > content.length) throw new BrokenFileError('a block claims to hold more events than it has bytes', byte)
    yield { byte, count, content }
  }
}

/** Only if all of its block is at hand. Whatever is wrong with it is found by who reads on from there. */
function takeHeadAtHand(reader: ByteReader): BlockHead | undefined {
  const { atHand } = reader
  const countBytes = longLength(atHand)
  const sizeBytes = longLength(atHand, countBytes)
  if (countBytes === 0 || sizeBytes === 0) return undefined
  const count = longIn(atHand, 0, countBytes)
  const bytes = longIn(atHand, countBytes, sizeBytes)
  const rest = atHand.length - countBytes - sizeBytes - SYNC_BYTES
  if (count < 0 || bytes < 0 || bytes > rest || bytes > BLOCK_MAX_BYTES) return undefined
  const byte = reader.taken
  reader.skip(countBytes + sizeBytes)
  return { byte, count, bytes }
}

function unpacked(unpack: Unpack, packed: Buffer, byte: number): Buffer {
  try {
    return unpack(packed)
  } catch (cause) {
    throw new BrokenFileError('a block does not unpack', byte, { cause })
  }
}
