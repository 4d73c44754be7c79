import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BrokenFileError } from '../../../src/source/decode/decoder.ts'
import { unpacked } from '../../../src/source/decode/unpacked.ts'
import { inChunks, inLentChunks } from './avro-file.ts'

interface Unpacked {
  readonly bytes: Buffer
  readonly error?: string
}

async function unpackedFrom(chunks: AsyncIterable<Uint8Array>): Promise<Unpacked> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of unpacked(chunks)) parts.push(Buffer.from(part))
  } catch (error) {
    if (!(error instanceof BrokenFileError)) throw error
    return { bytes: Buffer.concat(parts), error: error.message }
  }
  return { bytes: Buffer.concat(parts) }
}

/** Lines that pack to about a third. */
const lines = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, i) => `{"id":"${Math.imul(i, 0x9e3779b1) >>> 0}"}\n`).join(''))

const sizes = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 4 })
const places = fc.nat({ max: 999 })

test('what can be unpacked comes before the error, and as much of it however the bytes are cut', async () => {
  const content = lines(8000)
  const file = gzipSync(content)
  await fc.assert(
    fc.asyncProperty(
      places,
      fc.integer({ min: 1, max: 255 }),
      sizes,
      fc.boolean(),
      async (place, flip, cuts, isLent) => {
        const damaged = Buffer.from(file)
        const at = Math.floor((damaged.length * place) / 1000)
        damaged[at] = (damaged[at] ?? 0) ^ flip
        const arriving = isLent ? inLentChunks : inChunks
        const found = await unpackedFrom(arriving(damaged, cuts))
        const atOnce = await unpackedFrom(inChunks(damaged, [damaged.length]))
        expect([found.error, found.bytes.equals(atOnce.bytes)]).toEqual([atOnce.error, true])
        // The first ten bytes are a header, some of whose bits mean nothing.
        if (at >= 10) expect(found.error).toBeDefined()
        // All but what lies just before the damage.
        const before = damaged.subarray(0, Math.max(0, at - 4096))
        const expected = gunzipSync(before.length > 18 ? before : gzipSync(''), { finishFlush: 2 })
        if (at >= 10) expect(found.bytes.subarray(0, expected.length).equals(expected)).toBe(true)
      },
    ),
    { numRuns: 60 },
  )
})

test('a file that is cut off gives all that its bytes hold', async () => {
  const content = lines(8000)
  const file = gzipSync(content)
  for (const length of [20, 5000, file.length - 8, file.length - 1]) {
    const cut = file.subarray(0, length)
    const { bytes, error } = await unpackedFrom(inChunks(cut, [777]))
    expect(bytes.equals(gunzipSync(cut, { finishFlush: 2 }))).toBe(true)
    expect(error).toBe('the file does not unpack')
  }
})

test.each([
  ['one after the other', (file: Buffer) => Buffer.concat([file, file]), 2],
  ['with zeros behind', (file: Buffer) => Buffer.concat([file, Buffer.alloc(10_000)]), 1],
])('reads gzip files %s, in chunks of any size', async (_, made, copies) => {
  const content = lines(3000)
  const file = made(gzipSync(content))
  await fc.assert(
    fc.asyncProperty(sizes, async (cuts) => {
      const { bytes, error } = await unpackedFrom(inChunks(file, cuts))
      expect(error).toBeUndefined()
      expect(bytes.equals(Buffer.concat(Array.from({ length: copies }, () => content)))).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test('an error of the store comes through as it is', async () => {
  async function* failing() {
    yield gzipSync(lines(100)).subarray(0, 100)
    throw new Error('connection reset')
  }
  await expect(unpackedFrom(failing())).rejects.toThrow('connection reset')
})
