/**
 * The fast way from an Avro block to RECORD lines: assembly/transcoder.ts, compiled to WebAssembly, walks the bytes by a
 * table that is made here from the file's schema. It covers flat schemas, as all of Currents' are.
 */
import { BASE, type Core, coreOf } from '../wasm.ts'
import type { ContainerBlock } from './container.ts'
import { BrokenFileError, type DecodedBlock, type DecodeOptions } from './decoder.ts'
import { type Table, TEXT_SLACK, tableOf } from './table.ts'

/** Writes the records of blocks, as many lines at a time as are worth a write. Passes over the first `skip` records. */
export type WriteBlocks = (blocks: Iterable<Block>, skip: number) => Iterable<DecodedBlock>

/** A block, and where it begins in its file. */
type Block = Pick<ContainerBlock, 'content' | 'count' | 'byte'>

/** A writer for each file of a stream and schema. Of its options only `extra`, `emittedAt` and `skip` may differ. */
export type Writer = (options: DecodeOptions) => WriteBlocks

/** Undefined if the schema is not flat or values must be looked at one by one. */
export function transcoder(schema: unknown, options: DecodeOptions, jsonField: string | undefined): Writer | undefined {
  const table = tableOf(schema, options, jsonField)
  if (!table) return undefined
  return (options) => {
    const file = { table, tail: tailOf(options), isNew: options.isNew }
    return (blocks, skip) => lines(file, blocks, skip)
  }
}

/** What ends each line of a file. */
const tailOf = ({ extra, emittedAt }: DecodeOptions): Uint8Array =>
  Buffer.from(`${extra && `,${extra}`}},"emitted_at":${emittedAt}}}\n`)

/**
 * What may be read behind the end of the input, which a record that is cut off is held against at its end: steps of 16
 * bytes, and of each field a branch and the head of an array, of at most ten bytes a number.
 */
const slackOf = ({ opCount }: Table): number => 64 + 32 * opCount
/** What may be written behind what one line needs. */
const OUTPUT_SLACK = 64
/** Lines are gathered up to about this size, which the processor's cache holds: each write has its price. */
const ENOUGH_BYTES = 512 << 10
const ROOM_BYTES = 1 << 20
/** A record whose line is longer than this is taken for damage. Braze drops events above 900 KB. */
const LINE_MAX_BYTES = 256 << 20

/** How a call ended, as in assembly/transcoder.ts. */
const OUTPUT_FULL = 1
const CORRUPT = 2

interface File {
  readonly table: Table
  readonly tail: Uint8Array
  readonly isNew: DecodeOptions['isNew']
}

function* lines(file: File, blocks: Iterable<Block>, skip: number): Iterable<DecodedBlock> {
  const output = new Output(file, skip)
  try {
    for (const { content, count, byte } of blocks) {
      let at = 0
      for (let done = 0; done < count; ) {
        const step = output.add(at === 0 ? content : content.subarray(at), count - done)
        at += step.inputBytes
        done += step.events
        if (step.status === CORRUPT) throw new BrokenFileError('a record is damaged', byte)
        if (step.status !== OUTPUT_FULL) continue
        if (output.isEmpty) output.widen(byte)
        else yield output.take()
      }
      if (at !== content.length) throw new BrokenFileError('a block holds more bytes than records', byte)
      if (output.isEnough) yield output.take()
    }
  } catch (error) {
    if (!output.isEmpty) yield output.take()
    throw error
  }
  if (!output.isEmpty) yield output.take()
}

interface Step {
  readonly status: number
  readonly inputBytes: number
  readonly events: number
}

/** Lines that lie one behind the other in the memory of the WebAssembly. */
class Output {
  readonly #core: Core
  readonly #file: File
  readonly #tailAt: number
  /** Where the lines begin and end. */
  readonly #startAt: number
  #endAt: number
  #room = ROOM_BYTES
  #skip: number
  #counts = nothing()

  constructor(file: File, skip: number) {
    this.#file = file
    this.#core = coreOf(file.isNew)
    this.#tailAt = BASE + file.table.bytes.length
    this.#startAt = aligned(this.#tailAt + file.tail.length + TEXT_SLACK)
    this.#endAt = this.#startAt
    this.#skip = skip
  }

  /** No event was gone through since the last `take`. */
  get isEmpty(): boolean {
    return this.#counts.events === 0
  }

  get isEnough(): boolean {
    return this.#endAt - this.#startAt >= ENOUGH_BYTES
  }

  /** Adds the lines of at most `count` records, as far as there is room. */
  add(input: Uint8Array, count: number): Step {
    const { table, tail } = this.#file
    const roomEnd = this.#startAt + this.#room
    const inputAt = aligned(roomEnd + table.fixedBytes + tail.length + OUTPUT_SLACK)
    const memory = this.#core.reserve(inputAt + input.length + slackOf(table))
    memory.set(table.bytes, BASE)
    memory.set(tail, this.#tailAt)
    memory.set(input, inputAt)
    const { exports } = this.#core
    const status = exports.transcode(
      BASE,
      table.opCount,
      table.head.at,
      table.head.length,
      this.#tailAt,
      tail.length,
      inputAt,
      inputAt + input.length,
      count,
      this.#skip,
      this.#endAt,
      roomEnd,
    )
    this.#endAt = exports.outputAt.value
    const events = exports.recordsDone.value
    this.#skip = Math.max(0, this.#skip - events)
    this.#counts.events += events
    this.#counts.count += exports.linesDone.value
    this.#counts.duplicates += exports.duplicatesDone.value
    this.#counts.unparsed += exports.unparsedDone.value
    return { status, inputBytes: exports.inputAt.value - inputAt, events }
  }

  /** What was added. Good until more is added. */
  take(): DecodedBlock {
    const taken = { bytes: this.#core.bytes(this.#startAt, this.#endAt), ...this.#counts }
    this.#endAt = this.#startAt
    this.#counts = nothing()
    return taken
  }

  /** Makes room for a longer line. */
  widen(byte: number): void {
    this.#room *= 4
    if (this.#room > LINE_MAX_BYTES) throw new BrokenFileError('a record is too long', byte)
  }
}

const aligned = (address: number): number => (address + 15) & ~15

const nothing = () => ({ count: 0, events: 0, duplicates: 0, unparsed: 0 })
