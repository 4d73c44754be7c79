import { expect, test } from '@jest/globals'
import { TransientError } from '../../../src/cdk/errors.ts'
import { entriesOf, objectsOf, type Page } from '../../../src/source/storage/pages.ts'

const waiting = { random: () => 0, sleep: async () => {} }

const page = (next: string | undefined, ...keys: readonly string[]): Page => ({
  objects: keys.map((key) => ({ key, size: 1, modified: new Date(0) })),
  folders: [],
  next,
})

/** A listing whose pages are named by their tokens, the first one by the empty text. */
function listing(pages: Readonly<Record<string, Page>>) {
  const tokens: (string | undefined)[] = []
  return {
    tokens,
    url: 's3://exports',
    failure: (error: unknown) => error as Error,
    async page(token: string | undefined) {
      tokens.push(token)
      const found = pages[token ?? '']
      if (!found) throw new Error(`no page ${token}`)
      return found
    },
  }
}

async function keysOf(objects: AsyncIterable<{ readonly key: string }>): Promise<string[]> {
  const keys = []
  for await (const { key } of objects) keys.push(key)
  return keys
}

test('a page is fetched when it is needed', async () => {
  const three = listing({ '': page('2', 'a'), 2: page('3', 'b'), 3: page(undefined, 'c') })
  for await (const { key } of objectsOf(three, '', waiting)) if (key === 'b') break
  expect(three.tokens).toEqual([undefined, '2'])
})

test('empty pages do not end a listing', async () => {
  const empty = listing({ '': page('2'), 2: page('3'), 3: page(undefined, 'c') })
  expect(await keysOf(objectsOf(empty, '', waiting))).toEqual(['c'])
})

test('what comes up to the start is left out, even if the server lists from the beginning', async () => {
  const all = listing({ '': page('2', 'a', 'b'), 2: page(undefined, 'c', 'd') })
  expect(await keysOf(objectsOf(all, 'b', waiting))).toEqual(['c', 'd'])
})

test.each([
  ['on a page', { '': page(undefined, 'b', 'a') }],
  ['from page to page', { '': page('2', 'b'), 2: page(undefined, 'a') }],
  ['in the order of UTF-16', { '': page(undefined, '😀', '～') }],
])('keys out of order would be missed by the next sync, so they end it: %s', async (_, pages) => {
  await expect(keysOf(objectsOf(listing(pages), '', waiting))).rejects.toThrow(TransientError)
})

test('a listing that goes in circles ends', async () => {
  const circle = listing({ '': page('2', 'a'), 2: page('2', 'b') })
  await expect(keysOf(objectsOf(circle, '', waiting))).rejects.toThrow(/same page/)
})

test('a level has its folders among its objects, and not itself', async () => {
  const level = listing({ '': { ...page(undefined, 'a/', 'a/1', 'a/c'), folders: ['a/b/', 'a/～/', 'a/😀/'] } })
  const entries = []
  for await (const entry of entriesOf(level, 'a/', waiting)) {
    entries.push('folder' in entry ? entry.folder : entry.object.key)
  }
  expect(entries).toEqual(['a/1', 'a/b/', 'a/c', 'a/～/', 'a/😀/'])
})
