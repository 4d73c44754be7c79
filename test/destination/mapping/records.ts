/** Records as the line reader hands them over, and events as a service reads them. */
import { type ByteString, fromByteString, toByteString } from '../../../src/cdk/bytes.ts'
import type { InputRecord, RawObject } from '../../../src/cdk/input.ts'
import type { ConfiguredAirbyteStream } from '../../../src/cdk/protocol.ts'
import { DestinationConfig } from '../../../src/config.ts'
import type { Mapped, Mapper } from '../../../src/destination/target.ts'
import { targetOf } from '../../../src/destination/target-of.ts'

export type Data = Readonly<Record<string, unknown>>
// biome-ignore lint/suspicious/noExplicitAny: events are JSON, and tests read what they expect to be there.
export type Event = any

/** As in JSON, members that are undefined are left out. */
function rawData(data: Data): RawObject {
  const members = Object.entries(data).filter(([, value]) => value !== undefined)
  return {
    names: members.map(([name]) => toByteString(name)),
    values: members.map(([, value]) => toByteString(JSON.stringify(value))),
  }
}

export const recordOf = (stream: string, data: Data): InputRecord => ({
  type: 'RECORD',
  stream,
  namespace: undefined,
  data: rawData(data),
  line: '',
})

export const configuredStream = (name: string, namespace?: string): ConfiguredAirbyteStream => ({
  stream: { name, json_schema: {}, ...(namespace !== undefined && { namespace }) },
  sync_mode: 'incremental',
  destination_sync_mode: 'append',
})

export const parsed = (event: ByteString): Event => JSON.parse(fromByteString(event))

type Input = Omit<ReturnType<typeof DestinationConfig.parse>, 'destination' | 'mapping'>
export type MappingInput = Partial<DestinationConfig['mapping']>

export const SEGMENT = { service: 'segment', write_key: 'segment-key' } as const
export const RUDDERSTACK = {
  service: 'rudderstack',
  data_plane_url: 'https://example.com',
  write_key: 'rudder-key',
} as const
export const WEBHOOK = { ...RUDDERSTACK, delivery: 'webhook' } as const
export type ServiceInput = typeof SEGMENT | typeof RUDDERSTACK | typeof WEBHOOK

export const target = (destination: ServiceInput, mapping: MappingInput = {}, more: Partial<Input> = {}) =>
  targetOf(DestinationConfig.parse({ destination, mapping, ...more }))

const mapper = (destination: ServiceInput, stream: string, mapping: MappingInput = {}): Mapper =>
  target(destination, mapping).mapper(configuredStream(stream))

export const mapped = (destination: ServiceInput, stream: string, data: Data, mapping: MappingInput = {}): Mapped =>
  mapper(destination, stream, mapping)(recordOf(stream, data))

/** Every event that is sent for a record, parsed. */
export function sent(destination: ServiceInput, stream: string, data: Data, mapping: MappingInput = {}): Event[] {
  const result = mapped(destination, stream, data, mapping)
  if (result.status !== 'send') throw new Error(`not sent: ${JSON.stringify(result)}`)
  return result.events.map(parsed)
}

/** What every record has. */
export const BASE = { id: 'event-1', time: 1_700_000_000, user_id: 'braze-1', external_user_id: 'user-1' } as const

/** As `mapped`, for a record whose values are texts that JSON.stringify would not write. */
export const mappedRaw = (
  destination: ServiceInput,
  stream: string,
  data: Data,
  raw: Readonly<Record<string, ByteString>>,
) => {
  const { names, values } = rawData(data)
  return mapper(
    destination,
    stream,
  )({
    ...recordOf(stream, {}),
    data: { names: [...names, ...Object.keys(raw)], values: [...values, ...Object.values(raw)] },
  })
}
