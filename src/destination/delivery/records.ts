/** What becomes of every record: sent, skipped or rejected, and counted in any case. Does no I/O. */
import { bytesOf } from '../../cdk/bytes.ts'
import type { Output, StateLine } from '../../cdk/connector.ts'
import { ConfigError } from '../../cdk/errors.ts'
import type { InputRecord, InputState, InputUnreadable } from '../../cdk/input.ts'
import { log } from '../../cdk/messages.ts'
import type { ConfiguredAirbyteCatalog } from '../../cdk/protocol.ts'
import type { Target } from '../target.ts'
import { Acknowledgements } from './acknowledge.ts'
import type { Item, Outgoing } from './batch.ts'
import type { Fates } from './deliver.ts'
import type { InputLines } from './input-lines.ts'
import { type RejectedMessage, type RejectedRecords, type Rejection, rejectedLine } from './rejected.ts'
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

export class Records implements Fates {
  readonly #options: RecordsOptions
  readonly #acknowledgements = new Acknowledgements()
  readonly #streams: Streams
  /** Lines that were meant to be records, of whatever stream. */
  readonly #unreadable: Counted
  #strays = 0
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
  take(record: InputRecord, lines: InputLines): Outgoing | undefined {
    const stream = this.streamOf(record)
    const place = this.count(stream)
    const mapped = stream.map(record)
    switch (mapped.status) {
      case 'send': {
        const { events, writeKey, trimmed } = mapped
        if (trimmed.length > 0) stream.tally.trimmed++
        const bytes = bytesOf(events.join(','))
        const [start, end] = [0, bytes.length]
        return { stream, lines, place, records: 1, writeKey, events: events.length, bytes, start, end }
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
    if (!message.isRecord) {
      this.#strays++
      return
    }
    const place = this.count(this.#unreadable)
    this.#reject(this.#unreadable, place, message, { reason: 'unreadable', message: 'the line is no RECORD message' })
  }

  streamOf(record: InputRecord): InputStream {
    return this.#streams.of(record)
  }

  /** Records came that are mapped already, or will be. Gives the place of the first. */
  count({ tally, count }: Counted, records = 1): number {
    tally.read += records
    return this.#acknowledgements.record(count, records)
  }

  /** How many records came. */
  get places(): number {
    return this.#acknowledgements.places
  }

  takeState(state: InputState): void {
    this.#acknowledgements.state(state)
  }

  delivered(items: readonly Item[]): void {
    for (const { stream, records, start, end } of items) {
      this.#delivered += records
      stream.tally.delivered += records
      const commas = records - 1
      stream.tally.bytes += end - start - commas
    }
  }

  /** Throws a ConfigError if it is not the records that are wrong. */
  rejected({ stream, lines, place }: Item, rejection: Rejection): void {
    this.#reject(stream, place, { type: 'RECORD', line: lines.text }, rejection)
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

  /** Lines that were no messages, and not meant to be records. */
  get strays(): number {
    return this.#strays
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

  #reject({ tally, count }: Counted, place: number, message: RejectedMessage, rejection: Rejection): void {
    const { rejected, emit, now } = this.#options
    const { reason, message: why } = rejection
    const isFirst = tally.reject(reason, why)
    if (isFirst)
      emit(log('WARN', `${tally.descriptor.name}: a record is rejected as ${reason}: ${why.replace(/\.$/, '')}.`))
    rejected?.add(rejectedLine(message, rejection, new Date(now())))
    this.#acknowledgements.reject(count, place, rejected !== undefined)
  }
}

type Counted = Pick<InputStream, 'tally' | 'count'>

/** So many refusals, and nothing taken. */
const HOPELESS = 100

function hopeless(refused: number, { message, status }: Rejection): ConfigError {
  const fact = `The service refused each of the first ${refused} events (${status}: ${message}) and took none.`
  return new ConfigError(`${fact} Check the address, the write key and the mapping.`)
}
