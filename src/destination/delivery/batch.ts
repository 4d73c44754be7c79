/** Groups what is to be sent into requests. Knows neither HTTP nor any service. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { InputRecord } from '../../cdk/input.ts'
import type { Envelope, TargetLimits } from '../target.ts'

/**
 * What is still needed of a record while it is on its way. Not its members: hundreds of thousands of little strings
 * that outlive a young collection cost more time than mapping does.
 */
export type SentRecord = Omit<InputRecord, 'data'>

/** One record on its way. Its events stay together: in one request, and in one half when a request is cut in two. */
export interface Item {
  readonly record: SentRecord
  /** The record's place in the input: 0 for the first. */
  readonly place: number
  /** The record's events, joined by commas. */
  readonly text: ByteString
  readonly events: number
}

/** The items of one request, in the order of the input. */
export interface Batch {
  readonly writeKey: string
  readonly items: readonly Item[]
  readonly events: number
  /** When its first item came, in milliseconds since the Unix epoch. */
  readonly opened: number
}

interface OpenBatch extends Batch {
  readonly items: Item[]
  events: number
  /** Of the body so far, with envelope. */
  bytes: number
}

const COMMA = 1
const NONE: readonly Batch[] = []

/**
 * The open batches, one for each write key.
 *
 * Sizes are bytes of the finished body, envelope and commas included. An item that is larger than a request may be
 * goes out in a request of its own: the service's answer then says why it can't be delivered.
 */
export class Batches {
  readonly #limits: TargetLimits
  readonly #envelopeBytes: number
  readonly #open = new Map<string, OpenBatch>()

  constructor(limits: TargetLimits, envelope: Envelope) {
    this.#limits = limits
    this.#envelopeBytes = envelope.head.length + envelope.tail.length
  }

  /** Puts an item into the open batch of its key. Gives the batches that are full now, in order. */
  add(writeKey: string, item: Item, now: number): readonly Batch[] {
    const open = this.#open.get(writeKey)
    if (open && this.#fits(open, item)) {
      open.items.push(item)
      open.events += item.events
      open.bytes += COMMA + item.text.length
      return open.events < this.#limits.batchEvents ? NONE : this.#close([open])
    }
    const fresh = this.#begin(writeKey, item, now)
    const full = open ? [open] : NONE
    return fresh.events < this.#limits.batchEvents ? full : [...full, ...this.#close([fresh])]
  }

  /** Closes the batches that were opened at `time` or before, the oldest first. */
  close(time = Number.POSITIVE_INFINITY): readonly Batch[] {
    return this.#close([...this.#open.values()].filter(({ opened }) => opened <= time))
  }

  /** The place in the input of the first item that waits here. */
  firstPlace(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { items } of this.#open.values()) first = Math.min(first, items[0]?.place ?? first)
    return first
  }

  #fits({ events, bytes }: OpenBatch, item: Item): boolean {
    const { batchEvents, batchBytes } = this.#limits
    return events + item.events <= batchEvents && bytes + COMMA + item.text.length <= batchBytes
  }

  #begin(writeKey: string, item: Item, opened: number): OpenBatch {
    const bytes = this.#envelopeBytes + item.text.length
    const batch = { writeKey, items: [item], events: item.events, bytes, opened }
    // Deleted first, so that the map stays in the order of opening.
    this.#open.delete(writeKey)
    this.#open.set(writeKey, batch)
    return batch
  }

  #close(batches: readonly OpenBatch[]): readonly Batch[] {
    for (const { writeKey } of batches) this.#open.delete(writeKey)
    return batches
  }
}
