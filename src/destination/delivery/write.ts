/** A run from its first message to its last words. Knows no service. */
import type { Output } from '../../cdk/connector.ts'
import { ConfigError } from '../../cdk/errors.ts'
import { log } from '../../cdk/messages.ts'
import { Delivery, type DeliveryOptions } from './delivery.ts'
import { type Report, summaryLines, total, totalOf, unaccounted } from './summary.ts'

export interface WriteOptions extends DeliveryOptions {
  /** Told what the run did, however it ended. */
  onReport?(report: Report): void
}

/** Delivers the input, sums up, and fails unless every record is delivered, skipped by choice or kept as rejected. */
export async function* write(options: WriteOptions, input: AsyncIterable<Uint8Array>): AsyncGenerator<Output> {
  const delivery = new Delivery(options)
  const failure = yield* failureOf(delivery.run(input))
  const report = delivery.report()
  options.onReport?.(report)
  for (const line of summaryLines(report)) yield log('INFO', line)
  yield* strayNews(delivery.records.strays)
  if (failure) throw failure.error
  if (options.environment.signal.aborted) yield* stopped(report)
  else yield* concluded(report, delivery.records.rejections())
}

/** Passes messages on, and gives the error that ended them as a value. */
async function* failureOf(messages: AsyncIterable<Output>): AsyncGenerator<Output, { error: unknown } | undefined> {
  try {
    yield* messages
    return undefined
  } catch (error) {
    return { error }
  }
}

function* strayNews(lines: number): Generator<Output> {
  if (lines > 0) yield log('WARN', `${lines} lines on stdin were not messages and were passed over.`)
}

function* stopped({ streams }: Report): Generator<Output> {
  const open = unaccounted(totalOf(streams))
  if (open > 0) yield log('WARN', `Stopped with ${open} records not delivered. They are not acknowledged.`)
}

function* concluded(report: Report, rejections: readonly string[]): Generator<Output> {
  const wrong = report.streams.find((stream) => unaccounted(stream) !== 0)
  if (wrong) throw new Error(`The counts of stream "${wrong.stream}" don't add up: ${JSON.stringify(wrong)}.`)
  const rejected = total(totalOf(report.streams).rejected)
  const what = `${rejected} records were rejected: ${rejections.join('; ')}.`
  if (report.dryRun) yield* dryRunNews(rejected, what)
  else if (rejected > 0 && report.rejectedPlace === undefined) throw lostRecords(what)
  else if (rejected > 0) yield log('WARN', `${what} They are kept in ${report.rejectedPlace}.`)
}

function* dryRunNews(rejected: number, what: string): Generator<Output> {
  if (rejected > 0) yield log('WARN', what)
  yield log('INFO', 'Dry run: nothing was sent, and no state was returned.')
}

/** See docs/decisions/0004-rejected-records.md. */
function lostRecords(what: string): ConfigError {
  const fact =
    'Everything else was delivered, but no state that covers them was returned: the next sync meets them again.'
  const remedy =
    'Set object_storage_config, so that rejected records are kept and the sync goes on, or mend their cause.'
  return new ConfigError(`${what} ${fact} ${remedy}`)
}
