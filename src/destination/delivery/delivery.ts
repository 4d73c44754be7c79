/** One run of `write`: messages in, requests out, states back. */
import type { Output } from '../../cdk/connector.ts'
import { TransientError } from '../../cdk/errors.ts'
import type { ConfiguredAirbyteCatalog } from '../../cdk/protocol.ts'
import { wholeLines } from '../../cdk/read-lines.ts'
import type { Limits } from '../../config.ts'
import type { TargetLimits } from '../target.ts'
import { type Batch, Batches } from './batch.ts'
import { Blocks } from './blocks.ts'
import { deliver } from './deliver.ts'
import { Intake } from './intake.ts'
import { Outbox } from './outbox.ts'
import { Records } from './records.ts'
import type { RejectedRecords } from './rejected.ts'
import { openSending, type Sending, type SendingOptions } from './sending.ts'
import { Slots } from './slots.ts'
import type { Report } from './summary.ts'
import { until } from './until.ts'

export interface DeliveryOptions extends SendingOptions {
  readonly catalog: ConfiguredAirbyteCatalog
  /** Undefined: rejected records are kept nowhere. */
  readonly rejected: RejectedRecords | undefined
  /** Calls `beat` about once a second, until the function that it gives is called. */
  readonly pulse?: (beat: () => void) => () => void
}

/** A batch that has been open for this long is sent, so that no state waits much longer. */
const FLUSH_MS = 10_000
/** Rejected records are written when so many bytes of them wait, and before every state. */
const REJECTED_BYTES = 1_000_000

export class Delivery {
  readonly records: Records
  readonly #options: DeliveryOptions
  readonly #intake: Intake
  readonly #batches: Batches
  readonly #blocks = new Blocks(() => this.#firstOpenPlace())
  readonly #slots: Slots
  readonly #outbox = new Outbox<Output>()
  readonly #sending: Sending
  readonly #started: number
  /** Closed batches of which something is neither delivered nor rejected. */
  readonly #underway = new Set<Batch>()
  /** Aborted when the run has failed or is asked to stop. */
  readonly #stop = new AbortController()
  #failure: { readonly error: unknown } | undefined

  /** Throws a ConfigError if a stream of the catalog can't be delivered. */
  constructor(options: DeliveryOptions) {
    const { target, limits, environment } = options
    this.#options = options
    this.#started = environment.elapsed()
    this.records = new Records({
      ...options,
      now: () => environment.now(),
      emit: (output) => this.#outbox.push([output]),
    })
    this.#batches = new Batches(batchLimits(target.limits, limits), target.envelope(new Date(environment.now())))
    this.#intake = new Intake(this.records, this.#batches, target.limits.eventBytes)
    this.#slots = new Slots(limits.concurrent_requests)
    this.#sending = openSending(options, this.#stop.signal, (outputs) => this.#outbox.push(outputs))
  }

  /** Delivers the input, and gives what there is to emit meanwhile. Fails with the first error of the run. */
  async *run(input: AsyncIterable<Uint8Array>): AsyncGenerator<Output> {
    const { signal } = this.#options.environment
    const stop = () => this.#stop.abort()
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    const running = this.#run(input)
    try {
      yield* this.#outbox.read()
      await running
    } finally {
      stop()
      signal.removeEventListener('abort', stop)
    }
  }

  report(): Report {
    const { dryRun, rejected, environment } = this.#options
    const seconds = (environment.elapsed() - this.#started) / 1000
    const place = this.records.rejections().length > 0 && rejected?.place
    return {
      streams: this.records.report(),
      ...this.#sending.traffic,
      seconds,
      dryRun,
      ...(place && { rejectedPlace: place }),
    }
  }

  async #run(input: AsyncIterable<Uint8Array>): Promise<void> {
    const { pulse = everySecond, environment } = this.#options
    const stopPulse = pulse(() => void this.#dispatch(this.#batches.close(environment.elapsed() - FLUSH_MS)))
    try {
      const blocks = wholeLines(input, (bytes) => this.#blocks.take(bytes))
      for await (const lines of until(blocks, this.#stop.signal)) await this.#take(lines)
      if (!this.#failure) await this.#dispatch(this.#batches.close())
    } catch (error) {
      this.#fail(error)
    }
    await this.#slots.idle()
    stopPulse()
    this.#sending.close()
    await this.#attempt(() => this.#release())
    await this.#attempt(async () => this.#options.rejected?.close())
    this.#outbox.end(this.#failure)
  }

  /** Takes a block of lines. Waits only where a request has to wait for its turn. */
  async #take(lines: Buffer): Promise<void> {
    const { rejected, environment } = this.#options
    const now = environment.elapsed()
    for (const outgoing of this.#intake.take(lines)) {
      const full = this.#batches.add(outgoing, now)
      if (full.length > 0) await this.#dispatch(full)
      if (this.#stop.signal.aborted) return
    }
    this.#blocks.filled(this.records.places)
    if (rejected && rejected.bytes > REJECTED_BYTES) await rejected.flush()
    await this.#release()
    await this.#outbox.room()
  }

  /** Sends batches, each as soon as there is a slot. Resolves when the last one has started; never fails. */
  async #dispatch(batches: readonly Batch[]): Promise<void> {
    for (const batch of batches) this.#underway.add(batch)
    for (const batch of batches) {
      await this.#slots.take()
      void this.#attempt(() => this.#deliver(batch)).then(() => this.#slots.give())
    }
  }

  async #deliver(batch: Batch): Promise<void> {
    if (this.#failure) return
    await deliver(this.#sending.send, batch, this.records)
    this.#options.environment.onLoaded?.()
    this.#underway.delete(batch)
    this.#batches.recycle(batch)
    await this.#release()
  }

  /** Emits the states before which nothing is open any more, once the rejected records before them are kept. */
  async #release(): Promise<void> {
    const { rejected, dryRun } = this.#options
    if (!this.records.hasStateDue(this.#firstOpenPlace())) return
    while (rejected && !rejected.isClean) await rejected.flush()
    const states = this.records.releaseStates(this.#firstOpenPlace())
    // A state that a dry run gave back would make the next sync leave out what was never sent.
    if (!dryRun) this.#outbox.push(states)
  }

  #firstOpenPlace(): number {
    let first = this.#batches.firstPlace()
    for (const { items } of this.#underway) first = Math.min(first, items[0]?.place ?? first)
    return first
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The first error is that of the run. What a stop leaves undelivered is none. */
  #fail(error: unknown): void {
    const isStop = this.#options.environment.signal.aborted && error instanceof TransientError
    if (!isStop) this.#failure ??= { error }
    this.#stop.abort()
  }
}

/** No request holds more events than a second may. */
function batchLimits(limits: TargetLimits, { max_events_per_second: perSecond }: Limits): TargetLimits {
  if (perSecond === undefined) return limits
  return { ...limits, batchEvents: Math.max(1, Math.min(limits.batchEvents, Math.floor(perSecond))) }
}

function everySecond(beat: () => void): () => void {
  const timer = setInterval(beat, 1000)
  return () => clearInterval(timer)
}
