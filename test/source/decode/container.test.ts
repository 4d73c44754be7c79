import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BLOCK_MAX_BYTES } from '../../../src/source/decode/codec.ts'
import { type ContainerBlock, openContainer } from '../../../src/source/decode/container.ts'
import { BrokenFileError } from '../../../src/source/decode/decoder.ts'
import {
  avroFile,
  type BlockToWrite,
  blockOf,
  headerOf,
  inChunks,
  inLentChunks,
  long,
  PACK,
  SYNC,
  text,
} from './avro-file.ts'

const SCHEMA = JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'id', type: 'string' }] })

type ReadBlock = ContainerBlock & { readonly isWhole: boolean }

interface Read {
  readonly codec?: string
  readonly blocks: readonly ReadBlock[]
  readonly error?: { readonly reason: string; readonly byte: number }
}

async function read(file: Uint8Array, { size = file.length, chunks = [65_536] } = {}): Promise<Read> {
  const blocks: ReadBlock[] = []
  let codec = ''
  try {
    const container = await openContainer(inLentChunks(file, chunks), size)
    codec = container.header.codec
    for await (const { blocks: atHand, isWhole } of container.blocks) {
      for (const block of atHand) blocks.push({ ...block, content: Buffer.from(block.content), isWhole })
    }
    return { codec, blocks }
  } catch (error) {
    if (!(error instanceof BrokenFileError)) throw error
    return { codec, blocks, error: { reason: error.message, byte: error.byte } }
  }
}

const content = (blocks: readonly ContainerBlock[]) => blocks.map(({ count, content }) => ({ count, content }))

const block: fc.Arbitrary<BlockToWrite> = fc.record({
  count: fc.integer({ min: 1, max: 5 }),
  content: fc.uint8Array({ minLength: 5, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
})
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

for (const codec of [undefined, ...Object.keys(PACK)])
  test(`reads what was written, in chunks of any size, with codec ${codec ?? 'absent'}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(block, { maxLength: 4 }), sizes, async (blocks, chunks) => {
        const result = await read(avroFile(SCHEMA, blocks, codec), { chunks })
        expect(result.error).toBeUndefined()
        expect(content(result.blocks)).toEqual(blocks)
        expect(result.codec).toBe(codec ?? 'null')
      }),
    )
  })

test('says where each block begins', async () => {
  const blocks = [1, 2, 3].map((count) => ({ count, content: Buffer.alloc(count * 10) }))
  const header = headerOf({ 'avro.schema': SCHEMA })
  const starts = blocks.map((_, i) => Buffer.concat([header, ...blocks.slice(0, i).map(blockOf)]).length)
  const result = await read(avroFile(SCHEMA, blocks))
  expect(result.blocks.map(({ byte }) => byte)).toEqual(starts)
})

test('reads metadata in several blocks, also those that tell their size', async () => {
  const entry = Buffer.concat([text('avro.schema'), text(SCHEMA)])
  // The one key and value may be empty, as any text.
  const other = Buffer.concat([text(''), text('')])
  const header = Buffer.concat([
    Buffer.from('Obj\x01', 'latin1'),
    long(1),
    other,
    long(-1),
    long(entry.length),
    entry,
    long(0),
    SYNC,
  ])
  expect(await read(header)).toEqual({ codec: 'null', blocks: [] })
})

test('a file that is cut off anywhere gives the blocks before, the rest of one, and an error at its end', async () => {
  const blocks = [1, 2].map((count) => ({ count, content: Buffer.alloc(count * 8, count) }))
  const file = avroFile(SCHEMA, blocks)
  const ends = [blocks.slice(0, 0), blocks.slice(0, 1), blocks].map((some) => avroFile(SCHEMA, some).length)
  for (let length = 0; length < file.length; length++) {
    const result = await read(file.subarray(0, length), { size: file.length })
    expect(result.error?.byte).toBe(length)
    const whole = ends.filter((end) => end <= length).length - 1
    expect(content(result.blocks.filter(({ isWhole }) => isWhole))).toEqual(blocks.slice(0, Math.max(0, whole)))
    for (const { content, count } of result.blocks.filter(({ isWhole }) => !isWhole))
      expect([...new Set(content)].filter((byte) => byte !== count)).toEqual([])
  }
})

test('the same holds if the cut file is all that the store lists, unless the cut is between blocks', async () => {
  const blocks = [1, 2].map((count) => ({ count, content: Buffer.alloc(count * 8, count) }))
  const file = avroFile(SCHEMA, blocks)
  const ends = [blocks.slice(0, 0), blocks.slice(0, 1), blocks].map((some) => avroFile(SCHEMA, some).length)
  for (let length = 0; length <= file.length; length++)
    expect((await read(file.subarray(0, length))).error === undefined).toBe(ends.includes(length))
})

test('of a block that is cut off, the bytes that are there are given, unless they are packed', async () => {
  const blocks = [{ count: 3, content: Buffer.from('some content of a block') }]
  const header = headerOf({ 'avro.schema': SCHEMA }).length
  const file = avroFile(SCHEMA, blocks)
  const reason = 'the file ends in the middle of a block'
  // A byte each tells the count and the size.
  for (let bytes = 0; bytes < 23 + 16; bytes++) {
    const cut = file.subarray(0, header + 2 + bytes)
    const { blocks, error } = await read(cut, { size: file.length })
    expect(error).toEqual({ reason, byte: cut.length })
    const content = Buffer.from('some content of a block').subarray(0, bytes)
    expect(blocks).toEqual([{ byte: header, count: 3, content, isWhole: false }])
  }
  for (const codec of ['deflate', 'snappy', 'zstandard']) {
    const packed = avroFile(SCHEMA, blocks, codec)
    for (const missing of [1, 16, 17, 20])
      expect(await read(packed.subarray(0, -missing))).toEqual({
        codec,
        blocks: [],
        error: { reason, byte: packed.length - missing },
      })
  }
})

test('a block may be empty', async () => {
  const blocks = [0, 1, 0].map((count) => ({ count, content: Buffer.alloc(count) }))
  const result = await read(avroFile(SCHEMA, blocks))
  expect({ error: result.error, blocks: content(result.blocks) }).toEqual({ error: undefined, blocks })
})

test('no flipped bit makes it crash, hang or invent blocks of another size', async () => {
  const blocks = [1, 2].map((count) => ({ count, content: Buffer.from('some content of a block, some content') }))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(PACK)), fc.nat(), fc.nat(7), async (codec, at, bit) => {
      const file = avroFile(SCHEMA, blocks, codec)
      const index = at % file.length
      file.writeUInt8(file.readUInt8(index) ^ (1 << bit), index)
      const result = await read(file)
      for (const { content, isWhole } of result.blocks) if (isWhole) expect(content.length).toBeLessThan(1000)
    }),
    { numRuns: 1000 },
  )
})

test('garbage is a BrokenFileError', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 100 }), async (hasMagic, bytes) => {
      const { error } = await read(Buffer.concat([Buffer.from(hasMagic ? 'Obj\x01' : '', 'latin1'), bytes]))
      expect(error).toBeDefined()
    }),
    { numRuns: 500 },
  )
})

const header = headerOf({ 'avro.schema': SCHEMA })
const magic = header.subarray(0, 4)

const damaged: readonly [string, Uint8Array, string, number][] = [
  ['an empty file', Buffer.alloc(0), 'the file is empty', 0],
  ['a file of another kind', Buffer.from('PAR1....'), 'the file is no Avro file', 0],
  ['one byte of the magic', magic.subarray(0, 1), 'the file ends in the middle of its header', 1],
  [
    'a header that makes avsc spin',
    Buffer.from('4f626a01ffffffff0a0a', 'hex'),
    'the file ends in the middle of a number',
    10,
  ],
  ['a number without an end', Buffer.concat([magic, Buffer.alloc(12, 0xff)]), 'a number is damaged', 4],
  ['a key of a negative length', Buffer.concat([magic, long(1), long(-2)]), 'the header holds an absurd length', 6],
  ['a huge key', Buffer.concat([magic, long(1), long(2n ** 62n)]), 'the header holds an absurd length', 15],
  ['no schema', headerOf({ 'avro.codec': 'null' }), 'the header holds no schema', 0],
  [
    'a codec of no meaning',
    headerOf({ 'avro.schema': SCHEMA, 'avro.codec': 'zip' }),
    'the header names a codec that does not exist',
    0,
  ],
  [
    'a negative count',
    Buffer.concat([header, long(-1), text('x'), SYNC]),
    'a block has a negative size',
    header.length,
  ],
  ['a negative size', Buffer.concat([header, long(1), long(-1), SYNC]), 'a block has a negative size', header.length],
  [
    'a huge block',
    Buffer.concat([header, long(1), long(2n ** 40n), SYNC]),
    'a block claims to be absurdly large',
    header.length,
  ],
  [
    'another sync marker',
    Buffer.concat([header, long(1), text('content'), Buffer.alloc(16)]),
    'a block does not end where it should',
    header.length + 9,
  ],
  [
    'a block that does not unpack',
    Buffer.concat([
      headerOf({ 'avro.schema': SCHEMA, 'avro.codec': 'deflate' }),
      blockOf({ count: 1, content: Buffer.from('no deflate') }),
    ]),
    'a block does not unpack',
    headerOf({ 'avro.schema': SCHEMA, 'avro.codec': 'deflate' }).length,
  ],
]

for (const [name, file, reason, byte] of damaged)
  test(`${name}: ${reason}`, async () => {
    expect((await read(file)).error).toEqual({ reason, byte })
  })

test('a whole file that is shorter than listed is a broken download', async () => {
  const file = avroFile(SCHEMA, [{ count: 1, content: Buffer.from('content') }])
  const result = await read(file, { size: file.length + 7 })
  expect(content(result.blocks)).toEqual([{ count: 1, content: Buffer.from('content') }])
  expect(result.error).toEqual({
    reason: `only ${file.length} of the file's ${file.length + 7} bytes arrived`,
    byte: file.length,
  })
})

for (const codec of ['bzip2', 'xz'])
  test(`the codec ${codec} is named as one that can't be read`, async () => {
    const file = headerOf({ 'avro.schema': SCHEMA, 'avro.codec': codec })
    const reason = `it is packed with ${codec}, which is not read: pack it with null, deflate, snappy or zstandard`
    expect((await read(file)).error).toEqual({ reason, byte: 0 })
  })

test('a snappy block with another checksum is damaged', async () => {
  const packed = Buffer.from(PACK['snappy']?.(Buffer.from('content')) ?? [])
  packed.writeUInt32BE(1, packed.length - 4)
  const file = Buffer.concat([
    headerOf({ 'avro.schema': SCHEMA, 'avro.codec': 'snappy' }),
    blockOf({ count: 1, content: packed }),
  ])
  expect((await read(file)).error?.reason).toBe('a block does not unpack')
})

const bombs: readonly [string, () => Uint8Array][] = [
  ['deflate', () => PACK['deflate']?.(Buffer.alloc(BLOCK_MAX_BYTES + 1)) ?? new Uint8Array()],
  ['zstandard', () => zstandardBomb(BLOCK_MAX_BYTES + 1)],
  ['snappy', () => Buffer.concat([snappyLength(BLOCK_MAX_BYTES + 1), Buffer.alloc(30_000_000)])],
]

for (const [codec, bomb] of bombs)
  test(`a ${codec} bomb does not fill the memory`, async () => {
    const file = Buffer.concat([
      headerOf({ 'avro.schema': SCHEMA, 'avro.codec': codec }),
      blockOf({ count: 1, content: bomb() }),
    ])
    expect((await read(file)).error?.reason).toBe('a block does not unpack')
  })

/** Zstandard blocks that repeat one byte: RFC 8878, section 3.1.1.2. */
function zstandardBomb(bytes: number): Buffer {
  const block = Buffer.alloc(4)
  block.writeUIntLE((100_000 << 3) | (1 << 1), 0, 3)
  const blocks = Array.from({ length: bytes / 100_000 + 1 }, () => block)
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]), ...blocks])
}

function snappyLength(bytes: number): Buffer {
  const length: number[] = []
  let rest = bytes
  for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128)
  return Buffer.from([...length, rest])
}

test('closing it stops the download', async () => {
  const file = avroFile(SCHEMA, [{ count: 1, content: Buffer.alloc(1000) }])
  let isClosed = false
  async function* chunks() {
    try {
      yield* inChunks(file, [10])
    } finally {
      isClosed = true
    }
  }
  const container = await openContainer(chunks(), file.length)
  expect(isClosed).toBe(false)
  await container.close()
  expect(isClosed).toBe(true)
})

test('an error of the store passes through', async () => {
  // biome-ignore lint/correctness/useYield: it fails before its first chunk.
  async function* failing(): AsyncGenerator<Uint8Array> {
    throw new Error('connection reset')
  }
  await expect(openContainer(failing(), 10)).rejects.toThrow('connection reset')
})
