/** Sending as a run does it: counted, within the rate, and again where it may help. */
import type { Environment, Output } from '../../cdk/connector.ts'
import { log, streamStatus } from '../../cdk/messages.ts'
import type { Limits } from '../../config.ts'
import type { Target } from '../target.ts'
import { Rate } from './rate.ts'
import { RETRY_POLICY, type RetryPolicy, retrying, type Wait } from './retry.ts'
import { type Send, sender } from './send.ts'

export interface SendingOptions {
  readonly target: Target
  readonly limits: Limits
  /** Nothing is sent, and everything counts as delivered. */
  readonly dryRun: boolean
  readonly environment: Environment
  readonly policy?: RetryPolicy
  readonly timeoutMs?: number
}

export interface Sending {
  readonly send: Send
  /** So far. */
  readonly traffic: { readonly requests: number; readonly retries: number; readonly bytesSent: number }
  /** Lets go of the connections. */
  close(): void
}

/** `signal` ends all waits; `emit` takes what the log and the platform should hear of them. */
export function openSending(
  { target, limits, dryRun, environment, policy = RETRY_POLICY, timeoutMs }: SendingOptions,
  signal: AbortSignal,
  emit: (outputs: readonly Output[]) => void,
): Sending {
  const traffic = { requests: 0, retries: 0, bytesSent: 0 }
  const { send, close } = sender(target, {
    gzip: limits.gzip,
    now: () => environment.now(),
    onRequest(bytes) {
      traffic.requests++
      traffic.bytesSent += bytes
    },
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  const onWait = (wait: Wait) => {
    traffic.retries++
    emit(newsOf(wait, environment.now()))
  }
  const rate = new Rate(limits.max_events_per_second)
  const patient = retrying(send, { policy, rate, environment, signal, onWait })
  return { send: dryRun ? sendNothing : patient, traffic, close }
}

const sendNothing: Send = async () => ({ status: 'delivered' })

/** What the log and the platform hear of a wait. */
function newsOf({ reason, ms, rateLimited, items }: Wait, now: number): readonly Output[] {
  const warning = log('WARN', `${reason}; trying again in ${(ms / 1000).toFixed(1)} s.`)
  if (!rateLimited) return [warning]
  const streams = new Set(items.map(({ stream }) => stream))
  const reasons = [{ type: 'RATE_LIMITED' as const, rate_limited: { quota_reset: Math.ceil(now + ms) } }]
  const statuses = [...streams].map(({ tally }) => streamStatus(tally.descriptor, 'RUNNING', reasons))
  return [warning, ...statuses]
}
