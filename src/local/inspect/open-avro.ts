/** Counts the events of an Avro file by the heads of its blocks. Nothing is decoded. */
import { eventTypeOfSchema } from '../../catalog/avro.ts'
import { parseSchema } from '../../source/decode/avro-schema.ts'
import { type Container, openContainer } from '../../source/decode/container.ts'
import type { ObjectStore, StoredObject } from '../../source/storage/store.ts'
import { type Break, breakOf, type Contents } from './contents.ts'

export async function lookIntoAvro(store: ObjectStore, object: StoredObject, mostBytes: number): Promise<Contents> {
  const container = await openContainer(store.read(object), object.size)
  try {
    const schema = parseSchema(container.header.schema)
    const eventType = eventTypeOfSchema(schema)
    const { count, broken, readUpTo } = await countEvents(container, mostBytes)
    const contents = { header: { schema, eventType, codec: container.header.codec } }
    if (readUpTo === undefined) return { ...contents, events: new Map([[eventType, count]]), ...(broken && { broken }) }

    const { first, next } = readUpTo
    const events = new Map([[eventType, Math.round((count * (object.size - first)) / (next - first))]])
    const isWhole = await endsLikeABlock(store, object, next)
    return { ...contents, events, isPart: true, ...(!isWhole && { broken: CUT_OFF }) }
  } finally {
    await container.close()
  }
}

interface Counted {
  readonly count: number
  readonly broken?: Break
  /** Where the first block begins, and where the first one that was not read: set if there are such blocks. */
  readonly readUpTo?: { readonly first: number; readonly next: number }
}

async function countEvents({ blocks }: Container, mostBytes: number): Promise<Counted> {
  let count = 0
  let first: number | undefined
  try {
    for await (const atHand of blocks) {
      for (const block of atHand.blocks) {
        first ??= block.byte
        if (block.byte - first >= mostBytes) return { count, readUpTo: { first, next: block.byte } }
        if (atHand.isWhole) count += block.count
      }
    }
    return { count }
  } catch (error) {
    return { count, broken: breakOf(error) }
  }
}

/** What ends each block, and so must end the file. */
const SYNC_BYTES = 16
const CUT_OFF: Break = { reason: 'the file does not end where a block does: it is cut off' }

async function endsLikeABlock(store: ObjectStore, object: StoredObject, blockEnd: number): Promise<boolean> {
  const [known, last] = await Promise.all(
    [blockEnd, object.size].map((end) => bytesOf(store.read(object, end - SYNC_BYTES, end))),
  )
  return known !== undefined && last !== undefined && known.equals(last)
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}
