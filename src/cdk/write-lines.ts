import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { setImmediate as turnOfEventLoop } from 'node:timers/promises'
import type { Output } from './connector.ts'

export interface Written {
  /** The command failed: it said so in a TRACE ERROR, or its output could not be written. */
  readonly failed: boolean
  /** Why not all could be written: EPIPE where the reader closed its end. */
  readonly error: Error | undefined
}

/**
 * Writes each output as one line, and waits while the reader is slower than we are. Resolves once the stream has passed
 * everything on; the stream stays open. If it fails, `onError` is called at once and no further output is asked for.
 */
export const writeLines = (
  outputs: AsyncIterable<Output>,
  stream: Writable,
  onError?: (error: Error) => void,
): Promise<Written> => new LineWriter(stream, onError).writeAll(outputs)

/** Messages wait for each other up to this size, or until the event loop has nothing else to do. */
const CHUNK_BYTES = 64 * 1024

/** The one writer of a stream of lines. */
export class LineWriter {
  readonly #stream: Writable
  readonly #closed = new AbortController()
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #failed = false
  #ended = false

  constructor(stream: Writable, onError: (error: Error) => void = () => {}) {
    this.#stream = stream
    const close = (error = new Error('The output was closed.')) => {
      if (this.#closed.signal.aborted) return
      this.#closed.abort(error)
      onError(error)
    }
    stream.on('error', close).on('close', close)
  }

  async writeAll(outputs: AsyncIterable<Output>): Promise<Written> {
    for await (const output of outputs) {
      this.#add(output)
      if (this.#pendingBytes >= CHUNK_BYTES) await this.#send()
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
    if (this.#pending.length === 0) setImmediate(() => this.#write())
    const bytes = bytesOf(output)
    this.#pending.push(...bytes)
    for (const { length } of bytes) this.#pendingBytes += length
  }

  /** Writes what is pending, and waits until the reader keeps up. */
  async #send(): Promise<void> {
    this.#write()
    // Even if the reader always keeps up, timers and signals must have their turn.
    await turnOfEventLoop()
    if (this.#stream.writableNeedDrain) await once(this.#stream, 'drain', this.#closed).catch(() => {})
  }

  #write(): void {
    if (this.#pending.length === 0 || this.#closed.signal.aborted) return
    const [first = EMPTY, ...rest] = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    this.#stream.write(rest.length === 0 ? first : Buffer.concat([first, ...rest]))
  }

  async #flushed(): Promise<void> {
    this.#write()
    await new Promise<void>((resolve) => this.#stream.write('', () => resolve()))
  }
}

/** A TRACE ERROR says that the command failed, unless a CONNECTION_STATUS answers it all the same. */
function isFailed(output: Output, failed: boolean): boolean {
  if (output.type === 'CONNECTION_STATUS') return false
  return failed || (output.type === 'TRACE' && output.trace.type === 'ERROR')
}

function bytesOf(output: Output): readonly Uint8Array[] {
  switch (output.type) {
    case 'RECORD_LINES':
      return [output.bytes]
    case 'STATE_LINE':
      return [output.bytes, LINE_FEED]
    default:
      return [Buffer.from(`${JSON.stringify(output)}\n`)]
  }
}

const EMPTY = new Uint8Array()
const LINE_FEED = Buffer.from('\n')
