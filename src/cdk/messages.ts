/** Makes the messages that connectors send most. No zod here: `spec` must answer before zod could be loaded. */
import { inspect, types } from 'node:util'
import { ConfigError, TransientError } from './errors.ts'
import type {
  AirbyteConnectionStatus,
  AirbyteLogMessage,
  AirbyteMessage,
  AirbyteStreamStatus,
  AirbyteStreamStatusReason,
  FailureType,
  JsonObject,
  StreamDescriptor,
} from './protocol.ts'

/** A log line is a message that a connector yields like any other: there is no logger to pass around. */
export const log = (level: AirbyteLogMessage['level'], message: string): AirbyteMessage => ({
  type: 'LOG',
  log: { level, message },
})

/** `emitted_at`: milliseconds since the Unix epoch. `data` is not empty: the platform drops such a record in silence. */
export const record = (stream: string, data: JsonObject, emitted_at: number): AirbyteMessage => ({
  type: 'RECORD',
  record: { stream, data, emitted_at },
})

export const connectionStatus = (status: AirbyteConnectionStatus['status'], message?: string): AirbyteMessage => ({
  type: 'CONNECTION_STATUS',
  connectionStatus: { status, ...(message && { message }) },
})

export const streamStatus = (
  stream_descriptor: StreamDescriptor,
  status: AirbyteStreamStatus,
  reasons?: AirbyteStreamStatusReason[],
): AirbyteMessage => ({
  type: 'TRACE',
  trace: {
    type: 'STREAM_STATUS',
    emitted_at: Date.now(),
    stream_status: { stream_descriptor, status, ...(reasons && { reasons }) },
  },
})

/** How much a stream still holds, for the platform's progress bar. */
export const streamEstimate = (
  { name, namespace }: StreamDescriptor,
  estimate: { readonly row_estimate?: number; readonly byte_estimate?: number },
): AirbyteMessage => ({
  type: 'TRACE',
  trace: {
    type: 'ESTIMATE',
    emitted_at: Date.now(),
    estimate: { type: 'STREAM', name, ...(namespace && { namespace }), ...estimate },
  },
})

/** The TRACE ERROR that tells the platform why a command, or one stream of it, failed. */
export function errorTrace(error: unknown, stream_descriptor?: StreamDescriptor): AirbyteMessage {
  const [message = '', ...causes] = messagesOf(error)
  const stack_trace = isError(error) ? error.stack : undefined
  return {
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: Date.now(),
      error: {
        message,
        failure_type: failureTypeOf(error),
        ...(causes.length > 0 && { internal_message: causes.join(': ') }),
        ...(stack_trace && { stack_trace }),
        ...(stream_descriptor && { stream_descriptor }),
      },
    },
  }
}

/** What an error says, and what its causes say. A cause may be its own cause's cause. */
function messagesOf(error: unknown, depth = 0): readonly string[] {
  if (!isError(error)) return [textOf(error)]
  const message = error.message || error.name
  return error.cause === undefined || depth === MAX_CAUSES
    ? [message]
    : [message, ...messagesOf(error.cause, depth + 1)]
}

const MAX_CAUSES = 10

/** Whatever was thrown, as text: an object need not have a form as text. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : inspect(value, { depth: 2 }))

/** An error of this realm or of another one (a test's, a worker's). */
const isError = (value: unknown): value is Error => value instanceof Error || types.isNativeError(value)

function failureTypeOf(error: unknown): FailureType {
  if (error instanceof ConfigError) return 'config_error'
  if (error instanceof TransientError) return 'transient_error'
  return 'system_error'
}
