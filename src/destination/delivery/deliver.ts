/** Sees one parcel through: what the service refuses is found by halving, and the rest is delivered. */
import { ConfigError, TransientError } from '../../cdk/errors.ts'
import type { Item, Parcel } from './batch.ts'
import { withoutValues } from './quote.ts'
import type { Rejection } from './rejected.ts'
import type { Send } from './send.ts'
import { singlesOf } from './single-items.ts'

/** What becomes of items. */
export interface Fates {
  delivered(items: readonly Item[]): void
  rejected(item: Item, rejection: Rejection): void
}

/**
 * Resolves once every item is delivered or rejected. Throws a ConfigError or TransientError if nothing more can be
 * delivered; what was delivered until then has been reported.
 */
export async function deliver(send: Send, parcel: Parcel, fates: Fates): Promise<void> {
  const outcome = await send(parcel)
  switch (outcome.status) {
    case 'delivered':
      return fates.delivered(parcel.items)
    case 'stopped':
      throw new ConfigError(outcome.message)
    case 'failed':
      throw new TransientError(`${outcome.reason}. What was not delivered is not acknowledged: run the sync again.`)
    case 'refused': {
      const items = singlesOf(parcel)
      const [item] = items
      if (items.length === 1 && item) return fates.rejected(item, rejectionOf(item, outcome))
      const middle = items.length >> 1
      await deliver(send, { ...parcel, isWhole: false, items: items.slice(0, middle) }, fates)
      await deliver(send, { ...parcel, isWhole: false, items: items.slice(middle) }, fates)
    }
  }
}

const TOO_LARGE = 413

function rejectionOf({ lines }: Item, { code, reason }: { readonly code: number; readonly reason: string }): Rejection {
  return {
    reason: code === TOO_LARGE ? 'too_large_for_service' : 'refused_by_service',
    message: withoutValues(reason, lines.text),
    status: code,
  }
}
