/** Fetches the next files while the current one is decoded. */
import { Channel, Signal } from './channel.ts'
import type { Items } from './look-ahead.ts'
import { recycle, Slabs } from './slabs.ts'

/** A file that an item of a listing asks for. */
export interface Fetch {
  /** Bytes. */
  readonly size: number
  /** The chunks may be lent: good until the next one is asked for. */
  open(): AsyncIterable<Uint8Array>
}

/** What may be ahead of the reader, the current item included. */
export interface Budget {
  readonly items: number
  readonly files: number
  /** Of all files together. */
  readonly bytes: number
}

/** One file must not take all of it, or the next one would begin only when this one ends. */
export interface SharedBudget extends Budget {
  /** Of one file. A larger one is fetched as far as this allows. */
  readonly fileBytes: number
}

const MB = 1024 * 1024
/** Small files are a matter of round trips, and so of many at once; large ones of bytes, which memory limits. */
const BUDGET: SharedBudget = { items: 1_000, files: 32, bytes: 16 * MB, fileBytes: 4 * MB }

/**
 * All items in their order, each with the content of its file if it asks for one, in lent chunks. An error of the listing
 * or of a file comes where it would come without prefetching.
 */
export async function* prefetched<Item>(
  items: Items<Item>,
  fetchOf: (item: Item) => Fetch | undefined,
  budget: SharedBudget = BUDGET,
): AsyncGenerator<readonly [Item, AsyncIterable<Uint8Array> | undefined]> {
  const ahead = new Channel<Ahead<Item>>()
  const room = new Room(budget)
  const listing = fill(ahead, items, fetchOf, room)
  try {
    for await (const { item, cost, file } of ahead) {
      try {
        yield [item, file]
      } finally {
        file?.stop()
      }
      room.release(cost)
    }
  } finally {
    room.close()
    await listing
    for (const { file } of ahead.rest()) file?.stop()
  }
}

interface Ahead<Item> {
  readonly item: Item
  readonly cost: Budget
  readonly file: LoadingFile | undefined
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
      const cost = { items: 1, files: fetch ? 1 : 0, bytes: Math.min(fetch?.size ?? 0, room.budget.fileBytes) }
      if (!(await room.take(cost))) return
      ahead.push({ item, cost, file: fetch && new LoadingFile(fetch, room.budget.fileBytes) })
    }
    ahead.end()
  } catch (error) {
    ahead.fail(error)
  }
}

/** How much of a budget is taken. */
class Room {
  readonly budget: SharedBudget
  readonly #changed = new Signal()
  #taken: Budget = { items: 0, files: 0, bytes: 0 }
  #closed = false

  constructor(budget: SharedBudget) {
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

/** A file that loads from now on, but never more than `most` bytes ahead of its reader. */
class LoadingFile implements AsyncIterable<Uint8Array> {
  readonly #loaded = new Slabs()
  readonly #arrived = new Signal()
  readonly #consumed = new Signal()
  #end: { readonly error?: unknown } | undefined
  #stopped = false

  constructor(fetch: Fetch, most: number) {
    void this.#load(fetch, most)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const slab = this.#loaded.take()
      if (slab) {
        this.#consumed.fire()
        yield slab
        recycle(slab)
      } else if (!this.#end) await this.#arrived.wait()
      else if ('error' in this.#end) throw this.#end.error
      else return
    }
  }

  stop(): void {
    this.#stopped = true
    this.#consumed.fire()
  }

  async #load(fetch: Fetch, most: number): Promise<void> {
    try {
      for await (const chunk of fetch.open()) {
        this.#loaded.add(chunk)
        this.#arrived.fire()
        while (this.#loaded.bytes > most && !this.#stopped) await this.#consumed.wait()
        if (this.#stopped) return
      }
      this.#end = {}
    } catch (error) {
      this.#end = { error }
    }
    this.#arrived.fire()
  }
}
