/** What becomes of every record: sent, skipped or rejected, and counted in any case. Does no I/O. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { Output, StateLine } from '../../cdk/connector.ts'
import { ConfigError } from '../../cdk/errors.ts'
import type { InputRecord, InputState, InputUnreadable } from '../../cdk/input.ts'
import { log } from '../../cdk/messages.ts'
import type { ConfiguredAirbyteCatalog } from '../../cdk/protocol.ts'
import type { Target } from '../target.ts'
import { Acknowledgements } from './acknowledge.ts'
import type { Item, SentRecord } from './batch.ts'
import type { Fates } from './deliver.ts'
import { type RejectedRecords, type Rejection, rejectedLine } from './rejected.ts'
import { type InputStream, Streams } from './streams.ts'
import { type StreamReport, StreamTally } from './summary.ts'

export interface RecordsOptions {
  readonly catalog: ConfiguredAirbyteCatalog
  readonly target: Pick<Target, 'mapper'>
  /** Undefined: rejected records are kept nowhere. */
  readonly rejected: RejectedRecords | undefined
  now(): number
  emit(output: Output): void
}

/** An item, and the key to send it with. */
export interface Outgoing {
  readonly writeKey: string
  readonly item: Item
}

export class Records implements Fates {
  readonly #options: RecordsOptions
  readonly #acknowledgements = new Acknowledgements()
  readonly #streams: Streams
  /** Lines that were meant to be records, of whatever stream. */
  readonly #unreadable: Counted
  #delivered = 0
  /** By the service. */
  #refused = 0

  /** Throws a ConfigError if a stream of the catalog holds nothing that the target could take. */
  constructor(options: RecordsOptions) {
    this.#options = options
    this.#streams = new Streams(options.catalog, options.target, this.#acknowledgements)
    this.#unreadable = { tally: new StreamTally({ name: '(unreadable)' }), count: this.#acknowledgements.unreadable }
  }

  /** Gives what is to be sent of a record, if anything. */
  take(record: InputRecord): Outgoing | undefined {
    const stream = this.#streams.of(record)
    const place = this.#read(stream)
    const mapped = stream.map(record)
    switch (mapped.status) {
      case 'send': {
        const { events, writeKey, trimmed } = mapped
        if (trimmed.length > 0) stream.tally.trimmed++
        return { writeKey, item: itemOf(record, place, events) }
      }
      case 'skipped':
        stream.tally.skip(mapped.reason)
        return undefined
      case 'rejected':
        this.#reject(stream, place, record, { reason: mapped.reason, message: mapped.message })
        return undefined
    }
  }

  takeUnreadable(message: InputUnreadable): void {
    const place = this.#read(this.#unreadable)
    this.#reject(this.#unreadable, place, message, { reason: 'unreadable', message: 'the line is no RECORD message' })
  }

  takeState(state: InputState): void {
    this.#acknowledgements.state(state)
  }

  delivered(items: readonly Item[]): void {
    this.#delivered += items.length
    for (const { record, text } of items) {
      const { tally } = this.#streams.of(record)
      tally.delivered++
      tally.bytes += text.length
    }
  }

  /** Throws a ConfigError if it is not the records that are wrong. */
  rejected({ record, place }: Item, rejection: Rejection): void {
    this.#reject(this.#streams.of(record), place, record, rejection)
    this.#refused++
    if (this.#delivered === 0 && this.#refused >= HOPELESS) throw hopeless(this.#refused, rejection)
  }

  /** Whether a state may go back now that all records before `place` are done with. */
  hasStateDue(place: number): boolean {
    return this.#acknowledgements.isDue(place)
  }

  /** Takes the states that may go back now. Every rejected record must be kept by then. */
  releaseStates(place: number): readonly StateLine[] {
    return this.#acknowledgements.release(place)
  }

  report(): readonly StreamReport[] {
    return this.#tallies().map((tally) => tally.report())
  }

  /** What was rejected and why, a text for each stream. */
  rejections(): readonly string[] {
    return this.#tallies().flatMap(({ rejected, rejections }) => (rejected > 0 ? [rejections] : []))
  }

  #tallies(): readonly StreamTally[] {
    const { tally } = this.#unreadable
    return [...this.#streams.tallies(), ...(tally.read > 0 ? [tally] : [])]
  }

  #read({ tally, count }: Counted): number {
    tally.read++
    return this.#acknowledgements.record(count)
  }

  #reject({ tally, count }: Counted, place: number, message: SentRecord | InputUnreadable, rejection: Rejection): void {
    const { rejected, emit, now } = this.#options
    const { reason, message: why } = rejection
    const isFirst = tally.reject(reason, why)
    if (isFirst) emit(log('WARN', `${tally.descriptor.name}: a record is rejected as ${reason}: ${why}.`))
    rejected?.add(rejectedLine(message, rejection, new Date(now())))
    this.#acknowledgements.reject(count, place, rejected !== undefined)
  }
}

function itemOf({ type, stream, namespace, line }: InputRecord, place: number, events: readonly ByteString[]): Item {
  const text = flat(events.length === 1 ? (events[0] ?? '') : events.join(','))
  return { record: { type, stream, namespace, line }, place, text, events: events.length }
}

/**
 * The same text. A string that was put together by `+` is a tree of its parts until somebody looks at a character, and
 * a tree of hundred parts that waits for its request would have to be walked by every garbage collection.
 */
function flat(text: ByteString): ByteString {
  text.charCodeAt(0)
  return text
}

type Counted = Pick<InputStream, 'tally' | 'count'>

/** So many refusals, and nothing taken. */
const HOPELESS = 100

function hopeless(refused: number, { message, status }: Rejection): ConfigError {
  const fact = `The service refused each of the first ${refused} events (${status}: ${message}) and took none.`
  return new ConfigError(`${fact} Check the address, the write key and the mapping.`)
}
