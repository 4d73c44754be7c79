import { expect, test } from '@jest/globals'
import { newestSchemas } from '../../src/source/newest.ts'
import type { Root } from '../../src/source/roots.ts'
import type { ObjectStore, StoredObject } from '../../src/source/storage/store.ts'

const TYPES = Array.from({ length: 30 }, (_, i) => `users.made.Up${i}`)
const ROOTS = TYPES.map((eventType) => ({ eventType, prefix: `event_type=${eventType}/` }) as Root)

/** A store without files, in which each listing takes a while. */
function slowStore(clock: { ms: number }, listingMs: number): ObjectStore {
  async function listing(): Promise<readonly StoredObject[]> {
    clock.ms += listingMs
    return []
  }
  const nothing = {
    [Symbol.asyncIterator]: async function* () {
      yield* await listing()
    },
  }
  return { list: () => nothing, level: () => nothing, read: () => nothing, url: String, close: () => {} } as never
}

async function warningsWith(listingMs: number) {
  const clock = { ms: 0 }
  const warnings: string[] = []
  const roots = { roots: ROOTS, loose: [], prefix: '' }
  const found = await newestSchemas(slowStore(clock, listingMs), roots, { elapsed: () => clock.ms }, (message) =>
    warnings.push(message),
  )
  return { found, warnings }
}

test('looks for a minute, and tells how many folders were left out', async () => {
  // Two listings for each, and eight at once: those that have begun are finished.
  const { found, warnings } = await warningsWith(3000)
  expect(warnings).toEqual([expect.stringMatching(/^After 60 s, \d+ of 30 folders were not looked into\. /)])
  expect([...found.keys()]).toEqual(TYPES)
})

test('has nothing to tell if the time sufficed', async () => {
  const { found, warnings } = await warningsWith(10)
  expect(warnings).toEqual([])
  expect([...found.keys()]).toEqual(TYPES)
})
