import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compareKeys } from '../../../src/source/storage/order.ts'

/** Well-formed text of few characters from all over Unicode, so that common beginnings are frequent. */
const key = fc.string({ unit: fc.constantFrom('a', '.', '/', 'é', '～', '', '😀', '𐀀') })

test('keys are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
  )
})
