/** Makes the one state of what the shards of a plan have read. */

import { countOf } from '../../cdk/counts.ts'
import type { AirbyteStreamState } from '../../cdk/protocol.ts'
import type { Cursor } from '../../source/cursor.ts'
import { joined } from '../../source/recent.ts'
import { progressOf, stateOf } from '../../source/state.ts'
import type { Plan } from '../plan/plan.ts'
import { isOfPlan, notOfPlan } from '../plan/shard.ts'

/** The states that each shard has kept; undefined if it has kept none. */
export type KeptStates = readonly (readonly AirbyteStreamState[] | undefined)[]

export interface Merged {
  /** One for each stream. The files that any shard found broken are tried again from them. */
  readonly states: readonly AirbyteStreamState[]
  /** What is not done yet, a sentence each. */
  readonly missing: readonly string[]
  /** Files that are broken. */
  readonly broken: number
}

/**
 * All shards of a stream have come to the same moment, in hours that don't overlap. So the state of the whole is that
 * moment with all they remember: exactly what one run over all hours would have kept.
 */
export function merge(plan: Plan, kept: KeptStates): Merged {
  const missing = plan.shards.flatMap((_, index) => missingOf(plan, index, kept[index]))
  const cursors = new Map<string, Cursor>()
  for (const { stream_descriptor, stream_state } of kept.flatMap((states) => states ?? [])) {
    const { name } = stream_descriptor
    const { cursor } = progressOf(name, stream_state)
    const others = cursors.get(name)
    cursors.set(name, others ? both(others, cursor) : cursor)
  }
  const states = [...cursors].map(([name, cursor]) => ({
    stream_descriptor: { name },
    stream_state: stateOf(cursor, 'none'),
  }))
  return { states, missing, broken: [...cursors.values()].reduce((sum, { broken }) => sum + broken.length, 0) }
}

const both = (one: Cursor, other: Cursor): Cursor => ({
  since: one.since,
  recent: joined(one.recent, other.recent),
  broken: [...one.broken, ...other.broken],
})

function missingOf(plan: Plan, index: number, kept: readonly AirbyteStreamState[] | undefined): readonly string[] {
  const { streams } = plan.shards[index] ?? { streams: [] }
  if (streams.length === 0) return []
  if (!kept) return [`Shard ${index} has not begun: it has kept no state.`]
  const foreign = kept.find((state) => !isOfPlan(plan, state))
  if (foreign) throw notOfPlan(index, foreign)
  const done = new Set(kept.filter(isDone).map(({ stream_descriptor }) => stream_descriptor.name))
  const open = streams.filter((stream) => !done.has(stream))
  if (open.length === 0) return []
  return [`Shard ${index} is not done. Left: ${open.length} of ${countOf(streams.length, 'stream')}, as ${open[0]}.`]
}

const isDone = ({ stream_descriptor, stream_state }: AirbyteStreamState): boolean =>
  progressOf(stream_descriptor.name, stream_state).cursor.pass === undefined
