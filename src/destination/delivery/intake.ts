/** From lines of the input to what is to be sent of them. */
import type { InputRecord } from '../../cdk/input.ts'
import { LineReader } from '../../cdk/line.ts'
import { LineBlock } from '../../cdk/read-lines.ts'
import { CompiledLines, type Rows } from '../compiled/lines.ts'
import type { Outgoing } from './batch.ts'
import { InputLine } from './input-line.ts'
import type { Records } from './records.ts'
import type { InputStream } from './streams.ts'

export class Intake {
  readonly #records: Records
  readonly #reader = new LineReader()
  readonly #compiled: CompiledLines<InputStream>

  constructor(records: Records, maxEventBytes: number) {
    this.#records = records
    this.#compiled = new CompiledLines(maxEventBytes)
  }

  /** Takes whole lines in UTF-8. Each result is good until the next one is asked for. */
  *take(lines: Buffer): Generator<Outgoing> {
    const block = new LineBlock(lines, this.#reader)
    for (let start = 0; start < lines.length; ) start = yield* this.#takeRows(block, start)
  }

  /** Goes on until the lines that were mapped in one go are taken, or something was learned. Gives where it ended. */
  *#takeRows(block: LineBlock, from: number): Generator<Outgoing, number> {
    const rows = this.#compiled.map(block.bytes, from)
    let [start, event, hasLearned] = [from, rows.eventsAt, false]
    for (let row = 0; row < rows.count && !hasLearned; row++) {
      const [end, eventEnd] = [rows.lineEnd(row), rows.eventEnd(row)]
      const mapped = this.#mapped(rows, row, event, new InputLine(block.bytes, start, end))
      if (mapped) yield mapped
      else hasLearned = yield* this.#takeLine(block, start, end)
      start = end + 1
      event = eventEnd
    }
    return start
  }

  #mapped(rows: Rows<InputStream>, row: number, start: number, line: InputLine): Outgoing | undefined {
    const program = rows.program(row)
    if (!program) return undefined
    const { stream, writeKey } = program
    const place = this.#records.count(stream)
    return { stream, line, place, writeKey, events: 1, bytes: rows.bytes, start, end: rows.eventEnd(row) }
  }

  /** The long way. True if the short one has been widened since. */
  *#takeLine(block: LineBlock, start: number, end: number): Generator<Outgoing, boolean> {
    const message = block.message(start, end)
    if (message?.type === 'STATE') this.#records.takeState(message)
    if (message?.type === 'UNREADABLE') this.#records.takeUnreadable(message)
    if (message?.type !== 'RECORD') return false
    const outgoing = this.#records.take(message, new InputLine(block.bytes, start, end))
    if (outgoing) yield outgoing
    return this.#learn(message)
  }

  #learn(record: InputRecord): boolean {
    const stream = this.#records.streamOf(record)
    return this.#compiled.learn(stream, record, stream.map)
  }
}
