/** `sync`: reads with the source and writes with the destination, in one process. */
import type { Destination, Environment, Output, Source } from '../../cdk/connector.ts'
import { TransientError } from '../../cdk/errors.ts'
import { AirbyteStateMessage, type AirbyteStreamState, type ConfiguredAirbyteCatalog } from '../../cdk/protocol.ts'
import { type Counts, countsOf } from './counts.ts'
import type { Display } from './display.ts'
import { Progress } from './progress.ts'

/** A connector and its configuration. */
export interface End<Connector, Config> {
  readonly connector: Connector
  readonly config: Config
}

export interface SyncOptions<SourceConfig, DestinationConfig> {
  readonly source: End<Source<SourceConfig>, SourceConfig>
  readonly destination: End<Destination<DestinationConfig>, DestinationConfig>
  readonly catalog: ConfiguredAirbyteCatalog
  readonly states: readonly AirbyteStreamState[]
  /**
   * Told that a stream's records up to this state are delivered, or kept as rejected. Throws if that can't be kept: then
   * nothing more is read, as all of it would be delivered once more by the next sync.
   */
  readonly onState: (state: AirbyteStreamState, counts: Counts) => void
  readonly display: Display
  readonly isDryRun: boolean
  readonly environment: Environment
}

export interface SyncResult {
  /** Records that the source emitted, by stream. */
  readonly emitted: Readonly<Record<string, number>>
  /** What kept the sync from going through: the first of it. */
  readonly error: { readonly error: unknown } | undefined
}

/** Whatever goes wrong in the source, what it had emitted by then is delivered before the sync ends. */
export async function sync<S, D>(options: SyncOptions<S, D>): Promise<SyncResult> {
  const { source, destination, catalog, states, onState, display, isDryRun, environment } = options
  const progress = new Progress(
    catalog.streams.map(({ stream }) => stream.name),
    isDryRun,
  )
  const errors: unknown[] = []
  let isKept = true

  async function* input(): AsyncGenerator<Uint8Array> {
    try {
      for await (const output of source.connector.read(source.config, catalog, states, environment)) {
        const bytes = linesOf(output)
        if (bytes) yield bytes
        tell(output, 'source')
        if (!isKept) return
      }
    } catch (error) {
      errors.push(error)
    }
  }

  const tell = (output: Output, from: 'source' | 'destination') => {
    if (output.type === 'RECORD_LINES') progress.records(output.stream, output.count)
    else if (output.type === 'RECORD') progress.records(output.record.stream, 1)
    else if (output.type !== 'STATE_LINE' && output.type !== 'STATE') {
      const remark = progress.message(output, from)
      if (remark) display.remark(remark)
      if (output.type === 'TRACE' && output.trace.type === 'ERROR') errors.push(NOT_THROUGH)
    }
    display.update(progress)
  }

  const acknowledge = ({ stream, ...message }: AirbyteStateMessage) => {
    const counts = countsOf(message)
    if (stream) keep(stream, counts)
    progress.acknowledge(counts.done + counts.rejected)
  }

  const keep = (state: AirbyteStreamState, counts: Counts) => {
    try {
      onState(state, counts)
    } catch (error) {
      isKept = false
      errors.push(error)
    }
  }

  try {
    const { connector, config } = destination
    for await (const output of connector.write(config, catalog, input(), environment)) {
      const state = stateOf(output)
      if (state) acknowledge(state)
      tell(output, 'destination')
    }
  } catch (error) {
    errors.push(error)
  } finally {
    display.end(progress)
  }
  const emitted = Object.fromEntries(progress.streams.map(({ stream, read }) => [stream, read]))
  const error = errors.find((error) => error !== NOT_THROUGH) ?? errors[0]
  return { emitted, error: errors.length > 0 ? { error } : undefined }
}

/** Of a stream that failed while others went on. */
const NOT_THROUGH = new TransientError('The sync did not go through; the errors above say why.')

/** What of a source's output is the destination's input. Lent lines are good until the next output, and so is input. */
function linesOf(output: Output): Uint8Array | undefined {
  if (output.type === 'RECORD_LINES') return output.bytes
  if (output.type === 'RECORD' || output.type === 'STATE') return Buffer.from(`${JSON.stringify(output)}\n`)
  return undefined
}

function stateOf(output: Output): AirbyteStateMessage | undefined {
  if (output.type === 'STATE') return output.state
  if (output.type !== 'STATE_LINE') return undefined
  const line: unknown = JSON.parse(Buffer.from(output.bytes).toString())
  return AirbyteStateMessage.parse((line as { readonly state: unknown }).state)
}
