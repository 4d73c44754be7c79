/** What a collector has received so far. */
import { fromByteString } from '../../cdk/bytes.ts'
import type { ReceivedEvent, Verdict } from './rules.ts'

export interface CollectorStats {
  readonly requests: number
  /** Of request bodies, decompressed. */
  readonly bytes: number
  /** Events kept, each messageId once. */
  readonly unique: number
  /** Events whose messageId had come before. */
  readonly duplicates: number
  /** Events that were answered with 200 and would be lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Requests by the status of their answer; `cut` for those that got none. */
  readonly answers: Readonly<Record<string, number>>
  /** Unique events by name. */
  readonly events: Readonly<Record<string, number>>
}

export interface Ledger {
  /** The events whose messageId has not been entered, each once. */
  fresh(verdict: Verdict): readonly ReceivedEvent[]
  enter(verdict: Verdict): void
  count(answer: number | 'cut', bytes: number): void
  stats(): CollectorStats
}

export function ledger(): Ledger {
  const seen = new Set<string>()
  const events = new Map<string, number>()
  const dropped = new Map<string, number>()
  const answers = new Map<string, number>()
  const total = { requests: 0, bytes: 0, duplicates: 0 }

  const fresh = (verdict: Verdict): readonly ReceivedEvent[] => {
    const own = new Set<string>()
    return verdict.events.filter(({ messageId }) => !seen.has(messageId) && own.size < own.add(messageId).size)
  }

  return {
    fresh,
    enter(verdict) {
      const entered = fresh(verdict)
      for (const { messageId, name } of entered) {
        seen.add(messageId)
        add(events, name, 1)
      }
      total.duplicates += verdict.events.length - entered.length
      for (const [reason, count] of Object.entries(verdict.dropped)) add(dropped, reason, count)
    },
    count(answer, bytes) {
      total.requests++
      total.bytes += bytes
      add(answers, String(answer), 1)
    },
    stats: () => ({
      ...total,
      unique: seen.size,
      dropped: sorted(dropped),
      answers: sorted(answers),
      events: sorted(new Map([...events].map(([name, count]) => [fromByteString(name), count]))),
    }),
  }
}

const add = (counts: Map<string, number>, name: string, count: number): void => {
  counts.set(name, (counts.get(name) ?? 0) + count)
}

const sorted = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
