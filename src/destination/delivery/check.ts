/** Whether a sync could start now. Sends no event. */

import { bytesOf } from '../../cdk/bytes.ts'
import type { Environment } from '../../cdk/connector.ts'
import { ConfigError, TransientError } from '../../cdk/errors.ts'
import type { DestinationConfig, RejectedStore } from '../../config.ts'
import type { Target } from '../target.ts'
import { sender } from './send.ts'

export interface CheckOptions {
  readonly timeoutMs?: number
}

/**
 * Throws a ConfigError or TransientError unless the service can be reached, takes every write key, and rejected
 * records could be kept. Where the service gives the same answer to every key, a note says that the key is not proven.
 */
export async function checkTarget(
  target: Target,
  { limits, object_storage_config }: DestinationConfig,
  environment: Environment,
  options: CheckOptions = {},
): Promise<string | undefined> {
  await checkStore(object_storage_config)
  const { post, reach, close } = sender(target, { gzip: limits.gzip, now: () => environment.now(), ...options })
  try {
    for (const writeKey of target.writeKeys) {
      const outcome = target.probe === undefined ? await reach(writeKey) : await post(writeKey, bytesOf(target.probe))
      if (outcome.status === 'stopped') throw new ConfigError(outcome.message)
      if (outcome.status === 'failed') throw new TransientError(`${outcome.reason}. Check the address and the network.`)
    }
  } finally {
    close()
  }
  return target.probe === undefined ? unproven(target) : undefined
}

const unproven = ({ name }: Target): string =>
  `${name} can be reached, but answers alike to right and wrong write keys. Send a few events, and look there for them.`

async function checkStore(config: RejectedStore | undefined): Promise<void> {
  switch (config?.storage_type) {
    case undefined:
    case 'None':
      return
    case 'Local':
      return (await import('./rejected/local.ts')).checkLocal(config)
    case 'S3':
      return (await import('./rejected/s3.ts')).checkS3(config)
  }
}
