/**
 * The Airbyte protocol: every message that crosses stdin or stdout, as a zod schema and a type of the same name.
 *
 * Objects are loose, so that a field which a newer platform adds passes through untouched.
 *
 * Source: airbyte_protocol.yaml of airbytehq/airbyte-protocol, release 0.18.0 (read 2026-11).
 */
import * as z from 'zod'

/** Any JSON object, taken as it is: records are many, and zod would copy each of their fields. */
export const JsonObject = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
)
export type JsonObject = z.infer<typeof JsonObject>

export const SyncMode = z.enum(['full_refresh', 'incremental'])
export type SyncMode = z.infer<typeof SyncMode>

export const DestinationSyncMode = z.enum(['append', 'overwrite', 'append_dedup', 'update', 'soft_delete'])
export type DestinationSyncMode = z.infer<typeof DestinationSyncMode>

/** A field's place in a record, from the outside in: `['address', 'city']`. */
const FieldPath = z.array(z.string())

export const StreamDescriptor = z.looseObject({
  name: z.string(),
  namespace: z.string().nullish(),
})
export type StreamDescriptor = z.infer<typeof StreamDescriptor>

export const AirbyteStream = z.looseObject({
  name: z.string(),
  /** Draft-07, an object at its top level. */
  json_schema: JsonObject,
  supported_sync_modes: z.array(SyncMode),
  source_defined_cursor: z.boolean().nullish(),
  default_cursor_field: FieldPath.nullish(),
  source_defined_primary_key: z.array(FieldPath).nullish(),
  namespace: z.string().nullish(),
  /** A full refresh of the stream can go on from a state. */
  is_resumable: z.boolean().nullish(),
  is_file_based: z.boolean().nullish(),
})
export type AirbyteStream = z.infer<typeof AirbyteStream>

export const AirbyteCatalog = z.looseObject({ streams: z.array(AirbyteStream) })
export type AirbyteCatalog = z.infer<typeof AirbyteCatalog>

export const ConfiguredAirbyteStream = z.looseObject({
  stream: AirbyteStream.partial({ supported_sync_modes: true }),
  // Platforms send sync modes that are newer than this schema; a connector decides by the ones it knows.
  sync_mode: z.string(),
  destination_sync_mode: z.string(),
  cursor_field: FieldPath.nullish(),
  primary_key: z.array(FieldPath).nullish(),
  /** The object of the destination's own catalogue that the records are mapped to. */
  destination_object_name: z.string().nullish(),
  generation_id: z.number().nullish(),
  minimum_generation_id: z.number().nullish(),
  sync_id: z.number().nullish(),
  include_files: z.boolean().nullish(),
})
export type ConfiguredAirbyteStream = z.infer<typeof ConfiguredAirbyteStream>

export const ConfiguredAirbyteCatalog = z.looseObject({ streams: z.array(ConfiguredAirbyteStream) })
export type ConfiguredAirbyteCatalog = z.infer<typeof ConfiguredAirbyteCatalog>

export const DestinationOperation = z.looseObject({
  object_name: z.string(),
  sync_mode: DestinationSyncMode,
  json_schema: JsonObject,
  matching_keys: z.array(FieldPath).nullish(),
})
export type DestinationOperation = z.infer<typeof DestinationOperation>

export const DestinationCatalog = z.looseObject({ operations: z.array(DestinationOperation) })
export type DestinationCatalog = z.infer<typeof DestinationCatalog>

export const ConnectorSpecification = z.looseObject({
  connectionSpecification: JsonObject,
  documentationUrl: z.string().nullish(),
  changelogUrl: z.string().nullish(),
  supportsIncremental: z.boolean().nullish(),
  supported_destination_sync_modes: z.array(DestinationSyncMode).nullish(),
  /** The platform compares the major number only, and accepts 0. */
  protocol_version: z.string().nullish(),
  advanced_auth: JsonObject.nullish(),
})
export type ConnectorSpecification = z.infer<typeof ConnectorSpecification>

export const AirbyteConnectionStatus = z.looseObject({
  status: z.enum(['SUCCEEDED', 'FAILED']),
  message: z.string().nullish(),
})
export type AirbyteConnectionStatus = z.infer<typeof AirbyteConnectionStatus>

export const AirbyteRecordMessageMetaChange = z.looseObject({
  field: z.string(),
  change: z.string(),
  reason: z.string(),
})
export type AirbyteRecordMessageMetaChange = z.infer<typeof AirbyteRecordMessageMetaChange>

export const AirbyteRecordMessage = z.looseObject({
  stream: z.string(),
  namespace: z.string().nullish(),
  /** Never empty: the platform drops a record without fields, and then its counts disagree. */
  data: JsonObject,
  /** Milliseconds since the Unix epoch. */
  emitted_at: z.number(),
  meta: z.looseObject({ changes: z.array(AirbyteRecordMessageMetaChange).nullish() }).nullish(),
  file_reference: JsonObject.nullish(),
})
export type AirbyteRecordMessage = z.infer<typeof AirbyteRecordMessage>

export const AirbyteStateStats = z.looseObject({
  recordCount: z.number().nullish(),
  rejectedRecordCount: z.number().nullish(),
})
export type AirbyteStateStats = z.infer<typeof AirbyteStateStats>

export const AirbyteStreamState = z.looseObject({
  stream_descriptor: StreamDescriptor,
  /** What the source needs to go on. Null resets the stream. */
  stream_state: JsonObject.nullish(),
})
export type AirbyteStreamState = z.infer<typeof AirbyteStreamState>

export const AirbyteGlobalState = z.looseObject({
  shared_state: JsonObject.nullish(),
  stream_states: z.array(AirbyteStreamState),
})
export type AirbyteGlobalState = z.infer<typeof AirbyteGlobalState>

export const AirbyteStateMessage = z.looseObject({
  /** Absent means LEGACY. */
  type: z.enum(['STREAM', 'GLOBAL', 'LEGACY']).nullish(),
  stream: AirbyteStreamState.nullish(),
  global: AirbyteGlobalState.nullish(),
  data: JsonObject.nullish(),
  /** Records since the state before this one of the same stream. */
  sourceStats: AirbyteStateStats.nullish(),
  destinationStats: AirbyteStateStats.nullish(),
})
export type AirbyteStateMessage = z.infer<typeof AirbyteStateMessage>

export const AirbyteLogMessage = z.looseObject({
  level: z.enum(['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']),
  message: z.string(),
  stack_trace: z.string().nullish(),
})
export type AirbyteLogMessage = z.infer<typeof AirbyteLogMessage>

export const FailureType = z.enum(['system_error', 'config_error', 'transient_error'])
export type FailureType = z.infer<typeof FailureType>

export const AirbyteErrorTraceMessage = z.looseObject({
  /** For the user: what happened and what to do. */
  message: z.string(),
  /** For the developer. */
  internal_message: z.string().nullish(),
  stack_trace: z.string().nullish(),
  failure_type: FailureType.nullish(),
  stream_descriptor: StreamDescriptor.nullish(),
})
export type AirbyteErrorTraceMessage = z.infer<typeof AirbyteErrorTraceMessage>

export const AirbyteEstimateTraceMessage = z.looseObject({
  name: z.string(),
  namespace: z.string().nullish(),
  /** One sync uses one of the two, never both. */
  type: z.enum(['STREAM', 'SYNC']),
  row_estimate: z.number().nullish(),
  byte_estimate: z.number().nullish(),
})
export type AirbyteEstimateTraceMessage = z.infer<typeof AirbyteEstimateTraceMessage>

export const AirbyteStreamStatus = z.enum(['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE'])
export type AirbyteStreamStatus = z.infer<typeof AirbyteStreamStatus>

export const AirbyteStreamStatusReason = z.looseObject({
  type: z.enum(['RATE_LIMITED']),
  /** `quota_reset`: milliseconds since the Unix epoch. */
  rate_limited: z.looseObject({ quota_reset: z.number().nullish() }).nullish(),
})
export type AirbyteStreamStatusReason = z.infer<typeof AirbyteStreamStatusReason>

export const AirbyteStreamStatusTraceMessage = z.looseObject({
  stream_descriptor: StreamDescriptor,
  status: AirbyteStreamStatus,
  reasons: z.array(AirbyteStreamStatusReason).nullish(),
})
export type AirbyteStreamStatusTraceMessage = z.infer<typeof AirbyteStreamStatusTraceMessage>

export const AirbyteAnalyticsTraceMessage = z.looseObject({ type: z.string(), value: z.string().nullish() })
export type AirbyteAnalyticsTraceMessage = z.infer<typeof AirbyteAnalyticsTraceMessage>

const traceBase = {
  /** Milliseconds since the Unix epoch. */
  emitted_at: z.number(),
}

export const AirbyteTraceMessage = z.discriminatedUnion('type', [
  z.looseObject({ ...traceBase, type: z.literal('ERROR'), error: AirbyteErrorTraceMessage }),
  z.looseObject({ ...traceBase, type: z.literal('ESTIMATE'), estimate: AirbyteEstimateTraceMessage }),
  z.looseObject({ ...traceBase, type: z.literal('STREAM_STATUS'), stream_status: AirbyteStreamStatusTraceMessage }),
  z.looseObject({ ...traceBase, type: z.literal('ANALYTICS'), analytics: AirbyteAnalyticsTraceMessage }),
])
export type AirbyteTraceMessage = z.infer<typeof AirbyteTraceMessage>

export const AirbyteControlMessage = z.looseObject({
  type: z.literal('CONNECTOR_CONFIG'),
  emitted_at: z.number(),
  connectorConfig: z.looseObject({ config: JsonObject }),
})
export type AirbyteControlMessage = z.infer<typeof AirbyteControlMessage>

/** One line of the protocol. */
export const AirbyteMessage = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('RECORD'), record: AirbyteRecordMessage }),
  z.looseObject({ type: z.literal('STATE'), state: AirbyteStateMessage }),
  z.looseObject({ type: z.literal('LOG'), log: AirbyteLogMessage }),
  z.looseObject({ type: z.literal('TRACE'), trace: AirbyteTraceMessage }),
  z.looseObject({ type: z.literal('SPEC'), spec: ConnectorSpecification }),
  z.looseObject({ type: z.literal('CONNECTION_STATUS'), connectionStatus: AirbyteConnectionStatus }),
  z.looseObject({ type: z.literal('CATALOG'), catalog: AirbyteCatalog }),
  z.looseObject({ type: z.literal('DESTINATION_CATALOG'), destination_catalog: DestinationCatalog }),
  z.looseObject({ type: z.literal('CONTROL'), control: AirbyteControlMessage }),
])
export type AirbyteMessage = z.infer<typeof AirbyteMessage>
