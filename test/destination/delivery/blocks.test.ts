import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Blocks } from '../../../src/destination/delivery/blocks.ts'

test('memory is used again once the records in it are done with, and not before', () => {
  const step = fc.record({ bytes: fc.nat(200_000), records: fc.nat(3), done: fc.nat(4) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let [places, open] = [0, 0]
      const blocks = new Blocks(() => open)
      const held: { readonly memory: Buffer; readonly mark: number; readonly place: number }[] = []
      for (const [i, { bytes, records, done }] of steps.entries()) {
        const memory = blocks.take(bytes)
        expect(memory).toHaveLength(bytes)
        memory.fill(i)
        places += records
        blocks.filled(places)
        held.push({ memory, mark: i, place: places })
        for (const one of held) if (one.place > open) expect(one.memory.every((byte) => byte === one.mark)).toBe(true)
        open = Math.min(places, open + done)
      }
    }),
  )
})

test('lines that are done with at once need the memory of one block', () => {
  const blocks = new Blocks(() => Number.POSITIVE_INFINITY)
  const memory = [100, 70_000, 65_536, 100, 131_072].map((bytes, place) => {
    const { buffer } = blocks.take(bytes)
    blocks.filled(place)
    return buffer
  })
  expect(new Set(memory.slice(1)).size).toBe(2)
})

test('a block of extraordinary size is not kept', () => {
  const blocks = new Blocks(() => Number.POSITIVE_INFINITY)
  const large = blocks.take(5_000_000)
  blocks.filled(1)
  expect(blocks.take(5_000_000).buffer).not.toBe(large.buffer)
})
