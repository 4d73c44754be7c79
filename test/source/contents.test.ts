import { expect, test } from '@jest/globals'
import { withContents } from '../../src/source/contents.ts'
import type { ListedFile } from '../../src/source/cursor.ts'
import type { Items } from '../../src/source/look-ahead.ts'
import { Prefetch } from '../../src/source/prefetch.ts'
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

const FILES = ['a', 'b', 'c'].map(listed)

async function* listing(): AsyncGenerator<ListedFile> {
  yield* FILES
}

async function seen(files: Items<ListedFile>, store: ObjectStore): Promise<readonly string[]> {
  const seen: string[] = []
  const isRead = ({ object }: ListedFile) => object.key !== 'b'
  for await (const atHand of withContents(files, store, isRead, new Prefetch())) {
    for (const [{ object }, content] of atHand) {
      const chunks: string[] = []
      for await (const chunk of content ?? []) chunks.push(Buffer.from(chunk).toString())
      seen.push(`${object.key}: ${content ? chunks.join('+') : 'not read'}`)
    }
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
  for (const files of [() => FILES, listing]) {
    // A store from afar hands its chunks on as larger ones.
    expect((await seen(files(), far)).map((text) => text.replaceAll('+', ''))).toEqual(
      expected.map((text) => text.replace('+', '')),
    )
    expect(await seen(files(), near)).toEqual(expected)
  }
})

async function* endless(): AsyncGenerator<ListedFile> {
  for (;;) yield listed('a')
}

for (const [kind, files] of Object.entries({ listed: endless(), known: Array(1_000_000).fill(listed('a')) }))
  test(`what is at hand is not opened ahead, and others have their turn between such files, ${kind}`, async () => {
    let [opened, read, isTurn] = [0, 0, false]
    setImmediate(() => {
      isTurn = true
    })
    function* lend() {
      expect(++opened).toBe(read + 1)
      yield new Uint8Array(1)
    }
    for await (const atHand of withContents(files, storeOf({ lend }), () => true, new Prefetch())) {
      for (const [, chunks] of atHand) for await (const _ of chunks ?? []) read++
      if (isTurn) break
    }
    expect(isTurn).toBe(true)
  })
