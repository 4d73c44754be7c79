/** Opens the files that are to be read. */
import { Turns } from '../cdk/turns.ts'
import type { ListedFile } from './cursor.ts'
import type { Chunks } from './decode/chunks.ts'
import type { Items } from './look-ahead.ts'
import { prefetched } from './prefetch.ts'
import type { ObjectStore } from './storage/store.ts'

/** Each file, and its content if it is to be read, in lent chunks. */
export type WithContents = AsyncIterable<readonly [ListedFile, Chunks | undefined]>

/** What is at hand is opened when its turn comes. All else is fetched ahead. */
export const withContents = (
  files: Items<ListedFile>,
  store: ObjectStore,
  isRead: (file: ListedFile) => boolean,
): WithContents =>
  store.lend
    ? oneByOne(files, (file) => (isRead(file) ? store.lend?.(file.object) : undefined))
    : prefetched(files, (file) =>
        isRead(file) ? { size: file.object.size, open: () => store.read(file.object) } : undefined,
      )

async function* oneByOne(files: Items<ListedFile>, open: (file: ListedFile) => Chunks | undefined): WithContents {
  const turns = new Turns()
  for await (const file of files) {
    yield [file, open(file)]
    // What is at hand waits for nothing.
    if (turns.isDue) await turns.take()
  }
}
