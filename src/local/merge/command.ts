/** `merge` on the command line. */
import { readFile } from 'node:fs/promises'
import type { Environment } from '../../cdk/connector.ts'
import { countOf } from '../../cdk/counts.ts'
import { ConfigError } from '../../cdk/errors.ts'
import type { AirbyteStreamState } from '../../cdk/protocol.ts'
import { parseStates } from '../../cdk/states.ts'
import type { SourceConfig } from '../../config.ts'
import { readSourceConfig } from '../configs.ts'
import type { Plan } from '../plan/plan.ts'
import { readPlan } from '../plan/read.ts'
import { placeOf } from '../plan/shard.ts'
import { add, type Counts, countsIn } from '../sync/counts.ts'
import { isUrl, statePlace } from '../sync/state-place.ts'
import { stateText } from '../sync/state-store.ts'
import type { Terminal } from '../terminal.ts'
import { merge } from './merge.ts'
import { discrepanciesOf, totalsText } from './table.ts'

export interface MergeArguments {
  readonly plan: string
  readonly state: string
  readonly sourceConfig?: string
  readonly format: 'messages' | 'airbyte'
}

type Place = Pick<SourceConfig, 'storage' | 'path_prefix'>

/** Without a source, the machine's own identity opens a bucket. */
const NO_SOURCE: Place = { storage: { provider: 'local', path: '/' }, path_prefix: '' }

/** Prints the state, and nothing but the reasons if a shard is not done. */
export async function runMerge(options: MergeArguments, terminal: Terminal, environment: Environment): Promise<void> {
  const plan = await readPlan(options.plan)
  const source = options.sourceConfig === undefined ? NO_SOURCE : await readSourceConfig(options.sourceConfig, terminal)
  const texts = await textsOf(plan, options.state, source, environment)
  const counts = texts.map((text) => sumOf(countsIn(text)))
  const { states, missing, broken } = merge(plan, texts.map(statesIn))
  terminal.err(`${totalsText(plan, counts)}\n`)
  const faults = [...missing, ...discrepanciesOf(counts)]
  for (const fault of faults) terminal.err(`ERROR: ${fault}\n`)
  if (faults.length > 0) throw notDone(faults.length)
  if (broken > 0) terminal.err(`WARN: ${brokenText(broken)}\n`)
  if (plan.end_date !== undefined) terminal.err(`WARN: ${endText(plan.end_date)}\n`)
  terminal.out(options.format === 'airbyte' ? connectionStateText(states) : stateText(states))
}

async function textsOf(
  { shards }: Plan,
  pattern: string,
  source: Place,
  environment: Environment,
): Promise<readonly string[]> {
  const texts: string[] = []
  for (const [index, { streams }] of shards.entries()) {
    const place = placeOf(pattern, { index }) ?? ''
    texts.push(streams.length === 0 ? '' : await textAt(place, source, environment))
  }
  return texts
}

/** Empty if nothing was kept there. */
async function textAt(place: string, source: Place, environment: Environment): Promise<string> {
  if (!isUrl(place)) return textOfFile(place)
  const { read, close } = await statePlace(place, source, environment)
  try {
    return await read()
  } finally {
    close()
  }
}

async function textOfFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return ''
    throw new ConfigError(`The state ${path} (--state) can't be read (${code}).`, { cause: error })
  }
}

function statesIn(text: string): readonly AirbyteStreamState[] | undefined {
  const states = parseStates(text)
  return states.length > 0 ? states : undefined
}

const sumOf = (counts: readonly (readonly [string, Counts])[]): Counts | undefined =>
  counts.reduce<Counts | undefined>((sum, [, count]) => add(sum, count), undefined)

/** As Airbyte's API and its page "Connection state" write it. */
const connectionStateText = (states: readonly AirbyteStreamState[]): string =>
  `[\n${states
    .map(({ stream_descriptor, stream_state }) =>
      JSON.stringify({ streamDescriptor: stream_descriptor, streamState: stream_state }),
    )
    .join(',\n')}\n]\n`

const notDone = (faults: number): ConfigError =>
  new ConfigError(
    `The plan is not done, so there is no state to go on from: see the ${countOf(faults, 'reason')} above. Run those shards again with the same --state; they go on where they were.`,
  )

const brokenText = (files: number): string =>
  `${countOf(files, 'file')} could not be read to the end. The state knows them, and the connection that goes on from it tries them again.`

const endText = (end: string): string =>
  `The plan ends before ${end}. Leave end_date in the configuration of the source that goes on from this state: it takes what was written before the plan for read.`
