import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { beside } from '../../../src/local/preview/beside.ts'

test('lays texts out in two columns', () => {
  const rows = beside('{\n  "a": 1\n}', '{ }', 101).split('\n')
  expect(rows).toEqual([`{${' '.repeat(51)}{ }`, '  "a": 1', '}'])
})

test('lays them out below each other on a narrow screen', () => {
  expect(beside('left', 'right', 80)).toBe('left\n\nright')
})

test('loses no character, and no line is wider than the screen', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '\n'), maxLength: 400 })
  fc.assert(
    fc.property(text, fc.integer({ min: 91, max: 200 }), (left, width) => {
      const laidOut = beside(left, '', width)
      expect(laidOut.replaceAll(/\s/g, '')).toBe(left.replaceAll(/\s/g, ''))
      for (const line of laidOut.split('\n')) expect([...line].length).toBeLessThanOrEqual(width)
    }),
  )
})
