/** A small service, messages and a world for the tests of the delivery, which knows neither Segment nor RudderStack. */
import { type ByteString, fromByteString, toByteString } from '../../../src/cdk/bytes.ts'
import type { Environment, Output } from '../../../src/cdk/connector.ts'
import { ConfigError } from '../../../src/cdk/errors.ts'
import type { InputMessage, InputRecord, InputState } from '../../../src/cdk/input.ts'
import type { ConfiguredAirbyteCatalog, StreamDescriptor } from '../../../src/cdk/protocol.ts'
import type { Item } from '../../../src/destination/delivery/batch.ts'
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

export const item = (place: number, text: ByteString, events = 1): Item => ({
  record: record('s', { id: String(place) }),
  place,
  text,
  events,
})

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
  /** Asks the run to stop. */
  stop(): void
}

export const START = Date.parse('2026-11-22T00:00:00Z')

/** Every sleep ends at once, and the clock then shows that the time has passed. */
export function fakeWorld(random = 0.5): FakeWorld {
  let now = START
  const waits: number[] = []
  const controller = new AbortController()
  return {
    waits,
    signal: controller.signal,
    now: () => now,
    random: () => random,
    advance: (ms) => {
      now += ms
    },
    async sleep(ms) {
      waits.push(ms)
      now += ms
    },
    stop: () => controller.abort(),
  }
}

export async function* blocks(...of: readonly (readonly InputMessage[])[]): AsyncGenerator<readonly InputMessage[]> {
  yield* of
}

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
