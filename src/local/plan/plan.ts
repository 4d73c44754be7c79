/** A plan as its file holds it: which part of an export each of several machines reads. It holds no secret. */
import * as z from 'zod'
import { AirbyteStreamState } from '../../cdk/protocol.ts'
import type { SourceConfig } from '../../config.ts'
import type { Hour } from '../../source/hours.ts'
import { type Block, bytesOf } from './cut.ts'

const Count = z.number().int().min(0)
const Time = z.iso.datetime()
const Bound = z.string().optional()

/** What takes the place of the same fields in the configuration of the source, the streams, and how much that is. */
const Shard = z.object({
  streams: z.array(z.string()),
  start_date: Bound,
  end_date: Bound,
  undated_files: z.boolean(),
  files: Count,
  /** As listed. Files outside of `event_type=` folders count in every shard that reads them. */
  bytes: Count,
})
export type Shard = z.infer<typeof Shard>

export const Plan = z.object({
  version: z.literal(1, 'must be 1: another version of this program made the plan'),
  /** When the export was listed. Files written later are left to the connection that goes on from the merged state. */
  written_until: Time,
  /** Where the export lies, for people. */
  source: z.string(),
  /** The hours that were planned, as the configuration of the source names them. */
  start_date: Bound,
  end_date: Bound,
  /** How many shards run at the same time, and share the rate. */
  parallel: z.number().int().min(1),
  shards: z.array(Shard).min(1),
  /** From which the shards go on. */
  states: z.array(AirbyteStreamState).default([]),
})
export type Plan = z.infer<typeof Plan>

type Bounds = Pick<SourceConfig, 'start_date' | 'end_date' | 'undated_files'>

/** A block as the shard that reads it. */
export function shardOf({ streams, from, to, undated, cells }: Block, bounds: Bounds): Shard {
  const start_date = from === undefined ? bounds.start_date : timeOf(from)
  const end_date = to === undefined ? bounds.end_date : timeOf(to)
  return {
    streams: [...streams].sort(),
    ...(start_date !== undefined && { start_date }),
    ...(end_date !== undefined && { end_date }),
    undated_files: undated && bounds.undated_files,
    files: cells.reduce((sum, { files }) => sum + files, 0),
    bytes: bytesOf(cells),
  }
}

const timeOf = (hour: Hour): string => `${hour.slice(0, 10)}T${hour.slice(11)}:00:00Z`

/** A line a shard, so that people can read and compare it. */
export function planText({ shards, states, ...plan }: Plan): string {
  const lines = (name: string, items: readonly object[]) =>
    `"${name}":[${items.map((item) => `\n${JSON.stringify(item)}`).join()}]`
  return `${JSON.stringify(plan).slice(0, -1)},\n${lines('shards', shards)},\n${lines('states', states)}}\n`
}
