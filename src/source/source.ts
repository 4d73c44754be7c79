/** Braze Currents as an Airbyte source: store -> decode -> record -> message. */
import { eventTypeNames, STREAM_TRAITS } from '../catalog.ts'
import type { Environment, Output, Source } from '../cdk/connector.ts'
import { log } from '../cdk/messages.ts'
import type { AirbyteStreamState, ConfiguredAirbyteCatalog } from '../cdk/protocol.ts'
import { readStreams, type StreamReader, type StreamRequest } from '../cdk/streams.ts'
import { SourceConfig } from '../config.ts'
import { type RecentIds, recentIds } from './deduplicate.ts'
import { hoursSince } from './hours.ts'
import { LooseTypes } from './loose.ts'
import { Prefetch } from './prefetch.ts'
import { policyOf } from './privacy.ts'
import type { SourceReport } from './report.ts'
import { type ExportRoots, findRoots, rootsOf } from './roots.ts'
import { openStore } from './storage/index.ts'
import { withRememberedLevels } from './storage/remembered.ts'
import type { ObjectStore } from './storage/store.ts'
import { beginFirst, type Pass, readStream, type StreamJob } from './stream.ts'

export interface SourceOptions {
  /** Told at the end of each stream what was done for it. */
  readonly onReport?: (report: SourceReport) => void
}

export const brazeCurrentsSource = (options: SourceOptions = {}): Source<SourceConfig> => ({
  role: 'source',
  config: SourceConfig,
  // Loaded when used, for they load much that reading has no use for.
  check: async (config, environment) => (await import('./check.ts')).check(config, environment),
  discover: async (config, environment) => (await import('./discover.ts')).discover(config, environment),
  read: (config, catalog, states, environment) => read({ config, catalog, states, environment }, options),
})

export const source = brazeCurrentsSource()

interface Request {
  readonly config: SourceConfig
  readonly catalog: ConfiguredAirbyteCatalog
  readonly states: readonly AirbyteStreamState[]
  readonly environment: Environment
}

async function* read(
  { config, catalog, states, environment }: Request,
  options: SourceOptions,
): AsyncGenerator<Output> {
  const store = withRememberedLevels(await openStore(config.storage, environment))
  const prefetch = new Prefetch()
  try {
    const foundAt = Math.min(environment.now(), untilOf(config))
    const roots = await findRoots(store, config.path_prefix, hoursSince(0, config))
    environment.onLoaded?.()
    if (roots.roots.length + roots.loose.length === 0) yield log('WARN', nothingThere(store.url(config.path_prefix)))
    const streams = streamsOf({ store, config, roots, foundAt, prefetch, catalog, environment }, options)
    yield* readStreams({ streams, catalog, states, environment })
  } finally {
    prefetch.close()
    store.close()
  }
}

/** Milliseconds since the Unix epoch. */
const untilOf = ({ written_until }: SourceConfig): number =>
  written_until === undefined ? Number.POSITIVE_INFINITY : Date.parse(written_until)

interface Export {
  readonly store: ObjectStore
  readonly config: SourceConfig
  readonly roots: ExportRoots
  readonly foundAt: number
  readonly prefetch: Prefetch
  readonly catalog: ConfiguredAirbyteCatalog
  readonly environment: Environment
}

/** What the streams of a read share. */
type Shared = Omit<StreamJob, 'stream' | 'isFullRefresh' | 'options'> & Pick<StreamJob['options'], 'personalData'>

/** The event types of the catalogue and of the export. Loose files may hold any. */
function streamsOf(
  { catalog, roots, ...found }: Export,
  { onReport = () => {} }: SourceOptions,
): readonly StreamReader[] {
  const personalData = policyOf(found.config.personal_data)
  const shared = { ...found, roots, types: new LooseTypes(), onReport, personalData }
  const inFolders = roots.roots.map(({ eventType }) => eventType)
  const asked = roots.loose.length > 0 ? catalog.streams.map(({ stream }) => stream.name) : []
  return [...new Set([...eventTypeNames(), ...inFolders, ...asked])].map((stream) => readerOf(stream, shared))
}

function readerOf(stream: string, shared: Shared): StreamReader {
  let first: Pass | undefined
  return {
    definition: { name: stream, ...STREAM_TRAITS },
    prepare(request) {
      // What is at hand is listed in no time, and would only take memory until its turn.
      if (!shared.store.lend) first = beginFirst(jobOf(stream, shared, request), request.state)
    },
    async *read(request) {
      const isNew = shared.config.deduplicate ? recentIds() : undefined
      try {
        yield* readStream(jobOf(stream, shared, request, isNew), request.state, first)
      } finally {
        isNew?.release()
      }
    },
  }
}

/** Written out, not spread: V8 compiles anew what is given objects of another making, and each stream would have its own. */
function jobOf(stream: string, shared: Shared, { syncMode }: StreamRequest, isNew?: RecentIds): StreamJob {
  const { config, environment, store, types, personalData, roots, foundAt, prefetch, onReport } = shared
  return {
    stream,
    config,
    environment,
    store,
    types,
    options: { isNew, personalData },
    roots: { roots: rootsOf(roots, stream), loose: roots.loose, prefix: roots.prefix },
    foundAt,
    isFullRefresh: syncMode === 'full_refresh',
    prefetch,
    onReport,
  }
}

const nothingThere = (url: string): string =>
  `${url} holds no files of a Currents export, so there is nothing to read. If that is a surprise, run check.`
