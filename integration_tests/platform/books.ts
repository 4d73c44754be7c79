/** What the platform keeps book of: the lines it sent, and whether what comes back agrees with them. */
import { messageOf } from './messages.ts'

/** A record as a source emits it: `data` is the JSON text of an object. */
export interface SourceRecord {
  readonly stream: string
  readonly namespace?: string
  readonly data: string
}

/** A state as a source emits it: `blob` is the JSON text of an object. Without a stream it is a LEGACY state. */
export interface SourceState {
  readonly state: string | undefined
  readonly blob: string
}

export type SourceMessage = SourceRecord | SourceState

export interface ReturnedState {
  readonly id: number
  readonly stream: string | undefined
  /** The JSON text of its blob. */
  readonly blob: string
  readonly recordCount: number
  readonly rejectedRecordCount: number
}

interface SentState {
  readonly id: number
  readonly stream: string | undefined
  readonly blob: string
  readonly line: string
  /** Records since the last state that covers the same streams. */
  readonly count: number
  /** How many records had been sent by then. */
  readonly after: number
}

const STATS = /,"destinationStats":(\{[^{}]*\})/

export class Books {
  readonly #arrived: (data: string) => boolean
  readonly #records: SourceRecord[] = []
  /** Since the last state, by stream. */
  readonly #counts = new Map<string, number>()
  readonly #sent: SentState[] = []
  readonly #returned: ReturnedState[] = []
  readonly #problems: string[] = []
  readonly #errors: { message: string; failure_type: string }[] = []
  readonly #logs: string[] = []
  #stdout = ''
  /** Records up to this place are known to have arrived. */
  #checked = 0

  constructor(arrived: (data: string) => boolean) {
    this.#arrived = arrived
  }

  /** The line that the platform makes of a source's message. */
  sent(message: SourceMessage): string {
    return 'blob' in message ? this.#sentState(message) : this.#sentRecord(message)
  }

  /** Takes a line of the destination's stdout. Gives the state that it is, if it is a right one. */
  received(line: string): ReturnedState | undefined {
    this.#stdout += `${line}\n`
    const message = messageOf(line)
    if (!message) return void this.#problems.push(`not a message: ${line}`)
    switch (message.type) {
      case 'STATE':
        return this.#receivedState(line)
      case 'LOG':
        return void this.#logs.push(message.log.message)
      case 'TRACE':
        if (message.trace.type === 'ERROR') {
          const { message: text, failure_type } = message.trace.error
          this.#errors.push({ message: text, failure_type: failure_type ?? '' })
        }
        return undefined
      default:
        return void this.#problems.push(`no message of a destination: ${line}`)
    }
  }

  /** `complete`: the run went well, so that every state must have come back. */
  result(complete: boolean) {
    const missing = this.#sent.filter(({ id }) => !this.#returned.some((state) => state.id === id))
    const problems = complete ? missing.map(({ id }) => `state ${id} never came back`) : []
    return {
      states: this.#returned,
      problems: [...this.#problems, ...problems],
      errors: this.#errors,
      logs: this.#logs,
      stdout: this.#stdout,
    }
  }

  #sentRecord(record: SourceRecord): string {
    const { stream, namespace, data } = record
    this.#records.push(record)
    this.#counts.set(stream, (this.#counts.get(stream) ?? 0) + 1)
    const names = `${namespace === undefined ? '' : `"namespace":${JSON.stringify(namespace)},`}"stream":${JSON.stringify(stream)}`
    // With members that this protocol's version does not know.
    return `{"type":"RECORD","of_the_future":[{}],"record":{${names},"data":${data},"emitted_at":1700000000000,"meta":{"changes":[],"new":1}}}`
  }

  #sentState({ state: stream, blob }: SourceState): string {
    const id = this.#sent.length + 1
    const count = this.#take(stream)
    const body =
      stream === undefined
        ? `"data":${blob}`
        : `"type":"STREAM","stream":{"stream_descriptor":{"name":${JSON.stringify(stream)}},"stream_state":${blob}}`
    const line = `{"type":"STATE","state":{${body},"sourceStats":{"recordCount":${count}.0},"id":${id},"new":1e39}}`
    this.#sent.push({ id, stream, blob, line, count, after: this.#records.length })
    return line
  }

  #take(stream: string | undefined): number {
    const streams = stream === undefined ? [...this.#counts.keys()] : [stream]
    const count = streams.reduce((sum, name) => sum + (this.#counts.get(name) ?? 0), 0)
    for (const name of streams) this.#counts.delete(name)
    return count
  }

  #receivedState(line: string): ReturnedState | undefined {
    const sent = this.#sent.find((one) => one.line === line.replace(STATS, ''))
    const stats = STATS.exec(line)?.[1]
    if (!sent || stats === undefined) return void this.#problems.push(`not a state that was sent: ${line}`)
    const { recordCount, rejectedRecordCount } = JSON.parse(stats)
    const state = { id: sent.id, stream: sent.stream, blob: sent.blob, recordCount, rejectedRecordCount }
    this.#problems.push(...this.#problemsWith(state, sent))
    this.#returned.push(state)
    return state
  }

  #problemsWith(
    { id, stream, recordCount, rejectedRecordCount }: ReturnedState,
    { count, after }: SentState,
  ): string[] {
    const last = this.#returned.findLast((state) => state.stream === stream)
    const total = recordCount + rejectedRecordCount
    const missing = this.#notArrived(after)
    return [
      ...(last && last.id >= id ? [`state ${id} came after state ${last.id}`] : []),
      ...(total === count ? [] : [`state ${id} counts ${total} records, not ${count}`]),
      ...(missing ? [`state ${id} came before record ${missing.data} had arrived`] : []),
    ]
  }

  #notArrived(after: number): SourceRecord | undefined {
    const missing = this.#records.slice(this.#checked, after).find(({ data }) => !this.#arrived(data))
    if (!missing) this.#checked = Math.max(this.#checked, after)
    return missing
  }
}
