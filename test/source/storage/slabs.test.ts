import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { recycle, Slabs } from '../../../src/source/storage/slabs.ts'

const SIZE = 1_500_000
/** No two parts of it are the same. */
const content = Buffer.from(Uint32Array.from({ length: SIZE / 4 }, (_, i) => i).buffer)

type Step = { readonly add: number } | 'take' | 'give back'
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ add: fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.constantFrom(262_144, 524_288)) }),
  fc.constantFrom('take' as const, 'give back' as const),
)

test('what comes out is what went in, in order, and stays as it is until it is given back', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, SIZE), fc.array(step, { maxLength: 20 }), (expected, steps) => {
      const slabs = new Slabs(expected)
      const held: { readonly at: number; readonly slab: Buffer }[] = []
      let [added, taken] = [0, 0]
      for (const step of [...steps, ...Array.from({ length: 30 }, () => 'take' as const)]) {
        if (step === 'give back') recycle(held.shift()?.slab ?? Buffer.alloc(524_288))
        else if (step === 'take') {
          const slab = slabs.take()
          expect(slab === undefined).toBe(taken === added)
          if (slab) held.push({ at: taken, slab })
          taken += slab?.length ?? 0
        } else {
          const chunk = content.subarray(added, added + step.add)
          slabs.add(chunk)
          added += chunk.length
        }
        expect(slabs.bytes).toBe(added - taken)
        for (const { at, slab } of held) expect(slab.equals(content.subarray(at, at + slab.length))).toBe(true)
      }
      expect(taken).toBe(added)
    }),
  )
})

test('who comes late gets large ones, and who comes early need not wait', () => {
  const slabs = new Slabs(SIZE)
  slabs.add(content.subarray(0, 10))
  expect(slabs.take()?.length).toBe(10)
  for (let i = 0; i < 100; i++) slabs.add(content.subarray(0, 10_000))
  expect(slabs.take()?.length).toBe(524_288)
  expect(slabs.take()?.length).toBe(1_000_000 - 524_288)
  expect(slabs.take()).toBeUndefined()
})

test.each([
  ['little, for a small file', 60_000, 65_536],
  ['much, for a large one', SIZE, 524_288],
])('memory that was given back is used again: %s', (_, expected, bytes) => {
  const slabs = new Slabs(expected)
  slabs.add(content.subarray(0, 10))
  const slab = slabs.take() as Buffer
  expect(slab.buffer.byteLength).toBe(bytes)
  recycle(slab)
  slabs.add(content.subarray(0, 20))
  expect(slabs.take()?.buffer).toBe(slab.buffer)
})
