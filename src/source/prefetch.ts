/** The next files are fetched while one is decoded. */
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

/** An item, and the content of its file if it asks for one, in lent chunks. */
export type Fetched<Item> = readonly [item: Item, content: AsyncIterable<Uint8Array> | undefined]

/** Fetches files for one reader after the other, those of the next ones while there is room. All share one budget. */
export class Prefetch {
  readonly #room: Room
  readonly #runs: Pick<Run<unknown>, 'leave'>[] = []
  /** Until the readers so far have begun all their files. */
  #begun: Promise<void> = Promise.resolve()

  constructor(budget = BUDGET) {
    this.#room = new Room(budget)
  }

  /**
   * All items in their order, to be read once, after those that were asked for before. An error of the listing or of a file
   * comes where it would come without prefetching.
   */
  fetch<Item>(
    items: Items<Item> | Promise<Items<Item>>,
    fetchOf: (item: Item) => Fetch | undefined,
  ): AsyncIterableIterator<Fetched<Item>> {
    const run = new Run(items, fetchOf, this.#room)
    this.#begun = this.#begun.then(() => run.begin())
    this.#runs.push(run)
    return run
  }

  /** Lets go of what nobody will read. */
  close(): void {
    for (const run of this.#runs) run.leave()
  }
}

interface Ahead<Item> {
  readonly item: Item
  readonly cost: Budget
  readonly file: AsyncIterableIterator<Uint8Array> | undefined
}

/** The files of one reader. */
class Run<Item> implements AsyncIterableIterator<Fetched<Item>> {
  readonly #items: Items<Item> | Promise<Items<Item>>
  readonly #fetchOf: (item: Item) => Fetch | undefined
  readonly #room: Room
  readonly #ahead = new Channel<Ahead<Item>>()
  readonly #next = this.#ahead[Symbol.asyncIterator]()
  #current: Ahead<Item> | undefined
  /** Items that have begun and are not done with. */
  #held = 0
  #isRead = false
  #isLeft = false

  constructor(items: Items<Item> | Promise<Items<Item>>, fetchOf: (item: Item) => Fetch | undefined, room: Room) {
    this.#items = items
    this.#fetchOf = fetchOf
    this.#room = room
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Fetched<Item>>> {
    await this.#finish()
    this.#isRead = true
    this.#room.changed.fire()
    const { done, value } = await this.#next.next()
    if (done) return { done, value: undefined }
    this.#current = value
    return { value: [value.item, value.file] }
  }

  async return(): Promise<IteratorResult<Fetched<Item>>> {
    await this.#finish()
    this.leave()
    return { done: true, value: undefined }
  }

  leave(): void {
    this.#isLeft = true
    for (const { cost, file } of this.#ahead.takeAll()) {
      file?.return?.()
      this.#release(cost)
    }
    this.#room.changed.fire()
  }

  /** Begins files as long as there is room for them. Throws nothing. */
  async begin(): Promise<void> {
    try {
      for await (const item of await this.#items) {
        const fetch = this.#fetchOf(item)
        const cost = { items: 1, files: fetch ? 1 : 0, bytes: Math.min(fetch?.size ?? 0, MOST_AHEAD) }
        while (!this.#hasRoomFor(cost)) await this.#room.changed.wait()
        if (this.#isLeft) break
        this.#room.take(cost)
        this.#held++
        this.#ahead.push({ item, cost, file: fetch?.open() })
      }
      this.#ahead.end()
    } catch (error) {
      this.#ahead.fail(error)
    }
  }

  /** Who is being read always has room for one. */
  #hasRoomFor(cost: Budget): boolean {
    return this.#isLeft || (this.#isRead && this.#held === 0) || this.#room.fits(cost)
  }

  async #finish(): Promise<void> {
    const done = this.#current
    if (!done) return
    this.#current = undefined
    await done.file?.return?.()
    this.#release(done.cost)
  }

  #release(cost: Budget): void {
    this.#held--
    this.#room.release(cost)
  }
}

/** How much of a budget is taken. */
class Room {
  readonly changed = new Signal()
  readonly #budget: Budget
  #taken: Budget = { items: 0, files: 0, bytes: 0 }

  constructor(budget: Budget) {
    this.#budget = budget
  }

  fits(cost: Budget): boolean {
    const { items, files, bytes } = sum(this.#taken, cost)
    return items <= this.#budget.items && files <= this.#budget.files && bytes <= this.#budget.bytes
  }

  take(cost: Budget): void {
    this.#taken = sum(this.#taken, cost)
  }

  release({ items, files, bytes }: Budget): void {
    this.#taken = sum(this.#taken, { items: -items, files: -files, bytes: -bytes })
    this.changed.fire()
  }
}

const sum = (one: Budget, other: Budget): Budget => ({
  items: one.items + other.items,
  files: one.files + other.files,
  bytes: one.bytes + other.bytes,
})
