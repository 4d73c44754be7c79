/** What the tests of both servers ask of a store. */
import type { ObjectStore, StoredObject } from '../../src/source/storage/store.ts'

export async function keysOf(store: ObjectStore, prefix = '', after?: string): Promise<string[]> {
  const keys = []
  for await (const { key } of store.list(prefix, after)) keys.push(key)
  return keys
}

export async function only(store: ObjectStore): Promise<StoredObject> {
  for await (const object of store.list('')) return object
  throw new Error('the listing is empty')
}

/** All bytes of an object. `change` is done when the first of them are there. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>, change?: () => Promise<unknown>): Promise<Buffer> {
  const read: Uint8Array[] = []
  for await (const chunk of chunks) {
    if (read.length === 0) await change?.()
    read.push(Buffer.from(chunk))
  }
  return Buffer.concat(read)
}

/** Makes `change` happen in the middle of a download: where that broke off, it goes on when all is changed. */
export function inTheMiddle(change: () => Promise<unknown>) {
  let isChanged = () => {}
  const changed = new Promise<void>((resolve) => {
    isChanged = resolve
  })
  return {
    waiting: { random: () => 0, sleep: () => changed },
    change: async () => {
      await change()
      isChanged()
    },
  }
}

/** Enough bytes that not all of them wait in the buffers of a connection, and no two parts alike. */
export const CONTENT = Buffer.from(
  Uint32Array.from({ length: 5_000_000 }, (_, i) => Math.imul(i, 2_654_435_761)).buffer,
)

export const waiting = { random: () => 0, sleep: async () => {} }
