/**
 * How many records the states of a file stand for. They are kept in the same write as the states, so that they are right
 * however often a sync was killed: a record counts once, when a state behind it is kept.
 */
import * as z from 'zod'
import type { AirbyteStateMessage } from '../../cdk/protocol.ts'

export interface Counts {
  /** Emitted by the source. */
  readonly read: number
  /** Delivered, or left out by choice. */
  readonly done: number
  readonly rejected: number
}

export const add = (one: Counts | undefined, other: Counts): Counts => ({
  read: (one?.read ?? 0) + other.read,
  done: (one?.done ?? 0) + other.done,
  rejected: (one?.rejected ?? 0) + other.rejected,
})

/** As a state message tells them. */
export const countsOf = ({ sourceStats, destinationStats }: Stats): Counts => ({
  read: sourceStats?.recordCount ?? 0,
  done: destinationStats?.recordCount ?? 0,
  rejected: destinationStats?.rejectedRecordCount ?? 0,
})

type Stats = Pick<AirbyteStateMessage, 'sourceStats' | 'destinationStats'>

export const statsOf = ({ read, done, rejected }: Counts) => ({
  sourceStats: { recordCount: read },
  destinationStats: { recordCount: done, rejectedRecordCount: rejected },
})

const Kept = z.array(
  z
    .object({
      stream: z.object({ stream_descriptor: z.object({ name: z.string() }) }),
      sourceStats: z.object({ recordCount: z.number() }),
      destinationStats: z.object({ recordCount: z.number(), rejectedRecordCount: z.number() }),
    })
    .or(z.unknown().transform(() => undefined)),
)

/** The counts in the text of a state, by stream. A state that was not kept by a sync of ours has none. */
export function countsIn(text: string): readonly (readonly [string, Counts])[] {
  const { data = [] } = Kept.safeParse(jsonIn(text))
  return data.flatMap((message) =>
    message ? [[message.stream.stream_descriptor.name, countsOf(message)] as const] : [],
  )
}

/** What is no single JSON value was kept by something else. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
