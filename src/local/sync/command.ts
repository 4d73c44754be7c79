/** `sync` on the command line. */
import type { Environment } from '../../cdk/connector.ts'
import type { ConfiguredAirbyteCatalog } from '../../cdk/protocol.ts'
import type { SourceConfig } from '../../config.ts'
import type { Report } from '../../destination/delivery/summary.ts'
import { segmentRudderstackDestination } from '../../destination/destination.ts'
import type { SourceReport } from '../../source/report.ts'
import { brazeCurrentsSource } from '../../source/source.ts'
import { readCatalogFile } from '../config-file.ts'
import { type ConfigFiles, readConfigs } from '../configs.ts'
import { readShard } from '../plan/read.ts'
import {
  beginningOf,
  type Configs,
  catalogOf as catalogOfShard,
  type PlannedShard,
  partOf,
  placeOf,
} from '../plan/shard.ts'
import { chosenStreams, everyStream } from '../streams.ts'
import type { Terminal } from '../terminal.ts'
import { barDisplay } from './bars.ts'
import { type Display, jsonDisplay, plainDisplay, tersely } from './display.ts'
import { type SyncReport, syncReport } from './report.ts'
import { statePlace } from './state-place.ts'
import { openStateStore, type StateStore } from './state-store.ts'
import { sync } from './sync.ts'
import { reportText } from './table.ts'

export interface SyncArguments extends ConfigFiles {
  readonly catalog?: string
  readonly state?: string
  readonly streams?: string
  readonly plan?: string
  readonly shard?: number
  readonly dryRun?: true
  readonly json?: true
}

/** Prints the report, and throws what kept the sync from going through. */
export async function runSync(options: SyncArguments, terminal: Terminal, environment: Environment): Promise<void> {
  const { report, error } = await syncWith(options, terminal, environment)
  // Where nothing was read because of an error, "nothing new" would be the wrong thing to say.
  if (report && (!error || report.total.read > 0))
    terminal.out(
      `${options.json ? JSON.stringify({ type: 'report', ...report }) : reportText(report, terminal.columns)}\n`,
    )
  if (error) throw error.error
  // A sync that is asked to stop leaves undelivered what it has read.
  if (report && report.discrepancies.length > 0 && !environment.signal.aborted)
    throw new Error('The numbers of the sync do not add up; see above.')
}

interface Done {
  /** Undefined if the destination had not begun. */
  readonly report: SyncReport | undefined
  readonly error: { readonly error: unknown } | undefined
}

async function syncWith(options: SyncArguments, terminal: Terminal, environment: Environment): Promise<Done> {
  const shard = await readShard(options)
  if (shard?.shard.streams.length === 0) return nothingFor(shard, terminal)
  const configs = partOf(shard, await readConfigs(options, terminal))
  // What keeps no state needs no place for it.
  const isStateless = options.state === undefined && isDryRun(options, configs)
  const state = isStateless ? undefined : placeOf(options.state, shard)
  const place = await statePlace(state, configs.source, environment)
  try {
    const states = await openStateStore(place)
    const done = await syncFrom(states, { options, shard, configs, terminal, environment })
    const notSaved = await states.flush().then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    if (done.error && notSaved && done.error.error !== notSaved.error)
      terminal.err(`ERROR: The progress could not be saved: ${(notSaved.error as Error).message}\n`)
    return { ...done, error: done.error ?? notSaved }
  } finally {
    place.close()
  }
}

function nothingFor({ index }: PlannedShard, terminal: Terminal): Done {
  terminal.err(`Shard ${index} of the plan has nothing to do.\n`)
  return { report: undefined, error: undefined }
}

const isDryRun = ({ dryRun }: SyncArguments, { destination }: Configs): boolean => dryRun ?? destination.dry_run

interface Circumstances {
  readonly options: SyncArguments
  readonly shard: PlannedShard | undefined
  readonly configs: Configs
  readonly terminal: Terminal
  readonly environment: Environment
}

async function syncFrom(
  store: StateStore,
  { options, shard, configs, terminal, environment }: Circumstances,
): Promise<Done> {
  const display = displayOf(options, terminal, environment)
  environment.signal.addEventListener('abort', () => display.notice(STOPPING))
  const reports: { read: SourceReport[]; written?: Report } = { read: [] }
  const source = {
    connector: brazeCurrentsSource({ onReport: (report) => reports.read.push(report) }),
    config: configs.source,
  }
  const dryRun = isDryRun(options, configs)
  const destination = {
    connector: segmentRudderstackDestination({ onReport: (report) => (reports.written = report) }),
    config: { ...configs.destination, dry_run: dryRun },
  }
  const catalog = await catalogFor({ options, shard, display, environment }, source)
  const states = shard ? beginningOf(shard, store.states) : store.states
  // What was not sent is not done. Merging adds up what the shards have counted.
  const onState: StateStore['put'] = dryRun ? () => {} : (state, counts) => store.put(state, shard && counts)
  const ends = { source, destination, isDryRun: dryRun }
  const { emitted, error } = await sync({ ...ends, catalog, states, onState, display, environment })
  return { error, report: reports.written && syncReport(emitted, reports.read, reports.written, environment.now()) }
}

const STOPPING =
  'Stopping: what is on its way is being delivered, and the progress kept. A second Ctrl-C ends it at once.'

async function catalogFor(
  { options, shard, display, environment }: Omit<Circumstances, 'configs' | 'terminal'> & { readonly display: Display },
  { connector, config }: { connector: ReturnType<typeof brazeCurrentsSource>; config: SourceConfig },
): Promise<ConfiguredAirbyteCatalog> {
  const given = options.catalog === undefined ? undefined : await readCatalogFile(options.catalog)
  if (shard) return catalogOfShard(shard, given)
  const warn = (message: string) => display.remark({ level: 'WARN', message })
  return chosenStreams(given ?? everyStream(await connector.discover(config, environment, warn)), options.streams)
}

function displayOf({ json }: SyncArguments, terminal: Terminal, { elapsed }: Environment): Display {
  if (json) return jsonDisplay({ write: terminal.out, elapsed })
  const canDraw = terminal.screen && process.env['TERM'] !== 'dumb'
  return tersely(
    canDraw ? barDisplay(terminal.screen, terminal.clean, elapsed) : plainDisplay({ write: terminal.err, elapsed }),
  )
}
