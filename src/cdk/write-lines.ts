import type { Writable } from 'node:stream'
import type { Output } from './connector.ts'
import { Turns } from './turns.ts'

export interface Written {
  /** The command failed: it said so in a TRACE ERROR, or its output could not be written. */
  readonly failed: boolean
  /** Why not all could be written: EPIPE where the reader closed its end. */
  readonly error: Error | undefined
}

/**
 * Writes each output as one line, and waits while the reader is slower than we are: nothing is asked for while the
 * stream holds lines. Resolves once it has passed everything on; it stays open. If it fails, `onError` is called at once and no further output is asked for.
 */
export const writeLines = (
  outputs: AsyncIterable<Output>,
  stream: Writable,
  onError?: (error: Error) => void,
): Promise<Written> => new LineWriter(stream, onError).writeAll(outputs)

/** Messages wait for each other up to this size, or until the event loop has nothing else to do. */
const CHUNK_BYTES = 64 * 1024
/** Lines fewer than these wait, too: copying them costs less than a write of their own. */
const FEW_BYTES = 16 * 1024

/** The one writer of a stream of lines. */
export class LineWriter {
  readonly #stream: Writable
  readonly #closed = new AbortController()
  readonly #turns = new Turns()
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #giveUp = () => {}
  #failed = false
  #ended = false

  constructor(stream: Writable, onError: (error: Error) => void = () => {}) {
    this.#stream = stream
    const close = (error = new Error('The output was closed.')) => {
      if (this.#closed.signal.aborted) return
      this.#closed.abort(error)
      this.#giveUp()
      onError(error)
    }
    stream.on('error', close).on('close', close)
  }

  async writeAll(outputs: AsyncIterable<Output>): Promise<Written> {
    for await (const output of outputs) {
      if (output.type === 'RECORD_LINES' && output.bytes.length > FEW_BYTES) await this.#lend(output.bytes)
      else this.#add(output)
      if (this.#pendingBytes >= CHUNK_BYTES) await this.#send(this.#taken())
      if (this.#isOver) break
    }
    await this.#flushed()
    const error = this.#closed.signal.reason
    return { failed: this.#failed || error !== undefined, error }
  }

  /** Writes a last output, and passes over whatever `writeAll` still brings. */
  async end(output: Output): Promise<void> {
    this.#add(output)
    this.#ended = true
    await this.#flushed()
  }

  get #isOver(): boolean {
    return this.#ended || this.#closed.signal.aborted
  }

  #add(output: Output): void {
    if (this.#isOver) return
    this.#failed = isFailed(output, this.#failed)
    if (this.#pending.length === 0) setImmediate(() => this.#write(this.#taken()))
    const bytes = bytesOf(output)
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
  }

  /** Writes lines that may change when the next output is asked for. */
  async #lend(bytes: Uint8Array): Promise<void> {
    if (this.#isOver) return
    this.#write(this.#taken())
    await this.#send(bytes)
  }

  /** Writes, and waits until the stream holds nothing any longer: the reader keeps up, and the bytes may change. */
  async #send(bytes: Uint8Array): Promise<void> {
    const passedOn = new Promise<void>((resolve) => {
      this.#giveUp = resolve
      this.#write(bytes, resolve)
    })
    if (this.#stream.writableLength > 0) await passedOn
    await this.#turns.take()
  }

  #write(bytes: Uint8Array, onPassedOn = () => {}): void {
    if (bytes.length === 0 || this.#closed.signal.aborted) onPassedOn()
    else this.#stream.write(bytes, onPassedOn)
  }

  /** What is pending, which then is no longer. */
  #taken(): Uint8Array {
    const taken = Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
    return taken
  }

  async #flushed(): Promise<void> {
    this.#write(this.#taken())
    await new Promise<void>((resolve) => this.#stream.write('', () => resolve()))
  }
}

/** A TRACE ERROR says that the command failed, unless a CONNECTION_STATUS answers it all the same. */
function isFailed(output: Output, failed: boolean): boolean {
  if (output.type === 'CONNECTION_STATUS') return false
  return failed || (output.type === 'TRACE' && output.trace.type === 'ERROR')
}

/** A copy: it may wait. */
function bytesOf(output: Output): Uint8Array {
  switch (output.type) {
    case 'RECORD_LINES':
      return Buffer.from(output.bytes)
    case 'STATE_LINE':
      return Buffer.concat([output.bytes, LINE_FEED])
    default:
      return Buffer.from(`${JSON.stringify(output)}\n`)
  }
}

const LINE_FEED = Buffer.from('\n')
