/** Which states may go back, by what has become of the records before them. Does no I/O. */
import { bytesOf } from '../../cdk/bytes.ts'
import type { StateLine } from '../../cdk/connector.ts'
import type { InputState } from '../../cdk/input.ts'
import type { StreamDescriptor } from '../../cdk/protocol.ts'
import { spliceStats } from '../../cdk/state-line.ts'

/** The records of one stream since its last state. */
export interface StreamCount {
  records: number
  rejected: number
  /** The place of its first record that was rejected and not kept anywhere. */
  lostAt: number
}

interface WaitingState {
  readonly state: InputState
  /** How many records came before it, of all streams. */
  readonly place: number
  /** The counts of the streams that it holds the progress of. */
  readonly counts: readonly StreamCount[]
  readonly records: number
  rejected: number
}

/**
 * Every record has a place in the input, and a state may go back once all records before it, of whatever stream, are
 * delivered, skipped or kept as rejected. States go back in the order in which they came, each once, and as the very
 * text that came.
 *
 * A state that covers a lost record (rejected, and kept nowhere) never goes back, nor do those after it of the same
 * stream: the next sync then meets the record again. See docs/decisions/0004-rejected-records.md.
 */
export class Acknowledgements {
  readonly #counts = new Map<string, StreamCount>()
  /** Records that can't be read, whatever stream they were of. */
  readonly #unreadable: StreamCount = newCount()
  #waiting: WaitingState[] = []
  #places = 0

  countOf(stream: StreamDescriptor): StreamCount {
    const key = `${stream.namespace ?? ''}\0${stream.name}`
    const known = this.#counts.get(key)
    if (known) return known
    const count = newCount()
    this.#counts.set(key, count)
    return count
  }

  get unreadable(): StreamCount {
    return this.#unreadable
  }

  /** Records came. Gives the place of the first. */
  record(count: StreamCount, records = 1): number {
    const place = this.#places
    count.records += records
    this.#places += records
    return place
  }

  /** How many there are so far. */
  get places(): number {
    return this.#places
  }

  /** The record at `place` is rejected. `kept`: it is, or will be before any state goes back, in a store. */
  reject(count: StreamCount, place: number, kept: boolean): void {
    const covering = this.#waiting.find((state) => state.place > place && state.counts.includes(count))
    if (covering) covering.rejected++
    else count.rejected++
    if (!kept) count.lostAt = Math.min(count.lostAt, place)
  }

  state(state: InputState): void {
    const counts = this.#countsOf(state)
    this.#waiting.push({
      state,
      place: this.#places,
      counts,
      records: sum(counts, 'records'),
      rejected: sum(counts, 'rejected'),
    })
    for (const count of counts) Object.assign(count, { records: 0, rejected: 0 })
  }

  /** Whether a state may go back now that all records before `place` are done with. */
  isDue(place: number): boolean {
    const [next] = this.#waiting
    return next !== undefined && next.place <= place
  }

  /** Takes the states that may go back now. */
  release(place: number): readonly StateLine[] {
    const end = this.#waiting.findIndex((state) => state.place > place)
    const due = end === -1 ? this.#waiting : this.#waiting.slice(0, end)
    this.#waiting = end === -1 ? [] : this.#waiting.slice(end)
    return due.filter((state) => !this.#coversLoss(state)).map(lineOf)
  }

  #coversLoss({ place, counts }: WaitingState): boolean {
    return this.#unreadable.lostAt < place || counts.some(({ lostAt }) => lostAt < place)
  }

  #countsOf({ streams }: InputState): readonly StreamCount[] {
    // A LEGACY state, or a GLOBAL one without streams, speaks for all.
    if (streams.length === 0) return [...this.#counts.values(), this.#unreadable]
    return [...new Set(streams.map((stream) => this.countOf(stream)))]
  }
}

const newCount = (): StreamCount => ({ records: 0, rejected: 0, lostAt: Number.POSITIVE_INFINITY })

const sum = (counts: readonly StreamCount[], what: 'records' | 'rejected'): number =>
  counts.reduce((total, count) => total + count[what], 0)

const lineOf = ({ state, records, rejected }: WaitingState): StateLine => ({
  type: 'STATE_LINE',
  bytes: bytesOf(spliceStats(state.line, { recordCount: records - rejected, rejectedRecordCount: rejected })),
})
