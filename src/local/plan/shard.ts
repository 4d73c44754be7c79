/** What is a shard's of the configurations, the catalogue and the state: with them, an ordinary run reads it. */
import { ConfigError } from '../../cdk/errors.ts'
import type { AirbyteStreamState, ConfiguredAirbyteCatalog } from '../../cdk/protocol.ts'
import type { DestinationConfig, SourceConfig } from '../../config.ts'
import type { BrokenFile } from '../../source/cursor.ts'
import { definitionOf } from '../../source/definition.ts'
import { covers, hoursSince } from '../../source/hours.ts'
import { progressOf, stateOf } from '../../source/state.ts'
import { everyStream } from '../streams.ts'
import type { Plan, Shard } from './plan.ts'

/** One of a plan's shards. */
export interface PlannedShard {
  readonly plan: Plan
  readonly index: number
  readonly shard: Shard
}

export function plannedShard(plan: Plan, index: number): PlannedShard {
  const shard = plan.shards[index]
  if (shard) return { plan, index, shard }
  throw new ConfigError(
    `There is no shard ${index} (--shard): the plan has ${plan.shards.length}, counted from 0. Run as many as it has.`,
  )
}

export interface Configs {
  readonly source: SourceConfig
  readonly destination: DestinationConfig
}

/** Without a shard, all of it. */
export const partOf = (shard: PlannedShard | undefined, { source, destination }: Configs): Configs =>
  shard ? { source: sourceOf(shard, source), destination: destinationOf(shard, destination) } : { source, destination }

export const sourceOf = (
  { plan, shard }: PlannedShard,
  { start_date: _start, end_date: _end, ...config }: SourceConfig,
): SourceConfig => ({
  ...config,
  ...(shard.start_date !== undefined && { start_date: shard.start_date }),
  ...(shard.end_date !== undefined && { end_date: shard.end_date }),
  undated_files: shard.undated_files,
  written_until: plan.written_until,
})

/** Those that run at the same time share the rate. */
function destinationOf({ plan }: PlannedShard, config: DestinationConfig): DestinationConfig {
  const { max_events_per_second: perSecond } = config.limits
  if (perSecond === undefined) return config
  return { ...config, limits: { ...config.limits, max_events_per_second: perSecond / plan.parallel } }
}

/** The shard's streams, with the settings of `given` if there is one. A plan is always read incrementally. */
export function catalogOf(
  { shard }: PlannedShard,
  given: ConfiguredAirbyteCatalog = everyStream({ streams: shard.streams.map(definitionOf) }),
): ConfiguredAirbyteCatalog {
  const streams = shard.streams.map((name) => {
    const found = given.streams.find(({ stream }) => stream.name === name)
    if (found) return { ...found, sync_mode: 'incremental' as const }
    throw new ConfigError(
      `The catalogue (--catalog) lacks the stream ${name}, which the plan has. Add it, or plan anew.`,
    )
  })
  return { ...given, streams }
}

/** The states from which the shard's streams go on: those it has kept, and before that those of the plan. */
export function beginningOf(shard: PlannedShard, kept: readonly AirbyteStreamState[]): readonly AirbyteStreamState[] {
  const foreign = kept.find((state) => !isOfPlan(shard.plan, state))
  if (foreign) throw notOfPlan(shard.index, foreign)
  const names = new Set(kept.map(({ stream_descriptor }) => stream_descriptor.name))
  return [...kept, ...plannedStates(shard).filter(({ stream_descriptor }) => !names.has(stream_descriptor.name))]
}

/** Whether a shard of this plan has kept the state: nothing else reads an export up to the same millisecond. */
export function isOfPlan({ written_until }: Plan, { stream_descriptor, stream_state }: AirbyteStreamState): boolean {
  const { pass, since } = progressOf(stream_descriptor.name, stream_state).cursor
  return (pass?.started ?? since) === Date.parse(written_until)
}

export const notOfPlan = (index: number, { stream_descriptor: { name } }: AirbyteStreamState): ConfigError =>
  new ConfigError(
    `The state of shard ${index} (--state) is of another plan or of an ordinary sync, as its stream ${name} shows. Keep the states of each plan in a place of their own.`,
  )

/** A broken file is tried again by the shard in whose hours it lies. */
function plannedStates({ plan, shard }: PlannedShard): readonly AirbyteStreamState[] {
  const hours = hoursSince(0, { start_date: shard.start_date, end_date: shard.end_date, lookback_hours: 0 })
  const isOwn = ({ date }: BrokenFile) => (date === undefined ? shard.undated_files : covers(hours, date))
  return plan.states
    .filter(({ stream_descriptor: { name } }) => shard.streams.includes(name))
    .map((state) => {
      const { cursor } = progressOf(state.stream_descriptor.name, state.stream_state)
      return { ...state, stream_state: stateOf({ ...cursor, broken: cursor.broken.filter(isOwn) }, 'none') }
    })
}

const MARK = '{shard}'

/** `{shard}` in the name of a state stands for the number of the shard. */
export function placeOf(state: string | undefined, shard: Pick<PlannedShard, 'index'> | undefined): string | undefined {
  if (!shard) return state
  if (state?.includes(MARK)) return state.replaceAll(MARK, String(shard.index))
  throw new ConfigError(
    `Each shard needs a state of its own (--state). Put ${MARK} into its name, which stands for the number: --state 'shard-${MARK}.json'.`,
  )
}
