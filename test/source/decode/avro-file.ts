/** Writes Avro files for tests, good ones and bad ones. */
import { crc32, deflateRawSync } from 'node:zlib'
import { compress as snappyCompress } from 'snappyjs'

export const SYNC = Buffer.from('0123456789abcdef', 'latin1')

export interface BlockToWrite {
  readonly count: number
  readonly content: Uint8Array
}

/** Zig-zag, seven bits a byte. */
export function long(value: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  const bytes: number[] = []
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

export const text = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([long(bytes.length), bytes])
}

export const headerOf = (metadata: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat([
    Buffer.from('Obj\x01', 'latin1'),
    long(Object.keys(metadata).length),
    ...Object.entries(metadata).flatMap(([key, value]) => [text(key), text(value)]),
    long(0),
    SYNC,
  ])

export const blockOf = ({ count, content }: BlockToWrite): Buffer => Buffer.concat([long(count), text(content), SYNC])

export const PACK: Readonly<Record<string, (content: Uint8Array) => Uint8Array>> = {
  null: (content) => content,
  deflate: (content) => deflateRawSync(content),
  snappy: (content) => {
    const checksum = Buffer.alloc(4)
    checksum.writeUInt32BE(crc32(content))
    return Buffer.concat([snappyCompress(Buffer.from(content)), checksum])
  },
  zstandard: storedZstandard,
}

/** A Zstandard frame of blocks that are not compressed: RFC 8878, sections 3.1.1 and 3.1.1.2. */
function storedZstandard(content: Uint8Array): Buffer {
  const blocks: Uint8Array[] = []
  for (let at = 0; at === 0 || at < content.length; at += 100_000) {
    const part = content.subarray(at, at + 100_000)
    const isLast = at + 100_000 >= content.length
    const head = Buffer.alloc(3)
    head.writeUIntLE((part.length << 3) | Number(isLast), 0, 3)
    blocks.push(head, part)
  }
  // Window descriptor 0x50: a window of 1 MB; no checksum, no content size.
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]), ...blocks])
}

/** A file with this schema (JSON text) and these blocks. Without a codec, the header names none. */
export function avroFile(schema: string, blocks: readonly BlockToWrite[], codec?: string): Buffer {
  const pack = PACK[codec ?? 'null'] ?? ((content: Uint8Array) => content)
  return Buffer.concat([
    headerOf({ 'avro.schema': schema, ...(codec && { 'avro.codec': codec }) }),
    ...blocks.map(({ count, content }) => blockOf({ count, content: pack(content) })),
  ])
}

/** The bytes in chunks of these sizes, in turn. */
export async function* inChunks(bytes: Uint8Array, sizes: readonly number[] = [65_536]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + (sizes[i % sizes.length] ?? 1)
    yield bytes.subarray(at, end)
    at = end
  }
}

/** Each chunk is good until the next one is asked for, and is written over then. */
export async function* inLentChunks(bytes: Uint8Array, sizes?: readonly number[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of inChunks(bytes, sizes)) {
    const lent = Uint8Array.from(chunk)
    yield lent
    lent.fill(0xee)
  }
}
