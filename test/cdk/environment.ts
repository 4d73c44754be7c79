import type { Environment, Output } from '../../src/cdk/connector.ts'

/** A world in which it is always the same second. */
export const still = (signal: AbortSignal = new AbortController().signal): Environment => ({
  now: () => 1_700_000_000_000,
  elapsed: () => 0,
  sleep: async () => {},
  random: () => 0.5,
  signal,
})

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** What an output says, in a few words. */
export function brief(output: Output): string {
  switch (output.type) {
    case 'RECORD':
      return `RECORD ${output.record.stream}`
    case 'RECORD_LINES':
      return `RECORDS ${output.stream} ${output.count}`
    case 'STATE':
      return `STATE ${output.state.stream?.stream_descriptor.name} ${JSON.stringify(output.state.stream?.stream_state)} ${output.state.sourceStats?.recordCount}`
    case 'LOG':
      return `LOG ${output.log.level} ${output.log.message}`
    case 'CONNECTION_STATUS':
      return `${output.connectionStatus.status} ${output.connectionStatus.message ?? ''}`.trim()
    case 'TRACE':
      return briefTrace(output.trace)
    default:
      return output.type
  }
}

function briefTrace(trace: Extract<Output, { type: 'TRACE' }>['trace']): string {
  if (trace.type === 'STREAM_STATUS')
    return `${trace.stream_status.stream_descriptor.name} ${trace.stream_status.status}`
  if (trace.type !== 'ERROR') return trace.type
  const { failure_type, message, stream_descriptor } = trace.error
  return [failure_type, ...(stream_descriptor ? [stream_descriptor.name] : []), message].join(': ')
}
