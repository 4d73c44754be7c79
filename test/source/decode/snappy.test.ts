import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compress } from 'snappyjs'
import { snappyUncompress } from '../../../src/source/decode/snappy.ts'

const MAX = 1 << 20

/** Texts that repeat themselves, near and far. */
const content = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', 'ab', 'braze', 'x'.repeat(70), 'users.messages.email.Open'),
      fc.string({ minLength: 1, maxLength: 80 }),
    ),
    { maxLength: 300 },
  )
  .map((parts) => Buffer.from(parts.join('')))

test('gives what snappyjs packed', () => {
  fc.assert(fc.property(content, (bytes) => snappyUncompress(compress(bytes), MAX).equals(bytes)))
})

test('reads literals and copies with lengths and offsets of every size', () => {
  const literal = (bytes: Buffer, size: number) => {
    const head = Buffer.alloc(1 + size)
    head.writeUInt8(size === 0 ? (bytes.length - 1) << 2 : (59 + size) << 2)
    if (size > 0) head.writeUIntLE(bytes.length - 1, 1, size)
    return Buffer.concat([head, bytes])
  }
  const a = Buffer.from('abcdefgh')
  const input = Buffer.concat([
    Buffer.from([8 * 5 + 4 + 8 + 8]),
    ...[0, 1, 2, 3, 4].map((size) => literal(a, size)),
    Buffer.from([0x01, 8]),
    Buffer.from([(7 << 2) | 2, 12, 0]),
    Buffer.from([(7 << 2) | 3, 1, 0, 0, 0]),
  ])
  const output = snappyUncompress(input, MAX).toString()
  expect(output).toBe(`${'abcdefgh'.repeat(5)}abcd${'abcdefgh'}${'h'.repeat(8)}`)
})

test('damaged input is an error or other bytes, but never hangs or gives more than the limit', () => {
  fc.assert(
    fc.property(content, fc.nat(), fc.integer({ min: 0, max: 255 }), (bytes, at, byte) => {
      const packed = Buffer.from(compress(bytes))
      packed.writeUInt8(byte, at % packed.length)
      let length = 0
      try {
        length = snappyUncompress(packed, MAX).length
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
      expect(length).toBeLessThanOrEqual(Math.min(MAX, packed.length * 22))
    }),
    { numRuns: 1000 },
  )
})

test.each<[string, readonly number[], string]>([
  ['nothing', [], 'is cut off'],
  ['a length without an end', [255, 255, 255, 255, 255], 'begins with no length'],
  ['a length beyond the limit', [255, 255, 255, 127], 'claims to unpack to too many bytes'],
  ['a literal that is cut off', [3, 2 << 2, 1], 'is cut off'],
  // snappyjs goes backwards here, for ever.
  ['a literal of a negative length', [3, 63 << 2, 0x9c, 0xff, 0xff, 0xff], 'unpacks to more bytes than it claims'],
  ['a copy of nothing', [4, 0, 97, 0x01, 0], 'refers to nothing'],
  ['a copy from before the start', [5, 0, 97, 0x01, 2], 'refers to bytes before its start'],
  ['too few bytes', [5, 0, 97], 'unpacks to fewer bytes than it claims'],
  ['too many bytes', [1, 1 << 2, 97, 98], 'unpacks to more bytes than it claims'],
])('%s: %p %s', (_, input, reason) => {
  expect(() => snappyUncompress(Uint8Array.from(input), MAX)).toThrow(reason)
})
