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
    const file = { table, tail: tailOf(options), isNew: options.isNew, pump: options.pump ?? noPump }
    return (blocks, skip) => lines(file, blocks, skip)
  }
}

const noPump = (): void => undefined

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
/** As much as a pipe takes at once: after so many bytes of lines, what waits for its reader is offered again. */
const STEP_BYTES = 64 << 10
/** A record whose line is longer than this is taken for damage. Braze drops events above 900 KB. */
const LINE_MAX_BYTES = 256 << 20

/** How a call ended, as in assembly/transcoder.ts. */
const CORRUPT = 2

interface File {
  readonly table: Table
  readonly tail: Uint8Array
  readonly isNew: DecodeOptions['isNew']
  readonly pump: () => void
}

function* lines(file: File, blocks: Iterable<Block>, skip: number): Iterable<DecodedBlock> {
  const output = new Output(file, skip)
  try {
    for (const { content, count, byte } of blocks) {
      output.open(content)
      for (let done = 0; done < count; ) {
        const { status, events } = output.add(count - done)
        done += events
        if (status === CORRUPT) throw new BrokenFileError('a record is damaged', byte)
        file.pump()
        if (output.isEnough) yield output.take()
        else if (events > 0) continue
        else if (output.isEmpty) output.widen(byte)
        else yield output.take()
      }
      if (output.restBytes > 0) throw new BrokenFileError('a block holds more bytes than records', byte)
    }
  } catch (error) {
    if (!output.isEmpty) yield output.take()
    throw error
  }
  if (!output.isEmpty) yield output.take()
}

interface Step {
  readonly status: number
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
  #stepBytes = STEP_BYTES
  #skip: number
  #counts = nothing()
  /** What is left of the block, and where it lies in the memory, 0 if it does not. */
  #rest: Uint8Array = Buffer.alloc(0)
  #restAt = 0

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

  get restBytes(): number {
    return this.#rest.length
  }

  /** The block of which the next lines are. */
  open(block: Uint8Array): void {
    this.#rest = block
    this.#restAt = 0
  }

  /** Adds the lines of at most `count` records, as far as a step goes. */
  add(count: number): Step {
    if (this.#restAt === 0) this.#load()
    const { table, tail } = this.#file
    const { exports } = this.#core
    const status = exports.transcode(
      BASE,
      table.opCount,
      table.head.at,
      table.head.length,
      this.#tailAt,
      tail.length,
      this.#restAt,
      this.#restAt + this.#rest.length,
      count,
      this.#skip,
      this.#endAt,
      this.#endAt + this.#stepBytes,
    )
    this.#rest = this.#rest.subarray(exports.inputAt.value - this.#restAt)
    this.#restAt = exports.inputAt.value
    this.#endAt = exports.outputAt.value
    const events = exports.recordsDone.value
    this.#skip = Math.max(0, this.#skip - events)
    this.#counts.events += events
    this.#counts.count += exports.linesDone.value
    this.#counts.duplicates += exports.duplicatesDone.value
    this.#counts.unparsed += exports.unparsedDone.value
    return { status, events }
  }

  /** Lays the table and the input behind the room for lines: others may have used the memory. */
  #load(): void {
    const { table, tail } = this.#file
    const roomEnd = this.#startAt + ENOUGH_BYTES + this.#stepBytes
    const inputAt = aligned(roomEnd + table.fixedBytes + tail.length + OUTPUT_SLACK)
    const memory = this.#core.reserve(inputAt + this.#rest.length + slackOf(table))
    memory.set(table.bytes, BASE)
    memory.set(tail, this.#tailAt)
    memory.set(this.#rest, inputAt)
    this.#restAt = inputAt
  }

  /** What was added. Good until more is added. */
  take(): DecodedBlock {
    const taken = { bytes: this.#core.bytes(this.#startAt, this.#endAt), ...this.#counts }
    this.#endAt = this.#startAt
    this.#restAt = 0
    this.#counts = nothing()
    return taken
  }

  /** Makes room for a longer line. */
  widen(byte: number): void {
    this.#stepBytes *= 4
    if (this.#stepBytes > LINE_MAX_BYTES) throw new BrokenFileError('a record is too long', byte)
    this.#restAt = 0
  }
}

const aligned = (address: number): number => (address + 15) & ~15

const nothing = () => ({ count: 0, events: 0, duplicates: 0, unparsed: 0 })
