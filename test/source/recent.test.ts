import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  addTo,
  hashOf,
  isDigest,
  joined,
  MOST_HASHES,
  NO_FILES,
  type Recent,
  remember,
  sameFiles,
} from '../../src/source/recent.ts'

const remembered = (hashes: readonly string[]): Recent => hashes.reduce<Recent>(remember, [])
/** What it comes to, whatever the order. */
const known = (recent: Recent) => (isDigest(recent) ? recent : [...recent].sort())

/** Different for different numbers, and their sum goes beyond 48 bits. */
function hashOfNumber(number: number): string {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(2 ** 47 + number * 7919, 0, 6)
  return bytes.toString('base64url')
}
const hashes = (count: number) => Array.from({ length: count }, (_, i) => hashOfNumber(i))

test('what two parts remember, joined, is what one would have remembered of all', () => {
  const count = fc.nat(3 * MOST_HASHES)
  fc.assert(
    fc.property(count, count, (one, other) => {
      const all = hashes(one + other)
      const both = joined(remembered(all.slice(0, one)), remembered(all.slice(one)))
      expect(known(both)).toEqual(known(remembered(all)))
    }),
  )
})

// Saved states hold these: another way to make them would read every file of the margin again.
test('the hash of a file is the first six bytes of a SHA-256 of its key, date and size', () => {
  const object = { key: 'prefix/event_type=a/1.avro', modified: new Date('2025-04-08T12:00:00.123Z'), size: 4711 }
  // printf 'prefix/event_type=a/1.avro\n1744113600123\n4711' | sha256sum | cut -c1-12 | xxd -r -p | basenc --base64url
  expect(hashOf(object)).toBe('D-zS5_2S')
  expect(hashOf(object)).toBe('D-zS5_2S')
})

test('a file of another key, date or size has another hash', () => {
  const file = { key: 'a', modified: new Date(1), size: 1 }
  const all = [file, { ...file, key: 'b' }, { ...file, modified: new Date(2) }, { ...file, size: 2 }]
  expect(new Set(all.map(hashOf)).size).toBe(4)
})

test('files are remembered one by one as long as they are few, and then as their number and sum', () => {
  const few = hashes(MOST_HASHES)
  expect(remembered(few)).toEqual(few)
  const sum = (count: number) =>
    Number(Array.from({ length: count }, (_, i) => 2n ** 47n + BigInt(i) * 7919n).reduce((a, b) => a + b) % 2n ** 48n)
  for (const count of [MOST_HASHES + 1, MOST_HASHES + 2])
    expect(remembered(hashes(count))).toEqual({ count, sum: sum(count) })
})

test('digests are of the same files if number and sum are the same', () => {
  const one = { count: 2, sum: 3 }
  expect(sameFiles(one, { count: 2, sum: 3 })).toBe(true)
  expect(sameFiles(one, { count: 3, sum: 3 })).toBe(false)
  expect(sameFiles(one, { count: 2, sum: 4 })).toBe(false)
  expect(addTo(NO_FILES, hashOfNumber(0))).toEqual({ count: 1, sum: 2 ** 47 })
})
