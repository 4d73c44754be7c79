/** Opens the files that are to be read. */
import { Turns } from '../cdk/turns.ts'
import type { ListedFile } from './cursor.ts'
import type { Chunks } from './decode/chunks.ts'
import type { Items } from './look-ahead.ts'
import type { Prefetch } from './prefetch.ts'
import type { ObjectStore } from './storage/store.ts'

/** A file, and its content if it is to be read, in lent chunks. */
export type WithContent = readonly [file: ListedFile, content: Chunks | undefined]

/** Files that are at hand together, to be gone through before the next are asked for. */
export type WithContents = AsyncIterable<Iterable<WithContent>>

/** What is at hand is opened when its turn comes. All else is fetched ahead. */
export const withContents = (
  files: Items<ListedFile> | Promise<Items<ListedFile>>,
  store: ObjectStore,
  isRead: (file: ListedFile) => boolean,
  prefetch: Prefetch,
): WithContents =>
  store.lend
    ? oneByOne(files, (file) => (isRead(file) ? store.lend?.(file.object) : undefined))
    : apart(
        prefetch.fetch(files, (file) =>
          isRead(file) ? { size: file.object.size, open: () => store.read(file.object) } : undefined,
        ),
      )

async function* apart(files: AsyncIterable<WithContent>): WithContents {
  for await (const file of files) yield [file]
}

/** What is at hand waits for nothing, so others have to be given their turn. */
async function* oneByOne(
  listing: Items<ListedFile> | Promise<Items<ListedFile>>,
  open: (file: ListedFile) => Chunks | undefined,
): WithContents {
  const files = await listing
  const turns = new Turns()
  if (!isAtHand(files)) {
    for await (const file of files) {
      yield [[file, open(file)]]
      await turns.take()
    }
    return
  }
  // The iterator of an array goes on where a loop has left it.
  const rest = files.values()
  let isDone = false
  function* untilTurn(): Generator<WithContent> {
    for (const file of rest) {
      yield [file, open(file)]
      if (turns.isDue) return
    }
    isDone = true
  }
  for (; !isDone; await turns.take()) yield untilTurn()
}

const isAtHand = <Item>(items: Items<Item>): items is readonly Item[] => Array.isArray(items)
