/** `plan` on the command line. */
import { existsSync } from 'node:fs'
import type { Environment } from '../../cdk/connector.ts'
import { countOf } from '../../cdk/counts.ts'
import { ConfigError } from '../../cdk/errors.ts'
import type { ConfiguredAirbyteCatalog } from '../../cdk/protocol.ts'
import { readStates } from '../../cdk/states.ts'
import type { SourceConfig } from '../../config.ts'
import { source } from '../../source/source.ts'
import { openStore } from '../../source/storage/index.ts'
import { readCatalogFile } from '../config-file.ts'
import { readSourceConfig } from '../configs.ts'
import { durationText } from '../format.ts'
import { progressLine } from '../inspect/progress.ts'
import { chosenStreams, everyStream } from '../streams.ts'
import { writeAtomically } from '../sync/atomic-file.ts'
import type { Terminal } from '../terminal.ts'
import { makePlan } from './make.ts'
import { planText } from './plan.ts'
import { tableOf } from './table.ts'

export interface PlanArguments {
  readonly sourceConfig: string
  readonly shards: number
  readonly parallel?: number
  readonly catalog?: string
  readonly streams?: string
  readonly state?: string
  readonly out: string
  readonly force?: true
}

/** Writes the plan, and shows it. */
export async function runPlan(options: PlanArguments, terminal: Terminal, environment: Environment): Promise<void> {
  if (existsSync(options.out) && !options.force) throw alreadyThere(options.out)
  const config = await readSourceConfig(options.sourceConfig, terminal)
  const catalog = chosenStreams(await catalogOf(options, config, environment), options.streams)
  const store = await openStore(config.storage, environment)
  const started = environment.elapsed()
  const line = progressLine(terminal.screen, environment.elapsed)
  let listed = 0
  try {
    const plan = await makePlan({
      store,
      config,
      streams: catalog.streams.map(({ stream }) => stream.name),
      states: options.state === undefined ? [] : await readStates(options.state),
      shards: options.shards,
      parallel: options.parallel ?? options.shards,
      now: environment.now(),
      signal: environment.signal,
      onProgress(files) {
        listed = files
        line.update({ listed, opened: 0 })
      },
    })
    line.end()
    terminal.err(`Listed ${countOf(listed, 'file')} in ${durationText(environment.elapsed() - started)}.\n`)
    writeAtomically(options.out, planText(plan))
    terminal.out(`${tableOf(plan)}\nThe plan is in ${options.out}.\n`)
  } finally {
    line.end()
    store.close()
  }
}

const alreadyThere = (path: string): ConfigError =>
  new ConfigError(
    `${path} exists (--out). Shards that follow another plan than the one they began with read files twice or not at all: name another file, or replace it with --force if no shard has begun.`,
  )

const catalogOf = async (
  { catalog }: PlanArguments,
  config: SourceConfig,
  environment: Environment,
): Promise<ConfiguredAirbyteCatalog> =>
  catalog === undefined ? everyStream(await source.discover(config, environment)) : readCatalogFile(catalog)
