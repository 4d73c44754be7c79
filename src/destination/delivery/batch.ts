/** Groups what is to be sent into requests. Knows neither HTTP nor any service. */
import type { Envelope, TargetLimits } from '../target.ts'
import type { InputLines } from './input-lines.ts'
import type { InputStream } from './streams.ts'

/** Records of one stream that follow each other in the input: one with any events, or several with one event each. */
export interface SentRecords {
  readonly stream: InputStream
  readonly lines: InputLines
  /** The first record's place in the input: 0 for the first of all. */
  readonly place: number
  readonly records: number
  readonly events: number
}

/** Records that wait for their request. The events of a record stay together when a request is cut in two. */
export interface Item extends SentRecords {
  /** Where its events, joined by commas, begin and end in the body. */
  readonly start: number
  readonly end: number
}

/** What goes into one request: items in the order of the input, which lie one after the other in `body`. */
export interface Parcel {
  readonly writeKey: string
  readonly items: readonly Item[]
  readonly body: Buffer
  /** The body holds nothing else, and has room for the envelope around the events. */
  readonly isWhole: boolean
}

/** A parcel as large as a request may be. */
export interface Batch extends Parcel {
  /** When its first item came, in milliseconds on a clock that never jumps. */
  readonly opened: number
}

/** What to send of some records, and with which key. */
export interface Outgoing extends SentRecords {
  readonly writeKey: string
  /** The records' events, joined by commas, lie here, until the next record is mapped. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/** What a request can still take. */
export interface Room {
  readonly events: number
  /** Of events with the commas between them. */
  readonly bytes: number
}

interface OpenBatch extends Batch {
  readonly items: Item[]
  body: Buffer
  events: number
  /** Of the body so far. */
  bytes: number
}

/** Bodies that are kept for further batches. New memory for each costs more than all that is written to it. */
const SPARE_BODIES = 16

const COMMA = ','
const FIRST_BYTES = 16_384
const NONE: readonly Batch[] = []

/**
 * The open batches, one for each write key.
 *
 * Sizes are bytes of the finished body, envelope and commas included. An item that is larger than a request may be
 * goes out in a request of its own: the service's answer then says why it can't be delivered.
 */
export class Batches {
  readonly #maxBytes: number
  readonly #maxEvents: number
  readonly #headBytes: number
  readonly #tailBytes: number
  readonly #spare: Buffer[] = []
  readonly #open = new Map<string, OpenBatch>()

  constructor({ batchBytes, batchEvents }: TargetLimits, { head, tail }: Envelope) {
    this.#maxBytes = batchBytes
    this.#maxEvents = batchEvents
    this.#headBytes = head.length
    this.#tailBytes = tail.length
  }

  /** What the open batch of a key can still take. No less than a new one, if there is none. */
  room(writeKey: string): Room {
    const { events, bytes } = this.#open.get(writeKey) ?? { events: 0, bytes: this.#headBytes - COMMA.length }
    return { events: this.#maxEvents - events, bytes: this.#maxBytes - bytes - COMMA.length - this.#tailBytes }
  }

  /** Copies records' events into the open batch of their key. Gives the batches that are full now, in order. */
  add(records: Outgoing, now: number): readonly Batch[] {
    const { writeKey, events, start, end } = records
    const open = this.#open.get(writeKey)
    const room = this.room(writeKey)
    if (open && events <= room.events && end - start <= room.bytes) return this.#put(open, records)
    const fresh = this.#put(this.#begin(writeKey, now), records)
    return open ? [open, ...fresh] : fresh
  }

  /** Closes the batches that were opened at `time` or before, the oldest first. */
  close(time = Number.POSITIVE_INFINITY): readonly Batch[] {
    return [...this.#open.values()].filter(({ opened }) => opened <= time).flatMap((batch) => this.#close(batch))
  }

  /** Takes back the body of a batch that nobody will look at again. */
  recycle({ body }: Batch): void {
    if (this.#spare.length < SPARE_BODIES) this.#spare.push(body)
  }

  /** The place in the input of the first item that waits here. */
  firstPlace(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { items } of this.#open.values()) first = Math.min(first, items[0]?.place ?? first)
    return first
  }

  #begin(writeKey: string, opened: number): OpenBatch {
    const body = this.#spare.pop() ?? Buffer.allocUnsafe(FIRST_BYTES)
    const batch = { writeKey, items: [], body, isWhole: true, events: 0, bytes: this.#headBytes, opened }
    // Deleted first, so that the map stays in the order of opening.
    this.#open.delete(writeKey)
    this.#open.set(writeKey, batch)
    return batch
  }

  #put(batch: OpenBatch, { stream, lines, place, records, events, bytes, start, end }: Outgoing): readonly Batch[] {
    if (batch.items.length > 0) batch.body.write(COMMA, batch.bytes++, 'latin1')
    const at = batch.bytes
    const length = end - start
    const needed = at + length + COMMA.length + this.#tailBytes
    if (needed > batch.body.length) batch.body = this.#larger(batch.body, needed)
    bytes.copy(batch.body, at, start, end)
    batch.items.push({ stream, lines, place, records, events, start: at, end: at + length })
    batch.events += events
    batch.bytes = at + length
    return batch.events < this.#maxEvents ? NONE : this.#close(batch)
  }

  /** The same body with more room. */
  #larger(body: Buffer, bytes: number): Buffer {
    const larger = Buffer.allocUnsafe(Math.max(bytes, Math.min(body.length * 4, this.#maxBytes)))
    body.copy(larger)
    return larger
  }

  #close(batch: OpenBatch): readonly Batch[] {
    this.#open.delete(batch.writeKey)
    return [batch]
  }
}
