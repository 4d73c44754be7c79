/** Holds messages against Airbyte's own protocol schema: airbyte_protocol.yaml, release 0.18.0. */
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { readShared } from './shared.ts'

const addFormats = formats.default

/** The member that belongs to each type of message. The schema itself requires none but `type`. */
const PAYLOADS: Readonly<Record<string, string>> = {
  RECORD: 'record',
  STATE: 'state',
  LOG: 'log',
  TRACE: 'trace',
  SPEC: 'spec',
  CONNECTION_STATUS: 'connectionStatus',
  CATALOG: 'catalog',
  DESTINATION_CATALOG: 'destination_catalog',
  CONTROL: 'control',
}

/** The same for TRACE messages. */
const TRACE_PAYLOADS: Readonly<Record<string, string>> = {
  ERROR: 'error',
  ESTIMATE: 'estimate',
  STREAM_STATUS: 'stream_status',
  ANALYTICS: 'analytics',
}

/** What is wrong with a message, or a line of one; empty if nothing is. */
export function validateMessage(message: unknown): readonly string[] {
  const value: unknown = typeof message === 'string' ? JSON.parse(message) : message
  const isValid = schema()(value)
  const faults = isValid ? [] : (schema().errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  return [...faults, ...missingPayloads(value)]
}

function missingPayloads(message: unknown): readonly string[] {
  const { type, trace } = Object(message)
  const payload = PAYLOADS[type]
  const tracePayload = type === 'TRACE' ? TRACE_PAYLOADS[Object(trace).type] : undefined
  return [
    ...(payload !== undefined && payload in Object(message) ? [] : [`${type} has no ${payload}`]),
    ...(tracePayload === undefined || tracePayload in Object(trace) ? [] : [`TRACE has no ${tracePayload}`]),
  ]
}

let compiled: ValidateFunction | undefined

function schema(): ValidateFunction {
  compiled ??= compile(readShared('airbyte/airbyte_protocol.v0.18.0.json') as { definitions: object })
  return compiled
}

function compile({ definitions }: { definitions: object }): ValidateFunction {
  // The schema holds words of its own, which name Java types: a strict reader would refuse them.
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats(ajv)
  return ajv.compile({ $ref: '#/definitions/AirbyteMessage', definitions })
}
