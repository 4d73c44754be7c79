/** From lines of the input to what is to be sent of them. */
import type { InputRecord } from '../../cdk/input.ts'
import { LineReader } from '../../cdk/line.ts'
import { LineBlock } from '../../cdk/read-lines.ts'
import { CompiledLines, type Rows } from '../compiled/lines.ts'
import type { Batches, Outgoing } from './batch.ts'
import { InputLines } from './input-lines.ts'
import type { Records } from './records.ts'
import type { InputStream } from './streams.ts'

export class Intake {
  readonly #records: Records
  readonly #batches: Pick<Batches, 'room'>
  readonly #reader = new LineReader()
  readonly #compiled: CompiledLines<InputStream>

  constructor(records: Records, batches: Pick<Batches, 'room'>, maxEventBytes: number) {
    this.#records = records
    this.#batches = batches
    this.#compiled = new CompiledLines(maxEventBytes)
  }

  /** Takes whole lines in UTF-8. Each result is good until the next one is asked for, and fits into a request. */
  *take(lines: Buffer): Generator<Outgoing> {
    const block = new LineBlock(lines, this.#reader)
    for (let start = 0; start < lines.length; ) start = yield* this.#takeRows(block, start)
  }

  /** Goes on until the lines that were mapped in one go are taken, or something was learned. Gives where it ended. */
  *#takeRows(block: LineBlock, from: number): Generator<Outgoing, number> {
    const rows = this.#compiled.map(block.bytes, from)
    let [start, hasLearned] = [from, false]
    for (let row = 0; row < rows.count && !hasLearned; ) {
      const mapped = this.#mapped(rows, row, block, start)
      const end = rows.lineEnd(row + (mapped?.records ?? 1) - 1)
      if (mapped) yield mapped
      else hasLearned = yield* this.#takeLine(block, start, end)
      start = end + 1
      row += mapped?.records ?? 1
    }
    return start
  }

  /** As many records of a stream as fit into a request, beginning with that of a row. */
  #mapped(rows: Rows<InputStream>, row: number, { bytes }: LineBlock, start: number): Outgoing | undefined {
    const program = rows.program(row)
    if (!program) return undefined
    const { stream, writeKey } = program
    const { count: records, end } = rows.run(row, this.#batches.room(writeKey))
    const lines = new InputLines(bytes, start, rows.lineEnd(row + records - 1))
    const place = this.#records.count(stream, records)
    const events = { events: records, bytes: rows.bytes, start: rows.eventStart(row), end }
    return { stream, lines, place, writeKey, records, ...events }
  }

  /** The long way. True if the short one has been widened since. */
  *#takeLine(block: LineBlock, start: number, end: number): Generator<Outgoing, boolean> {
    const message = block.message(start, end)
    if (message?.type === 'STATE') this.#records.takeState(message)
    if (message?.type === 'UNREADABLE') this.#records.takeUnreadable(message)
    if (message?.type !== 'RECORD') return false
    const outgoing = this.#records.take(message, new InputLines(block.bytes, start, end))
    if (outgoing) yield outgoing
    return this.#learn(message)
  }

  #learn(record: InputRecord): boolean {
    const stream = this.#records.streamOf(record)
    return this.#compiled.learn(stream, record, stream.map)
  }
}
