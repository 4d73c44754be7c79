/** The destination: Currents events to Segment or RudderStack. */
import type { Destination, Environment } from '../cdk/connector.ts'
import { DestinationConfig } from '../config.ts'
import { checkTarget } from './delivery/check.ts'
import { runName } from './delivery/rejected/sink.ts'
import { openRejectedSink, RejectedRecords } from './delivery/rejected.ts'
import type { Report } from './delivery/summary.ts'
import { write } from './delivery/write.ts'
import { operations } from './mapping/operations.ts'
import { targetOf } from './target-of.ts'

export interface DestinationOptions {
  /** Told what every run of `write` did, however it ended. */
  onReport?(report: Report): void
  /** How long a request may take, from connecting to the end of the answer. Default: 30 s. */
  readonly timeoutMs?: number
}

export function segmentRudderstackDestination(options: DestinationOptions = {}): Destination<DestinationConfig> {
  return {
    role: 'destination',
    config: DestinationConfig,
    check: (config, environment) => checkTarget(targetOf(config), config, environment),
    discover: async () => ({ operations: [...operations()] }),
    async *write(config, catalog, input, environment) {
      const { limits, dry_run: dryRun } = config
      const rejected = await openRejected(config, environment)
      yield* write({ ...options, target: targetOf(config), catalog, limits, dryRun, rejected, environment }, input)
    },
  }
}

export const destination = segmentRudderstackDestination()

async function openRejected(
  { object_storage_config, dry_run }: DestinationConfig,
  environment: Environment,
): Promise<RejectedRecords | undefined> {
  const run = runName(process.env['WORKER_JOB_ID'], new Date(environment.now()), environment.random())
  const sink = dry_run ? undefined : await openRejectedSink(object_storage_config, run)
  return sink && new RejectedRecords(sink)
}
