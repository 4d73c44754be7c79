/** What the shards have delivered, as a table for people. */
import { countText } from '../../cdk/counts.ts'
import { bytesText } from '../format.ts'
import type { Plan } from '../plan/plan.ts'
import { columns } from '../plan/table.ts'
import { add, type Counts } from '../sync/counts.ts'

/** The counts that each shard has kept with its states; none if something else than `sync` kept them. */
export type ShardCounts = readonly (Counts | undefined)[]

const HEAD = ['shard', 'planned', 'read', 'delivered or left out', 'rejected']

export function totalsText({ shards }: Plan, counts: ShardCounts): string {
  const total = totalOf(counts)
  const bytes = shards.reduce((sum, { bytes }) => sum + bytes, 0)
  return columns(HEAD, HEAD.length, [
    ...shards.map((shard, i) => [String(i), bytesText(shard.bytes), ...cellsOf(counts[i])]),
    ['total', bytesText(bytes), ...cellsOf(total)],
  ])
}

const totalOf = (counts: ShardCounts): Counts | undefined =>
  counts.reduce((sum, count) => (count ? add(sum, count) : sum), undefined)

const cellsOf = (counts: Counts | undefined): readonly string[] =>
  counts ? [counts.read, counts.done, counts.rejected].map(countText) : ['', '', '']

/** Shards whose records have not all ended somewhere. */
export const discrepanciesOf = (counts: ShardCounts): readonly string[] =>
  counts.flatMap((count, i) => {
    if (!count || count.read === count.done + count.rejected) return []
    const ended = count.done + count.rejected
    return [`Shard ${i} does not add up: ${countText(count.read)} records were read, ${countText(ended)} have ended.`]
  })
