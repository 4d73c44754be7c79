import { expect, test } from '@jest/globals'
import { withRememberedLevels } from '../../../src/source/storage/remembered.ts'
import type { ObjectStore, StoreEntry } from '../../../src/source/storage/store.ts'

/** Folders `a/` and `b/` of three objects each, and what was asked. */
function counted() {
  const asked: string[] = []
  const never = (): never => {
    throw new Error('not asked for here')
  }
  const store: ObjectStore = {
    list: never,
    read: never,
    url: (key) => key,
    close() {},
    async *level(prefix) {
      asked.push(prefix)
      for (const n of [1, 2, 3]) yield { object: { key: `${prefix}${n}`, modified: new Date(n), size: n } }
    },
  }
  return { asked, store }
}

async function keys(store: ObjectStore, prefix: string, most = Number.POSITIVE_INFINITY): Promise<string[]> {
  const found: StoreEntry[] = []
  for await (const entry of store.level(prefix)) if (found.push(entry) >= most) break
  return found.map((entry) => ('object' in entry ? entry.object.key : entry.folder))
}

test('a level is listed once, and gives the same entries again', async () => {
  const { asked, store } = counted()
  const remembered = withRememberedLevels(store)
  for (const _ of [1, 2]) {
    expect(await keys(remembered, 'a/')).toEqual(['a/1', 'a/2', 'a/3'])
    expect(await keys(remembered, 'b/')).toEqual(['b/1', 'b/2', 'b/3'])
  }
  expect(asked).toEqual(['a/', 'b/'])
})

test('a level that was left before its end is not taken for whole', async () => {
  const { asked, store } = counted()
  const remembered = withRememberedLevels(store)
  expect(await keys(remembered, 'a/', 1)).toEqual(['a/1'])
  expect(await keys(remembered, 'a/')).toEqual(['a/1', 'a/2', 'a/3'])
  expect(asked).toEqual(['a/', 'a/'])
})

test('what is too much to remember is listed again', async () => {
  const { asked, store } = counted()
  const remembered = withRememberedLevels(store, 5)
  for (const prefix of ['a/', 'b/', 'b/', 'a/']) expect(await keys(remembered, prefix)).toHaveLength(3)
  expect(asked).toEqual(['a/', 'b/', 'b/'])
})
