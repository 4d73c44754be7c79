/** Makes the messages that connectors send most. No zod here: `spec` must answer before zod could be loaded. */
import { ConfigError, TransientError } from './errors.ts'
import type {
  AirbyteLogMessage,
  AirbyteMessage,
  AirbyteStreamStatus,
  AirbyteStreamStatusReason,
  FailureType,
  StreamDescriptor,
} from './protocol.ts'

/** A log line is a message that a connector yields like any other: there is no logger to pass around. */
export const log = (level: AirbyteLogMessage['level'], message: string): AirbyteMessage => ({
  type: 'LOG',
  log: { level, message },
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
  const { message, stack, cause } = error instanceof Error ? error : new Error(String(error))
  return {
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: Date.now(),
      error: {
        message,
        failure_type: failureTypeOf(error),
        ...(cause !== undefined && { internal_message: cause instanceof Error ? cause.message : String(cause) }),
        ...(stack && { stack_trace: stack }),
        ...(stream_descriptor && { stream_descriptor }),
      },
    },
  }
}

function failureTypeOf(error: unknown): FailureType {
  if (error instanceof ConfigError) return 'config_error'
  if (error instanceof TransientError) return 'transient_error'
  return 'system_error'
}
