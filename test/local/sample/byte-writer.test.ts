import { expect, test } from '@jest/globals'
import avro from 'avsc'
import fc from 'fast-check'
import { byteWriter } from '../../../src/local/sample/byte-writer.ts'
import { exactLong } from '../../../src/source/decode/exact-long.ts'

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 20, maxLength: 300 }))

test('writes the bytes that avsc writes', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.float({ noNaN: true }), text, (long, float, string) => {
      const fields = ['long', 'float', 'string'].map((name) => ({ name, type: name }))
      // avsc's own long refuses the lowest safe integer.
      const registry = { long: exactLong }
      const type = avro.Type.forSchema({ type: 'record', name: 'All', fields } as avro.Schema, { registry })
      const writer = byteWriter()
      writer.long(long)
      writer.float(float)
      writer.string(string)
      expect(Buffer.from(writer.bytes()).equals(type.toBuffer({ long: BigInt(long), float, string }))).toBe(true)
    }),
  )
})

test('keeps everything while its buffer grows', () => {
  const writer = byteWriter()
  const piece = Buffer.alloc(50_000, 'x')
  for (let i = 0; i < 10; i++) writer.raw(piece)
  expect(Buffer.from(writer.bytes()).equals(Buffer.alloc(500_000, 'x'))).toBe(true)
})
