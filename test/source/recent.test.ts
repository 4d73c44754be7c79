import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isDigest, joined, MOST_HASHES, type Recent, remember } from '../../src/source/recent.ts'

const remembered = (hashes: readonly string[]): Recent => hashes.reduce<Recent>(remember, [])
/** What it comes to, whatever the order. */
const known = (recent: Recent) => (isDigest(recent) ? recent : [...recent].sort())

/** Different for different numbers, and their sum goes beyond 48 bits. */
function hashOf(number: number): string {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(2 ** 47 + number * 7919, 0, 6)
  return bytes.toString('base64url')
}

test('what two parts remember, joined, is what one would have remembered of all', () => {
  const count = fc.nat(3 * MOST_HASHES)
  fc.assert(
    fc.property(count, count, (one, other) => {
      const hashes = Array.from({ length: one + other }, (_, i) => hashOf(i))
      const both = joined(remembered(hashes.slice(0, one)), remembered(hashes.slice(one)))
      expect(known(both)).toEqual(known(remembered(hashes)))
    }),
  )
})
