/** One policy of trying again for every provider. The SDKs' own is switched off: it waits in real time, and differs. */
import { setTimeout as timeout } from 'node:timers/promises'
import type { Environment } from '../../cdk/connector.ts'
import { TransientError } from '../../cdk/errors.ts'
import { ChangedObjectError, MissingObjectError } from './store.ts'

/** How a store waits between two attempts. */
export type Waiting = Pick<Environment, 'sleep' | 'random'>

export const inRealTime: Waiting = { sleep: (ms) => timeout(ms), random: Math.random }

/** How many attempts in a row may fail: all together take at most a minute. */
const PATIENCE = 8
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 20_000
/** A server that has said nothing for so long will not any more. */
export const SILENCE_MS = 60_000

/** Tries until `attempt` succeeds, fails for good, or has failed too often. */
export async function retrying<T>(attempt: () => Promise<T>, waiting: Waiting): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (isFinal(error, failures)) throw error
      await backOff(failures, waiting)
    }
  }
}

/** Whether there is no point in another attempt after `failures` of them in a row. */
export function isFinal(error: unknown, failures: number): boolean {
  if (error instanceof MissingObjectError || error instanceof ChangedObjectError) return true
  return !(error instanceof TransientError) || failures >= PATIENCE
}

/** Exponential, with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export const backOff = (failures: number, { sleep, random }: Waiting): Promise<void> =>
  sleep(random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)))

/** What `promise` gives, or a TransientError if that takes longer than `ms`. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silent(what, ms)), ms)
  })
  try {
    return await Promise.race([promise, silence])
  } finally {
    clearTimeout(timer)
  }
}

export const silent = (what: string, ms: number): TransientError =>
  new TransientError(`${what}: the server has not answered for ${ms / 1000} s. Check the network between it and here.`)
