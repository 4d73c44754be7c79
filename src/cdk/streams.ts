import type { Environment, Output, RecordLines } from './connector.ts'
import { ConfigError } from './errors.ts'
import { errorTrace, streamStatus } from './messages.ts'
import { didYouMean } from './nearest.ts'
import type {
  AirbyteMessage,
  AirbyteStream,
  AirbyteStreamState,
  ConfiguredAirbyteCatalog,
  ConfiguredAirbyteStream,
  JsonObject,
  StreamDescriptor,
  SyncMode,
} from './protocol.ts'

/** How far a stream has been read: what came before it need not be read again. */
export interface Checkpoint {
  readonly type: 'CHECKPOINT'
  readonly state: JsonObject
}

export const checkpoint = (state: JsonObject): Checkpoint => ({ type: 'CHECKPOINT', state })

export type StreamOutput = RecordLines | AirbyteMessage | Checkpoint

/** What a stream is asked for. */
export interface StreamRequest {
  readonly syncMode: SyncMode
  /** Where to go on from; undefined at the beginning, and for a full refresh of a stream that is not resumable. */
  readonly state: JsonObject | undefined
  readonly configured: ConfiguredAirbyteStream
}

/** One stream of a source. */
export interface Stream extends StreamReader {
  readonly definition: AirbyteStream
}

/** What reads one stream. */
export interface StreamReader {
  /** Of many streams a read concerns few: their schemas, which may be large, can be left to `discover`. */
  readonly definition: Pick<AirbyteStream, 'name' | 'namespace' | 'supported_sync_modes' | 'is_resumable'>

  /**
   * Told while streams before it are read: what takes time before the first record can be under way then. Throws
   * nothing; what fails, `read` tells.
   */
  prepare?(request: StreamRequest): void

  /**
   * Emits its records, none of them empty, and a checkpoint now and then. It is left after any output when the run is
   * asked to stop. An error fails this stream only.
   */
  read(request: StreamRequest, environment: Environment): AsyncIterable<StreamOutput>
}

export interface ReadStreams {
  readonly streams: readonly StreamReader[]
  readonly catalog: ConfiguredAirbyteCatalog
  readonly states: readonly AirbyteStreamState[]
  readonly environment: Environment
}

/** How many streams are told that their turn comes. */
const PREPARED = 8

/**
 * Implements Source.read for a list of streams, one after the other. Each one configured begins with the status STARTED,
 * is RUNNING from its first record, and ends COMPLETE with a state, or INCOMPLETE. One that fails says so in one TRACE
 * ERROR, and the others go on.
 */
export async function* readStreams({ streams, catalog, states, environment }: ReadStreams): AsyncIterable<Output> {
  const turns = catalog.streams.map((configured) => turnOf(configured, streams, states))
  for (const [i, { descriptor, order }] of turns.entries()) {
    if (environment.signal.aborted) return
    for (const next of turns.slice(i, i + PREPARED)) prepare(next)
    yield streamStatus(descriptor, 'STARTED')
    try {
      const { stream, request } = order()
      yield* readStream(stream, request, environment)
    } catch (error) {
      // What an interruption breaks is no failure.
      if (!environment.signal.aborted) yield errorTrace(error, descriptor)
      yield streamStatus(descriptor, 'INCOMPLETE')
    }
  }
}

/** A stream of the catalogue, and what it is asked for: an error if it can't be. */
interface Turn {
  readonly descriptor: StreamDescriptor
  order(): { readonly stream: StreamReader; readonly request: StreamRequest }
  isPrepared: boolean
}

function turnOf(
  configured: ConfiguredAirbyteStream,
  streams: readonly StreamReader[],
  states: readonly AirbyteStreamState[],
): Turn {
  const descriptor = descriptorOf(configured.stream)
  const order = () => {
    const stream = findStream(streams, descriptor)
    return { stream, request: requestTo(stream, configured, states) }
  }
  return { descriptor, order, isPrepared: false }
}

function prepare(turn: Turn): void {
  if (turn.isPrepared) return
  turn.isPrepared = true
  try {
    const { stream, request } = turn.order()
    stream.prepare?.(request)
  } catch {
    // It is told when its turn has come.
  }
}

async function* readStream(
  stream: StreamReader,
  request: StreamRequest,
  environment: Environment,
): AsyncIterable<Output> {
  const descriptor = descriptorOf(stream.definition)
  const progress: Progress = { isRunning: false, records: 0, state: request.state ?? {}, emitted: undefined }
  for await (const output of stream.read(request, environment)) {
    if (output.type === 'CHECKPOINT') {
      progress.state = output.state
      if (isNews(progress)) yield stateOf(descriptor, progress)
      progress.records = 0
      progress.emitted = JSON.stringify(output.state)
    } else {
      const records = recordsIn(output, stream.definition)
      if (records > 0 && !progress.isRunning) yield streamStatus(descriptor, 'RUNNING')
      progress.isRunning ||= records > 0
      progress.records += records
      yield output
    }
    if (environment.signal.aborted) break
  }
  if (environment.signal.aborted) return yield streamStatus(descriptor, 'INCOMPLETE')
  if (progress.records > 0 || progress.emitted === undefined) yield stateOf(descriptor, progress)
  yield streamStatus(descriptor, 'COMPLETE')
}

/** How far the reading of a stream has come. */
interface Progress {
  isRunning: boolean
  /** Since the last state that was emitted. */
  records: number
  state: JsonObject
  /** The last state that was emitted, as JSON. */
  emitted: string | undefined
}

/** The platform warns of two equal states in a row. */
const isNews = ({ records, state, emitted }: Progress): boolean => records > 0 || JSON.stringify(state) !== emitted

const stateOf = (stream_descriptor: StreamDescriptor, { state, records }: Progress): AirbyteMessage => ({
  type: 'STATE',
  state: {
    type: 'STREAM',
    stream: { stream_descriptor, stream_state: state },
    sourceStats: { recordCount: records },
  },
})

/** How many records an output holds. Throws at what the platform would drop in silence, or fail at. */
function recordsIn(output: Exclude<StreamOutput, Checkpoint>, { name }: StreamDescriptor): number {
  switch (output.type) {
    case 'RECORD_LINES':
      return countOf(output.stream, output.count, name)
    case 'RECORD':
      if (Object.keys(output.record.data).length === 0) throw new Error(`A record of "${name}" is empty.`)
      return countOf(output.record.stream, 1, name)
    case 'STATE':
      throw new Error(`The stream "${name}" emitted a STATE. A stream emits a CHECKPOINT instead.`)
    default:
      return 0
  }
}

function countOf(stream: string, count: number, name: string): number {
  if (stream !== name) throw new Error(`The stream "${name}" emitted a record of "${stream}".`)
  return count
}

function requestTo(
  { definition }: StreamReader,
  configured: ConfiguredAirbyteStream,
  states: readonly AirbyteStreamState[],
): StreamRequest {
  const syncMode = definition.supported_sync_modes.find((mode) => mode === configured.sync_mode)
  if (!syncMode) throw new ConfigError(syncModeMessage(definition, configured.sync_mode))
  const isResumable = syncMode === 'incremental' || definition.is_resumable === true
  return { syncMode, state: isResumable ? stateFor(definition, states) : undefined, configured }
}

const syncModeMessage = ({ name, supported_sync_modes }: StreamReader['definition'], syncMode: string): string =>
  `The stream "${name}" has no sync mode ${JSON.stringify(syncMode)}. Choose ${supported_sync_modes.join(' or ')}.`

/** The stream's blob; null, which asks for a reset, counts as none. */
const stateFor = (definition: StreamDescriptor, states: readonly AirbyteStreamState[]): JsonObject | undefined =>
  states.findLast(({ stream_descriptor }) => isSame(stream_descriptor, definition))?.stream_state ?? undefined

function findStream(streams: readonly StreamReader[], wanted: StreamDescriptor): StreamReader {
  const stream = streams.find(({ definition }) => isSame(definition, wanted))
  if (stream) return stream
  const names = streams.map(({ definition }) => definition.name)
  throw new ConfigError(
    `There is no stream "${wanted.name}".${didYouMean(wanted.name, names)} Discover the schema anew.`,
  )
}

const isSame = (a: StreamDescriptor, b: StreamDescriptor): boolean =>
  a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '')

const descriptorOf = ({ name, namespace }: StreamDescriptor): StreamDescriptor => ({
  name,
  ...(namespace && { namespace }),
})
