/** How far a sync has come: the numbers behind every display. */
import type { AirbyteErrorTraceMessage, AirbyteMessage } from '../../cdk/protocol.ts'

export interface StreamProgress {
  readonly stream: string
  readonly status: 'waiting' | 'running' | 'complete' | 'incomplete'
  readonly read: number
  /** Of the files that are to be read, if the source says so. */
  readonly bytes?: number
}

/** What a person should hear at once. */
export interface Remark {
  readonly level: 'WARN' | 'ERROR'
  readonly message: string
}

export class Progress {
  readonly #streams = new Map<string, StreamProgress>()
  #read = 0
  #acknowledged: number | undefined
  #current: string | undefined
  #running: string | undefined

  /** In a dry run nothing is acknowledged. */
  constructor(streams: readonly string[], isDryRun = false) {
    this.#acknowledged = isDryRun ? undefined : 0
    for (const stream of streams) this.#streams.set(stream, { stream, status: 'waiting', read: 0 })
  }

  /** Records that the source has emitted. */
  get read(): number {
    return this.#read
  }

  /** Records that need not be read again; undefined in a dry run. */
  get acknowledged(): number | undefined {
    return this.#acknowledged
  }

  get streams(): readonly StreamProgress[] {
    return [...this.#streams.values()]
  }

  /** The stream that records came from last. */
  get current(): string | undefined {
    return this.#current
  }

  /** The stream that began last, if it has not ended. */
  get running(): StreamProgress | undefined {
    const stream = this.#streams.get(this.#running ?? '')
    return stream?.status === 'running' ? stream : undefined
  }

  get done(): number {
    return this.streams.filter(({ status }) => status === 'complete' || status === 'incomplete').length
  }

  records(stream: string, count: number): void {
    this.#read += count
    this.#current = stream
    this.#change(stream, { read: (this.#streams.get(stream)?.read ?? 0) + count })
  }

  acknowledge(count: number): void {
    if (this.#acknowledged !== undefined) this.#acknowledged += count
  }

  /** Takes in a message of the source or the destination. Gives what it says to people, if anything. */
  message(message: AirbyteMessage, from: 'source' | 'destination'): Remark | undefined {
    if (message.type === 'LOG') return remarkOf(message.log)
    if (message.type !== 'TRACE') return undefined
    const { trace } = message
    if (trace.type === 'ERROR') return errorRemark(trace.error)
    if (trace.type === 'ESTIMATE') this.#estimate(trace.estimate)
    if (trace.type === 'STREAM_STATUS' && from === 'source') this.#status(trace.stream_status)
    return undefined
  }

  #estimate({
    name,
    byte_estimate,
  }: {
    name?: string | null | undefined
    byte_estimate?: number | null | undefined
  }): void {
    if (name && byte_estimate) this.#change(name, { bytes: byte_estimate })
  }

  #status({ stream_descriptor, status }: { stream_descriptor: { name: string }; status: string }): void {
    if (status === 'COMPLETE' || status === 'INCOMPLETE') {
      this.#change(stream_descriptor.name, { status: status === 'COMPLETE' ? 'complete' : 'incomplete' })
      return
    }
    this.#running = stream_descriptor.name
    this.#change(stream_descriptor.name, { status: 'running' })
  }

  #change(stream: string, change: Partial<StreamProgress>): void {
    this.#streams.set(stream, { ...(this.#streams.get(stream) ?? { stream, status: 'running', read: 0 }), ...change })
  }
}

function errorRemark({ message, stream_descriptor }: AirbyteErrorTraceMessage): Remark {
  return { level: 'ERROR', message: stream_descriptor ? `${stream_descriptor.name}: ${message}` : message }
}

const remarkOf = ({ level, message }: { level: string; message: string }): Remark | undefined => {
  if (level === 'WARN') return { level, message }
  return level === 'ERROR' || level === 'FATAL' ? { level: 'ERROR', message } : undefined
}
