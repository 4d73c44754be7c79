import { expect, test } from '@jest/globals'
import { lookAhead } from '../../src/source/look-ahead.ts'

async function* upTo(end: number, log: string[] = []): AsyncGenerator<number> {
  try {
    for (let i = 0; i < end; i++) yield i
  } finally {
    log.push('closed')
  }
}

async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test.each([
  [0, 3, []],
  [2, 3, [0, 1]],
  [3, 3, undefined],
  [7, 3, undefined],
])('of %i items, looking at %i', async (end, most, all) => {
  const listing = await lookAhead(upTo(end), most)
  expect(listing.all).toEqual(all)
  expect(await collect(listing.items)).toEqual(Array.from({ length: end }, (_, i) => i))
})

test('a listing that is left early is closed', async () => {
  const log: string[] = []
  const { items } = await lookAhead(upTo(7, log), 3)
  for await (const item of items) if (item === 1) break
  expect(log).toEqual(['closed'])
})
