import { randomUUID } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { recentIds } from '../../src/source/deduplicate.ts'

/** Ids that are alike: UUIDs that differ in one digit or in case, and texts that are nearly UUIDs. */
const UUIDS = [
  '00000000-0000-0000-0000-000000000000',
  '00000000-0000-0000-0000-000000000001',
  '10000000-0000-0000-0000-000000000000',
  'f47ac10b-58cc-4372-a567-0e02b2c3d479',
  'f47ac10b-58cc-4372-a567-0e02b2c3d478',
  'F47AC10B-58CC-4372-A567-0E02B2C3D479',
  'f47ac10b058cc-4372-a567-0e02b2c3d479',
  'g47ac10b-58cc-4372-a567-0e02b2c3d479',
  'f47ac10b58cc4372a5670e02b2c3d479',
  '',
  'é',
  '1',
]
const id = fc.oneof(
  fc.constantFrom(...UUIDS),
  fc.nat(40).map((n) => `00000000-0000-0000-0000-0000000000${10 + n}`),
)

test('an id is new exactly if it is not among the last ones', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (ids, limit) => {
      const isNew = recentIds(limit)
      const asked: string[] = []
      for (const id of ids) {
        const answer = isNew(id)
        const since = new Set(asked.slice(asked.lastIndexOf(id) + 1)).size
        // Never a false alarm; and nothing is forgotten before `limit` others came.
        if (!asked.includes(id)) expect(answer).toBe(true)
        else if (since < limit) expect(answer).toBe(false)
        // At most twice as many are remembered.
        else if (since >= 2 * limit) expect(answer).toBe(true)
        asked.push(id)
      }
      isNew.release()
    }),
    { numRuns: 500 },
  )
})

test('no id of many is taken for another', () => {
  const isNew = recentIds(50_000)
  const ids = Array.from({ length: 40_000 }, (_, i) => (i % 2 ? randomUUID() : `text ${i}`))
  expect(ids.every(isNew)).toBe(true)
  expect(ids.some(isNew)).toBe(false)
})

test('ids that count up are told apart as well', () => {
  const isNew = recentIds(100_000)
  const ids = Array.from({ length: 100_000 }, (_, n) => `00000000-0000-1000-8000-${n.toString(16).padStart(12, '0')}`)
  expect(ids.every(isNew)).toBe(true)
  expect(ids.some(isNew)).toBe(false)
})

test('the largest window knows as many ids as it promises, and forgets those before', () => {
  const window = 262_144
  const isNew = recentIds()
  const ids = Array.from({ length: 2 * window + 1 }, (_, n) => `id ${n}`)
  expect(ids.every(isNew)).toBe(true)
  // Backwards, lest an id comes to lie again where it lay before.
  expect(ids.slice(-window).reverse().some(isNew)).toBe(false)
  // The last one was the first of a new generation.
  expect(isNew('id 0')).toBe(true)
  isNew.release()
})
