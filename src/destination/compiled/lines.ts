/**
 * The fast way from RECORD lines to events. Streams teach it what their usual records become; it then maps whole blocks
 * of lines in WebAssembly, and says of each line whether it did.
 */
import type { ByteString } from '../../cdk/bytes.ts'
import type { InputRecord } from '../../cdk/input.ts'
import { LINE_FEED } from '../../cdk/json-bytes.ts'
import { endOfLine } from '../../cdk/read-lines.ts'
import { PAGE_BYTES } from '../../cdk/web-assembly.ts'
import type { Mapper } from '../target.ts'
import { BASE, type Core, newCore } from './core.ts'
import { tableOf } from './table.ts'

/** Some lines of a block, and the events of those that could be mapped. Good until more lines are mapped. */
export interface Rows<Stream> {
  readonly count: number
  /** Where the line ends in the block. */
  lineEnd(row: number): number
  /** What the line was mapped by; undefined if it was not. */
  program(row: number): Known<Stream> | undefined
  /** Where the event begins in `bytes`. */
  eventStart(row: number): number
  /**
   * The mapped rows from `row` on that belong together: as many of the same program and route as fit into `room`, but one in any
   * case. Their events are joined by commas, and end at `end`.
   */
  run(row: number, room: Room): Run
  readonly bytes: Buffer
}

interface Run {
  readonly count: number
  readonly end: number
}

interface Room {
  readonly events: number
  readonly bytes: number
}

interface Known<Stream> {
  readonly stream: Stream
  readonly writeKey: string
}

interface Taught<Stream> {
  /** By route. */
  readonly known: readonly Known<Stream>[]
  readonly names: Set<ByteString>
  isCurrent(): boolean
}

const SLACK = 64
/** A row: where the line ends, its program and route, where the event begins and ends. */
const ROW_WORDS = 4
const ROUTE_SHIFT = 16
const MAX_ROUTES = 1 << (31 - ROUTE_SHIFT)
const ROW_BYTES = ROW_WORDS * 4
const MAX_ROWS = 4096
const MAX_PROGRAMS = 1000
/** Names that one stream may have. */
const MAX_NAMES = 1000
const MAX_VALUES = 8192
const PROGRAM_BYTES = 4 << 20
/** Lines are mapped so many bytes at a time, and give about as many bytes of events. A longer line is left alone. */
const INPUT_BYTES = 512 << 10
const OUTPUT_BYTES = 1 << 20

const POINTERS = BASE
const VALUES = POINTERS + MAX_PROGRAMS * 4
const ROWS = VALUES + MAX_VALUES * 8
const PROGRAMS = ROWS + MAX_ROWS * ROW_BYTES
const INPUT = PROGRAMS + PROGRAM_BYTES
const OUTPUT = INPUT + INPUT_BYTES + SLACK
const END = OUTPUT + OUTPUT_BYTES + SLACK

export class CompiledLines<Stream> {
  readonly #maxEventBytes: number
  /** Made when there is something to learn. */
  #core: Core | undefined
  #memory = Buffer.alloc(0)
  #words = new Int32Array()
  #byHead = new Map<ByteString, number>()
  #programs: Taught<Stream>[] = []
  #programsEnd = PROGRAMS

  /** Events beyond `maxEventBytes` are left to the mapper. */
  constructor(maxEventBytes: number) {
    this.#maxEventBytes = Math.min(maxEventBytes, OUTPUT_BYTES)
  }

  /**
   * Learns from a record that was mapped the long way how the next ones of its kind can go the short way. True if there
   * was something to learn.
   */
  learn(stream: Stream, { data, line }: InputRecord, { compile }: Mapper): boolean {
    const head = HEAD.exec(line)?.[0]
    if (!compile || head === undefined) return false
    const index = this.#byHead.get(head)
    const known = index === undefined ? undefined : this.#programs[index]
    if (known?.isCurrent() && data.names.every((name) => known.names.has(name))) return false
    const names = new Set([...(known?.names ?? []), ...data.names])
    if (names.size > MAX_NAMES || (index === undefined && this.#programs.length === MAX_PROGRAMS)) return false
    const program = compile([...names])
    if (!program || program.writeKeys.length > MAX_ROUTES) return false
    if (program.numbers.some((number) => number >= MAX_VALUES)) return false
    const table = tableOf({ ...program, head, names: [...names] }, this.#programsEnd)
    if (this.#programsEnd + table.length > INPUT) return this.#forget()
    this.#put(head, table, {
      known: program.writeKeys.map((writeKey) => ({ stream, writeKey })),
      names,
      isCurrent: program.isCurrent,
    })
    return true
  }

  /** Maps lines from `start` on: at least one, as many as there is room for. */
  map(lines: Buffer, start: number): Rows<Stream> {
    const end = this.#endOfPart(lines, start)
    if (!this.#core || end - start > INPUT_BYTES) return this.#leftAlone(endOfLine(lines, start))
    lines.copy(this.#memory, INPUT, start, end)
    this.#memory[INPUT + end - start] = LINE_FEED
    const inputEnd = INPUT + end - start + (lines[end - 1] === LINE_FEED ? 0 : 1)
    this.#core.map(
      POINTERS,
      this.#programs.length,
      VALUES,
      INPUT,
      inputEnd,
      OUTPUT,
      OUTPUT + OUTPUT_BYTES,
      ROWS,
      MAX_ROWS,
      this.#maxEventBytes,
    )
    return this.#rows(this.#core.rowsDone.value, start - INPUT)
  }

  #rows(count: number, shift: number): Rows<Stream> {
    const words = this.#words
    const programs = this.#programs
    const word = (row: number, at: number): number => words[ROWS / 4 + row * ROW_WORDS + at] ?? 0
    return {
      count,
      bytes: this.#memory,
      lineEnd: (row) => word(row, 0) + shift,
      program: (row) => programs[word(row, 1) & ((1 << ROUTE_SHIFT) - 1)]?.known[word(row, 1) >> ROUTE_SHIFT],
      eventStart: (row) => word(row, 2),
      run(row, room) {
        const [program, end] = [word(row, 1), word(row, 2) + room.bytes]
        const rowEnd = Math.min(count, row + room.events)
        let next = row + 1
        while (next < rowEnd && word(next, 1) === program && word(next, 3) <= end) next++
        return { count: next - row, end: word(next - 1, 3) }
      },
    }
  }

  #leftAlone(end: number): Rows<Stream> {
    const run = { count: 0, end: OUTPUT }
    const nothing = { bytes: this.#memory, program: () => undefined, eventStart: () => OUTPUT, run: () => run }
    return { ...nothing, count: 1, lineEnd: () => end }
  }

  /** The end of the last line that fits, or of the first line. */
  #endOfPart(lines: Buffer, start: number): number {
    if (lines.length - start <= INPUT_BYTES) return lines.length
    const last = lines.lastIndexOf(LINE_FEED, start + INPUT_BYTES - 1)
    return last < start ? endOfLine(lines, start) : last + 1
  }

  #put(head: ByteString, table: Buffer, program: Taught<Stream>): void {
    this.#core ??= this.#newCore()
    const index = this.#byHead.get(head) ?? this.#programs.length
    this.#byHead.set(head, index)
    this.#programs[index] = program
    table.copy(this.#memory, this.#programsEnd)
    this.#memory.writeUInt32LE(this.#programsEnd, POINTERS + index * 4)
    this.#programsEnd += table.length
  }

  #newCore(): Core {
    const core = newCore()
    core.memory.grow(Math.ceil((END - core.memory.buffer.byteLength) / PAGE_BYTES))
    this.#memory = Buffer.from(core.memory.buffer)
    this.#words = new Int32Array(core.memory.buffer)
    return core
  }

  /** The memory is full of what was learned bit by bit. */
  #forget(): boolean {
    this.#byHead = new Map()
    this.#programs = []
    this.#programsEnd = PROGRAMS
    return false
  }
}

/** The beginning of a RECORD line without white space and without anything that differs between records of a stream. */
const HEAD =
  /^\{"type":"RECORD","record":\{(?:"namespace":(?:"(?:[^"\\]|\\.)*"|null),)?"stream":"(?:[^"\\]|\\.)*",(?:"namespace":(?:"(?:[^"\\]|\\.)*"|null),)?"data":\{/
