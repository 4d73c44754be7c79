/**
 * Records that can't be delivered, kept with the reason: JSON lines of the original RECORD messages, each with one more
 * member, `rejected`. Sent through `write` again, they are records like any other.
 */
import { type ByteString, bytesOf, fromByteString, toByteString } from '../../cdk/bytes.ts'
import type { InputRecord, InputUnreadable } from '../../cdk/input.ts'
import type { RejectedStore } from '../../config.ts'
import type { RejectedSink, RunName } from './rejected/sink.ts'

export interface Rejection {
  /** One word, for counting. */
  readonly reason: string
  /** For a person. */
  readonly message: string
  /** The status code of the service's answer, if it was the service that refused. */
  readonly status?: number
}

export async function openRejectedSink(
  config: RejectedStore | undefined,
  run: RunName,
): Promise<RejectedSink | undefined> {
  switch (config?.storage_type) {
    case undefined:
    case 'None':
      return undefined
    case 'Local':
      return (await import('./rejected/local.ts')).localSink(config, run)
    case 'S3':
      return (await import('./rejected/s3.ts')).s3Sink(config, run)
  }
}

/** Lines on their way into a sink. */
export class RejectedRecords {
  readonly #sink: RejectedSink
  #lines: ByteString[] = []
  #bytes = 0
  #kept: Promise<void> = Promise.resolve()
  #writing = 0

  constructor(sink: RejectedSink) {
    this.#sink = sink
  }

  get place(): string {
    return this.#sink.place
  }

  /** Bytes that wait to be written. */
  get bytes(): number {
    return this.#bytes
  }

  /** Everything that was added is kept. */
  get isClean(): boolean {
    return this.#lines.length === 0 && this.#writing === 0
  }

  add(line: ByteString): void {
    this.#lines.push(`${line}\n`)
    this.#bytes += line.length + 1
  }

  /** Resolves once everything added so far is kept for good. After a failure it fails again. */
  flush(): Promise<void> {
    if (this.#lines.length > 0) {
      const bytes = bytesOf(this.#lines.join(''))
      this.#lines = []
      this.#bytes = 0
      this.#writing++
      this.#kept = this.#kept.then(() => this.#sink.append(bytes)).then(() => void this.#writing--)
    }
    return this.#kept
  }

  async close(): Promise<void> {
    await this.flush()
    await this.#sink.close()
  }
}

/** What is kept of a message. */
export type RejectedMessage = Pick<InputRecord, 'type' | 'line'> | InputUnreadable

/** The line that keeps a rejected record, or a line that should have been one, without line feed. */
export function rejectedLine(message: RejectedMessage, rejection: Rejection, now: Date): ByteString {
  const rejected = toByteString(JSON.stringify({ ...rejection, at: now.toISOString() }))
  if (message.type === 'UNREADABLE') {
    const line = toByteString(JSON.stringify(fromByteString(message.line)))
    return `{"type":"UNREADABLE","line":${line},"rejected":${rejected}}`
  }
  const before = withoutRejection(message.line)
  return `${before.slice(0, before.lastIndexOf('}'))},"rejected":${rejected}}`
}

/** A record that was rejected before says only why it is rejected now. */
function withoutRejection(line: ByteString): ByteString {
  const start = line.lastIndexOf(',"rejected":{')
  return start > 0 && isRejection(line.slice(start + 1)) ? `${line.slice(0, start)}}` : line
}

function isRejection(rest: string): boolean {
  try {
    const members = Object.keys(JSON.parse(`{${rest}`))
    return members.length === 1 && members[0] === 'rejected'
  } catch {
    return false
  }
}
