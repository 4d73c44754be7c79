/** A small service, messages and a world for the tests of the delivery, which knows neither Segment nor RudderStack. */
import { type ByteString, bytesOf, fromByteString, toByteString } from '../../../src/cdk/bytes.ts'
import type { Environment, Output } from '../../../src/cdk/connector.ts'
import { ConfigError } from '../../../src/cdk/errors.ts'
import type { InputMessage, InputRecord, InputState } from '../../../src/cdk/input.ts'
import type { ConfiguredAirbyteCatalog, StreamDescriptor } from '../../../src/cdk/protocol.ts'
import { Batches, type Outgoing, type Parcel } from '../../../src/destination/delivery/batch.ts'
import { InputLines } from '../../../src/destination/delivery/input-lines.ts'
import { StreamTally } from '../../../src/destination/delivery/summary.ts'
import type { Mapped, Target, TargetLimits } from '../../../src/destination/target.ts'

export const KEY = 'write-key-of-the-test'

export interface FakeTargetOptions {
  readonly limits?: Partial<TargetLimits>
  readonly writeKeys?: readonly string[]
  readonly probe?: ByteString
}

/**
 * Sends `data` as it is. A member of `data` decides otherwise: `skip` and `reject` (a message) say so, `key` names the
 * write key, and `times` is the number of events.
 */
export const fakeTarget = (url: string, { limits, writeKeys = [KEY], probe }: FakeTargetOptions = {}): Target => ({
  name: 'Testify',
  writeKeys,
  probe,
  url: (writeKey) => `${url}/v1/batch?writeKey=${writeKey}`,
  headers: (writeKey) => ({ Authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` }),
  limits: { eventBytes: 32_000, batchBytes: 500_000, batchEvents: 100, ...limits },
  envelope: (now) => ({ head: `{"sentAt":"${now.toISOString()}","batch":[`, tail: ']}' }),
  mapper({ stream }) {
    if (stream.name === 'nonsense') throw new ConfigError('Stream "nonsense" is no event.')
    return mapped
  },
})

function mapped({ data }: InputRecord): Mapped {
  const members = data.names.map((name, i) => `"${name}":${data.values[i]}`)
  const value = Object.fromEntries(data.names.map((name, i) => [name, JSON.parse(data.values[i] ?? '')]))
  if (value['skip']) return { status: 'skipped', reason: 'anonymous_user' }
  if (value['reject']) return { status: 'rejected', reason: 'oversize', message: value['reject'] }
  const events = Array.from({ length: value['times'] ?? 1 }, () => `{${members.join(',')}}`)
  return { status: 'send', events, writeKey: value['key'] ?? KEY, trimmed: [] }
}

export function record(stream: string, data: Readonly<Record<string, unknown>>, namespace?: string): InputRecord {
  const line = JSON.stringify({ type: 'RECORD', record: { stream, namespace, data, emitted_at: 1 } })
  const names = Object.keys(data).map(toByteString)
  const values = Object.values(data).map((value) => toByteString(JSON.stringify(value)))
  return { type: 'RECORD', stream, namespace, data: { names, values }, line: toByteString(line) }
}

/** A STREAM state with an `id` as the platform adds it, or a LEGACY one without a stream. */
export function state(id: number, stream?: string): InputState {
  const streams = stream === undefined ? [] : [{ name: stream }]
  const text =
    stream === undefined
      ? `{"type":"STATE","state":{"data":{"n":${id}},"id":${id}}}`
      : `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"${stream}"},"stream_state":{"n":9007199254740993}},"id":${id}}}`
  return { type: 'STATE', streams, line: text }
}

const STREAM = {
  map: mapped,
  tally: new StreamTally({ name: 's' }),
  count: { records: 0, rejected: 0, lostAt: Number.POSITIVE_INFINITY },
}

/** A record on its way to the service. */
export function outgoing(place: number, text: ByteString, { writeKey = KEY, events = 1, data = {} } = {}): Outgoing {
  const line = bytesOf(record('s', { id: String(place), ...data }).line)
  const bytes = bytesOf(text)
  return {
    stream: STREAM,
    lines: new InputLines(line, 0, line.length),
    place,
    records: 1,
    writeKey,
    events,
    bytes,
    start: 0,
    end: bytes.length,
  }
}

/** Several records on their way at once, an event each, whose input lines lie one after the other. */
export function outgoingRun(place: number, texts: readonly ByteString[]): Outgoing {
  const lines = bytesOf(texts.map((_, i) => record('s', { id: String(place + i) }).line).join('\n'))
  const run = outgoing(place, texts.join(','), { events: texts.length })
  return { ...run, lines: new InputLines(lines, 0, lines.length), records: texts.length }
}

/** Records in one body. */
export function parcel(...records: readonly Outgoing[]): Parcel {
  const envelope = fakeTarget('').envelope(new Date(START))
  const batches = new Batches({ eventBytes: 1e6, batchBytes: 1e6, batchEvents: 1e6 }, envelope)
  for (const record of records) batches.add(record, 0)
  const [batch] = batches.close()
  if (!batch) throw new Error('There is no parcel without records.')
  return batch
}

/** The events of a parcel, joined by commas. */
export const eventsOf = ({ items, body }: Parcel): Buffer => body.subarray(items[0]?.start, items.at(-1)?.end)

/** The events of each record of a parcel. */
export const textsOf = ({ items, body }: Parcel): readonly ByteString[] =>
  items.map(({ start, end }) => body.toString('latin1', start, end))

export const catalog = (...streams: readonly (string | StreamDescriptor)[]): ConfiguredAirbyteCatalog => ({
  streams: streams.map((stream) => ({
    stream: { ...(typeof stream === 'string' ? { name: stream } : stream), json_schema: {} },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  })),
})

export interface FakeWorld extends Environment {
  /** The waits that were asked for, in milliseconds. */
  readonly waits: readonly number[]
  /** Lets time pass. */
  advance(ms: number): void
  /** Sets the clock on the wall, which no time needs to pass for. */
  jump(ms: number): void
  /** Asks the run to stop. */
  stop(): void
}

export const START = Date.parse('2026-11-22T00:00:00Z')

/** Every sleep ends at once, and the clock then shows that the time has passed. */
export function fakeWorld(random = 0.5): FakeWorld {
  let passed = 0
  let offset = START
  const waits: number[] = []
  const controller = new AbortController()
  return {
    waits,
    signal: controller.signal,
    now: () => offset + passed,
    elapsed: () => passed,
    random: () => random,
    advance: (ms) => {
      passed += ms
    },
    jump: (ms) => {
      offset += ms
    },
    async sleep(ms) {
      waits.push(ms)
      passed += ms
    },
    stop: () => controller.abort(),
  }
}

/** Lines as they come in on stdin, in blocks. */
export async function* blocks(...of: readonly (readonly InputMessage[])[]): AsyncGenerator<Uint8Array> {
  yield* of.map(block)
}

export const block = (messages: readonly InputMessage[]): Uint8Array =>
  bytesOf(messages.map(({ line }) => `${line}\n`).join(''))

/** What came out of a run: its outputs, and its error if it failed. */
export interface Ran {
  readonly outputs: readonly Output[]
  readonly error: unknown
}

export async function ran(messages: AsyncIterable<Output>): Promise<Ran> {
  const outputs: Output[] = []
  try {
    for await (const output of messages) outputs.push(output)
    return { outputs, error: undefined }
  } catch (error) {
    return { outputs, error }
  }
}

interface EmittedState {
  readonly id: number
  readonly destinationStats: { readonly recordCount: number; readonly rejectedRecordCount: number }
}

export const statesOf = (outputs: readonly Output[]): readonly EmittedState[] =>
  outputs.flatMap((output) => (output.type === 'STATE_LINE' ? [JSON.parse(textOf(output.bytes)).state] : []))

export const stateIds = (outputs: readonly Output[]): readonly number[] => statesOf(outputs).map(({ id }) => id)

export const logsOf = (outputs: readonly Output[]): readonly string[] =>
  outputs.flatMap((output) => (output.type === 'LOG' ? [output.log.message] : []))

const textOf = (bytes: Uint8Array): string => fromByteString(Buffer.from(bytes).toString('latin1'))
