/** Makes failed attempts again. Knows nothing of what it retries. */
import type { Environment } from '../../cdk/connector.ts'
import type { Item, Parcel } from './batch.ts'
import type { Outcome } from './outcome.ts'
import type { Rate } from './rate.ts'
import type { Send } from './send.ts'

export interface RetryPolicy {
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** A longer wait that a service asks for is cut to this. */
  readonly maxAskedMs: number
  /** How long we go on failing without any success, the waits that the service asked for not counted. */
  readonly patienceMs: number
  /** The same for those waits. */
  readonly askedPatienceMs: number
}

const MINUTE = 60_000

export const RETRY_POLICY: RetryPolicy = {
  firstDelayMs: 500,
  maxDelayMs: MINUTE,
  maxAskedMs: 15 * MINUTE,
  patienceMs: 30 * MINUTE,
  askedPatienceMs: 12 * 60 * MINUTE,
}

export interface Wait {
  readonly reason: string
  readonly ms: number
  readonly rateLimited: boolean
  readonly items: readonly Item[]
}

export interface Waiting {
  readonly policy: RetryPolicy
  readonly rate: Rate
  readonly environment: Environment
  /** Aborted when there is no more use in trying. */
  readonly signal: AbortSignal
  onWait(wait: Wait): void
}

/**
 * Wraps `send`: a failed attempt is made again after the time that the service asks for, or else a random time below
 * a ceiling that doubles (full jitter). The outcome is `failed` once patience has run out or `signal` is aborted.
 *
 * Patience is that of the run: requests that succeed beside it show that the service is alive.
 */
export function retrying(send: Send, { policy, rate, environment, signal, onWait }: Waiting): Send {
  const now = () => environment.elapsed()
  let failingSince: number | undefined
  let askedMs = 0

  /** Waits for its turn; false if the run was stopped meanwhile. */
  async function turn({ items }: Parcel): Promise<boolean> {
    const events = items.reduce((total, item) => total + item.events, 0)
    for (let ms = rate.wait(events, now()); ms > 0; ms = rate.wait(events, now())) {
      await environment.sleep(ms, signal)
      if (signal.aborted) return false
    }
    rate.sending(events, now())
    return true
  }

  function exhausted(): boolean {
    const failing = now() - (failingSince ?? now()) - askedMs
    return failing > policy.patienceMs || askedMs > policy.askedPatienceMs
  }

  return async (parcel) => {
    for (let failures = 0; ; failures++) {
      if (!(await turn(parcel))) return STOPPED
      const outcome = await send(parcel)
      if (outcome.status !== 'failed') {
        failingSince = undefined
        askedMs = 0
        return outcome
      }
      failingSince ??= now()
      if (signal.aborted || exhausted()) return outcome
      const ms = delayOf(outcome, failures, policy, environment.random())
      if (outcome.rateLimited || outcome.retryAfterMs) {
        const longer = rate.limited(now(), now() + ms)
        if (outcome.retryAfterMs) askedMs += longer
      }
      onWait({ reason: outcome.reason, ms, rateLimited: outcome.rateLimited, items: parcel.items })
      await environment.sleep(ms, signal)
    }
  }
}

const STOPPED: Outcome = { status: 'failed', reason: 'the run was asked to stop', rateLimited: false }

function delayOf(
  { retryAfterMs }: Extract<Outcome, { status: 'failed' }>,
  failures: number,
  { firstDelayMs, maxDelayMs, maxAskedMs }: RetryPolicy,
  random: number,
): number {
  if (retryAfterMs) return Math.min(retryAfterMs, maxAskedMs)
  return random * Math.min(firstDelayMs * 2 ** failures, maxDelayMs)
}
