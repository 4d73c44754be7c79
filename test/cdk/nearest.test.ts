import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { didYouMean, nearest } from '../../src/cdk/nearest.ts'

const FIELDS = ['bucket', 'region_name', 'write_key', 'path_prefix']

test.each([
  ['buckt', 'bucket'],
  ['Bucket', 'bucket'],
  ['bukcet', 'bucket'],
  ['regionname', 'region_name'],
  ['writeKey', 'write_key'],
  ['prefix', undefined],
  ['x', undefined],
  ['', undefined],
])('%s was meant to be %s', (word, expected) => {
  expect(nearest(word, FIELDS)).toBe(expected)
})

test('a word is nearest to itself, and a swap or a slip of one key away', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3 })
  fc.assert(
    fc.property(word, fc.nat(), fc.array(word), (word, place, others) => {
      const at = place % (word.length - 1)
      const swapped = word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2)
      expect(nearest(word, [...others, word])).toBe(word)
      expect(nearest(swapped, [word])).toBe(word)
      expect(nearest(word.slice(0, at) + word.slice(at + 1), [word])).toBe(word)
    }),
  )
})

test('says nothing where nothing is near', () => {
  expect(didYouMean('buckt', FIELDS)).toBe(' Did you mean "bucket"?')
  expect(didYouMean('zzz', FIELDS)).toBe('')
})
