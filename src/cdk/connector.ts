/** What a connector is: the promises that a source and a destination make to the runner. */
import type * as z from 'zod'
import type {
  AirbyteCatalog,
  AirbyteMessage,
  AirbyteStreamState,
  ConfiguredAirbyteCatalog,
  DestinationCatalog,
} from './protocol.ts'

/** What a run takes from the world around it, so that tests can put their own in its place. */
export interface Environment {
  /** Milliseconds since the Unix epoch, by a clock that people and time servers set, forwards and back. */
  now(): number
  /** Milliseconds on a clock that never jumps, since no particular moment: for how long something takes. */
  elapsed(): number
  /** Resolves after `ms` milliseconds, or at once when the run is asked to stop or `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** A number in [0, 1). */
  random(): number
  /** Aborted when the run is asked to stop (SIGTERM, SIGINT, a closed stdout). */
  readonly signal: AbortSignal
  /** Told by a connector, once or often, that nothing much is left to load, and that the bulk of its work begins. */
  readonly onLoaded?: () => void
  /**
   * Passes on what was written and waits for its reader, as far as there is room, without waiting itself. To be called
   * now and then by work that goes on without a turn of the event loop, so that the reader need not wait for its end.
   */
  readonly pump?: () => void
}

/**
 * RECORD messages as finished lines, for connectors that write their own JSON. Each line ends with a line feed. The bytes
 * are lent: they are good until the next output is asked for, and whoever keeps them longer copies them.
 */
export interface RecordLines {
  readonly type: 'RECORD_LINES'
  readonly stream: string
  readonly count: number
  readonly bytes: Uint8Array
}

/** A STATE message that goes back as the very text it came in, so that big integers survive. Without a line feed. */
export interface StateLine {
  readonly type: 'STATE_LINE'
  readonly bytes: Uint8Array
}

/** What a connector may emit. */
export type Output = AirbyteMessage | RecordLines | StateLine

interface Common<Config> {
  /** What a configuration must be. Errors name the field and what would be right. */
  readonly config: z.ZodType<Config>

  /**
   * Resolves if a sync could start now, with a note if something remains that could not be seen. Throws a ConfigError or
   * TransientError that says what to change.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a check that has nothing to add returns nothing.
  check(config: Config, environment: Environment): Promise<string | void>
}

/** Reads from somewhere and emits records. */
export interface Source<Config> extends Common<Config> {
  readonly role: 'source'

  /** Every stream that the source can emit. `warn` takes what keeps the catalog from being complete. */
  discover(config: Config, environment: Environment, warn?: (message: string) => void): Promise<AirbyteCatalog>

  /**
   * Emits the records of the chosen streams, going on from `states`. A STATE promises that everything before it in its
   * stream need not be read again. `readStreams` implements this for a list of streams.
   */
  read(
    config: Config,
    catalog: ConfiguredAirbyteCatalog,
    states: readonly AirbyteStreamState[],
    environment: Environment,
  ): AsyncIterable<Output>
}

/** Takes records and delivers them somewhere. */
export interface Destination<Config> extends Common<Config> {
  readonly role: 'destination'

  /** The objects and operations that any source's records can be mapped to. */
  discover(config: Config, environment: Environment): Promise<DestinationCatalog>

  /**
   * Delivers every record of `input`, and emits each STATE of it, in order per stream, once all records before it are
   * delivered or reported as rejected. The input is the bytes of stdin, each chunk good until the next is asked for;
   * `readMessages` makes messages of them, in blocks, so that a record does not cost a turn of the event loop.
   */
  write(
    config: Config,
    catalog: ConfiguredAirbyteCatalog,
    input: AsyncIterable<Uint8Array>,
    environment: Environment,
  ): AsyncIterable<Output>
}

export type Connector<Config> = Source<Config> | Destination<Config>
