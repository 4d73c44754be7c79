/** What tests read of a store. */
import type { ObjectStore, StoredObject } from '../../../src/source/storage/store.ts'

export async function keysOf(store: ObjectStore, prefix = '', after?: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix, after)) keys.push(key)
  return keys
}

export async function only(store: ObjectStore): Promise<StoredObject> {
  for await (const object of store.list('')) return object
  throw new Error('the listing is empty')
}

/** All bytes of an object, copied, as chunks are lent. `change` is done when the first of them are there. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>, change?: () => unknown): Promise<Buffer> {
  const read: Uint8Array[] = []
  for await (const chunk of chunks) {
    if (read.length === 0) await change?.()
    read.push(Buffer.from(chunk))
  }
  return Buffer.concat(read)
}
