import { expect, test } from '@jest/globals'
import { withContents } from '../../src/source/contents.ts'
import type { ListedFile } from '../../src/source/cursor.ts'
import type { ObjectStore } from '../../src/source/storage/store.ts'

const listed = (key: string): ListedFile => ({
  object: { key, modified: new Date(0), size: 1 },
  part: 'hours',
  date: undefined,
  extra: false,
  next: false,
})

const storeOf = (content: Partial<ObjectStore>): ObjectStore => ({
  async *list() {},
  async *level() {},
  async *read() {},
  url: (key) => key,
  close() {},
  ...content,
})

async function* files(keys: readonly string[]): AsyncGenerator<ListedFile> {
  for (const key of keys) yield listed(key)
}

async function seen(store: ObjectStore): Promise<readonly string[]> {
  const seen: string[] = []
  const isRead = ({ object }: ListedFile) => object.key !== 'b'
  for await (const [{ object }, content] of withContents(files(['a', 'b', 'c']), store, isRead)) {
    const chunks: string[] = []
    for await (const chunk of content ?? []) chunks.push(Buffer.from(chunk).toString())
    seen.push(`${object.key}: ${content ? chunks.join('+') : 'not read'}`)
  }
  return seen
}

test('files come in their order, with the content of those that are read', async () => {
  const chunksOf = (key: string) => [Buffer.from(`${key}1`), Buffer.from(`${key}2`)]
  const expected = ['a: a1+a2', 'b: not read', 'c: c1+c2']
  const far = storeOf({
    async *read({ key }) {
      yield* chunksOf(key)
    },
  })
  const near = storeOf({ lend: ({ key }) => chunksOf(key) })
  // A store from afar hands its chunks on as larger ones.
  expect((await seen(far)).map((text) => text.replaceAll('+', ''))).toEqual(
    expected.map((text) => text.replace('+', '')),
  )
  expect(await seen(near)).toEqual(expected)
})

test('what is at hand is not opened ahead, and others have their turn between such files', async () => {
  let [opened, read, isTurn] = [0, 0, false]
  setImmediate(() => {
    isTurn = true
  })
  async function* endless(): AsyncGenerator<ListedFile> {
    while (!isTurn) yield listed('a')
  }
  function* lend() {
    expect(++opened).toBe(read + 1)
    yield new Uint8Array(1)
  }
  for await (const [, chunks] of withContents(endless(), storeOf({ lend }), () => true)) {
    for await (const _ of chunks ?? []) read++
  }
  expect(isTurn).toBe(true)
})
