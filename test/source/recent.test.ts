import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isDigest, joined, MOST_HASHES, type Recent, remember } from '../../src/source/recent.ts'

const remembered = (hashes: readonly string[]): Recent => hashes.reduce<Recent>(remember, [])
/** What it comes to, whatever the order. */
const known = (recent: Recent) => (isDigest(recent) ? recent : [...recent].sort())

test('what two parts remember, joined, is what one would have remembered of all', () => {
  const hash = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
  const hashes = fc.uniqueArray(hash, { maxLength: 3 * MOST_HASHES, size: 'max' })
  fc.assert(
    fc.property(hashes, fc.nat(3 * MOST_HASHES), (hashes, at) => {
      const [one, other] = [remembered(hashes.slice(0, at)), remembered(hashes.slice(at))]
      expect(known(joined(one, other))).toEqual(known(remembered(hashes)))
    }),
  )
})
