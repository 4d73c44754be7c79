/** Lists an export once, and divides it. */
import { ConfigError } from '../../cdk/errors.ts'
import type { AirbyteStreamState } from '../../cdk/protocol.ts'
import type { SourceConfig } from '../../config.ts'
import { isDigest } from '../../source/recent.ts'
import { progressOf } from '../../source/state.ts'
import type { ObjectStore } from '../../source/storage/store.ts'
import { listCells } from './cells.ts'
import { cut } from './cut.ts'
import { type Plan, shardOf } from './plan.ts'

export interface PlanOptions {
  readonly store: ObjectStore
  readonly config: SourceConfig
  readonly streams: readonly string[]
  /** From which the shards go on; none to begin at the beginning. */
  readonly states: readonly AirbyteStreamState[]
  readonly shards: number
  readonly parallel: number
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  readonly signal: AbortSignal
  /** Told how many files were listed so far. Called often. */
  readonly onProgress?: (files: number) => void
}

export async function makePlan({
  store,
  config,
  streams,
  shards,
  parallel,
  now,
  ...options
}: PlanOptions): Promise<Plan> {
  const states = options.states.filter(({ stream_descriptor }) => streams.includes(stream_descriptor.name))
  for (const state of states) checkDivisible(state, now)
  const { signal, onProgress } = options
  const cells = await listCells({
    store,
    config,
    streams,
    states,
    until: now,
    signal,
    ...(onProgress && { onProgress }),
  })
  const { start_date, end_date } = config
  return {
    version: 1,
    written_until: new Date(now).toISOString(),
    source: store.url(config.path_prefix),
    ...(start_date !== undefined && { start_date }),
    ...(end_date !== undefined && { end_date }),
    parallel: Math.min(parallel, shards),
    shards: cut(cells, streams, shards).map((block) => shardOf(block, config)),
    states,
  }
}

/** A state can be handed to several shards if each of them can tell which files are read. */
function checkDivisible({ stream_descriptor: { name }, stream_state }: AirbyteStreamState, now: number): void {
  const { cursor } = progressOf(name, stream_state)
  const reason = cursor.pass
    ? 'is of a sync that did not come to its end'
    : isDigest(cursor.recent)
      ? 'was made minutes after many files were written'
      : cursor.since > now
        ? 'lies in the future of this machine’s clock'
        : undefined
  if (reason === undefined) return
  throw new ConfigError(
    `The state of stream ${name} (--state) ${reason}, and can't be divided. Run an ordinary sync to its end first, a quarter of an hour after the last file was written, or plan without --state to read everything.`,
  )
}
