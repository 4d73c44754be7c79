/** Fetches the next files while the current one is decoded. */
import { Channel, Signal } from './channel.ts'
import type { Items } from './look-ahead.ts'
import { MOST_AHEAD } from './storage/resume.ts'

/** A file that an item of a listing asks for. */
export interface Fetch {
  /** Bytes. */
  readonly size: number
  /** Begins to load at once. */
  open(): AsyncIterableIterator<Uint8Array>
}

/** What may be ahead of the reader, the current item included. */
export interface Budget {
  readonly items: number
  readonly files: number
  /** Of all files together. */
  readonly bytes: number
}

const MB = 1024 * 1024
/** Small files are a matter of round trips, and so of many at once; large ones of bytes, which memory limits. */
const BUDGET: Budget = { items: 1_000, files: 64, bytes: 16 * MB }

/**
 * All items in their order, each with the content of its file if it asks for one, in lent chunks. An error of the listing
 * or of a file comes where it would come without prefetching.
 */
export async function* prefetched<Item>(
  items: Items<Item>,
  fetchOf: (item: Item) => Fetch | undefined,
  budget: Budget = BUDGET,
): AsyncGenerator<readonly [Item, AsyncIterable<Uint8Array> | undefined]> {
  const ahead = new Channel<Ahead<Item>>()
  const room = new Room(budget)
  const listing = fill(ahead, items, fetchOf, room)
  try {
    for await (const { item, cost, file } of ahead) {
      try {
        yield [item, file]
      } finally {
        await file?.return?.()
      }
      room.release(cost)
    }
  } finally {
    room.close()
    await listing
    for (const { file } of ahead.rest()) await file?.return?.()
  }
}

interface Ahead<Item> {
  readonly item: Item
  readonly cost: Budget
  readonly file: AsyncIterableIterator<Uint8Array> | undefined
}

async function fill<Item>(
  ahead: Channel<Ahead<Item>>,
  items: Items<Item>,
  fetchOf: (item: Item) => Fetch | undefined,
  room: Room,
): Promise<void> {
  try {
    for await (const item of items) {
      const fetch = fetchOf(item)
      const cost = { items: 1, files: fetch ? 1 : 0, bytes: Math.min(fetch?.size ?? 0, MOST_AHEAD) }
      if (!(await room.take(cost))) return
      ahead.push({ item, cost, file: fetch?.open() })
    }
    ahead.end()
  } catch (error) {
    ahead.fail(error)
  }
}

/** How much of a budget is taken. */
class Room {
  readonly budget: Budget
  readonly #changed = new Signal()
  #taken: Budget = { items: 0, files: 0, bytes: 0 }
  #closed = false

  constructor(budget: Budget) {
    this.budget = budget
  }

  /** Waits until there is room. An item that is alone always has room. False once the room is closed. */
  async take(cost: Budget): Promise<boolean> {
    while (!this.#closed && this.#taken.items > 0 && !this.#fits(cost)) await this.#changed.wait()
    this.#taken = sum(this.#taken, cost)
    return !this.#closed
  }

  release({ items, files, bytes }: Budget): void {
    this.#taken = sum(this.#taken, { items: -items, files: -files, bytes: -bytes })
    this.#changed.fire()
  }

  close(): void {
    this.#closed = true
    this.#changed.fire()
  }

  #fits(cost: Budget): boolean {
    const { items, files, bytes } = sum(this.#taken, cost)
    return items <= this.budget.items && files <= this.budget.files && bytes <= this.budget.bytes
  }
}

const sum = (one: Budget, other: Budget): Budget => ({
  items: one.items + other.items,
  files: one.files + other.files,
  bytes: one.bytes + other.bytes,
})
