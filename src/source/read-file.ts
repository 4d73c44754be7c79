/** Reads one file: what is whole becomes records; a broken file is remembered and does not stop the others. */
import type { Environment } from '../cdk/connector.ts'
import { TransientError } from '../cdk/errors.ts'
import { log } from '../cdk/messages.ts'
import type { StreamOutput } from '../cdk/streams.ts'
import type { SourceConfig } from '../config.ts'
import { breakFile, brokenFile, finishFile, type ListedFile, type Passing } from './cursor.ts'
import { BrokenFileError, type Decode, type DecodeOptions } from './decode/decoder.ts'
import { decoderFor } from './decode/index.ts'
import { isAvro } from './key.ts'
import type { LooseTypes } from './loose.ts'
import { addBlock, addFile, type SourceReport } from './report.ts'
import { CURSOR_FIELD } from './state.ts'
import { throwIfStopped } from './stopped.ts'
import { ChangedObjectError, MissingObjectError, type ObjectStore } from './storage/store.ts'

/** More broken files than these are no accident, and the state could not hold them. */
const MOST_BROKEN = 20

/** What it takes to read the files of a stream. */
export interface Job {
  readonly stream: string
  readonly config: SourceConfig
  readonly environment: Environment
  readonly store: ObjectStore
  readonly types: LooseTypes
  readonly options: Pick<DecodeOptions, 'isNew' | 'personalData'>
}

/** How far the stream is. */
export interface Progress {
  readonly cursor: Passing
  readonly report: SourceReport
  /** What is wrong with the first broken file. */
  readonly trouble?: string | undefined
  /** A file is dated in the future. */
  readonly isClockWrong?: boolean
}

export async function* readFile(
  progress: Progress,
  file: ListedFile,
  content: AsyncIterable<Uint8Array>,
  job: Job,
): AsyncGenerator<StreamOutput, Progress> {
  const { object } = file
  const skip = brokenFile(progress.cursor, object)?.events ?? 0
  const types = new Set<string>()
  let { report } = progress
  let events = 0
  try {
    for await (const block of decoderOf(object.key)(content, object.size, optionsOf(file, job, skip, types))) {
      events += block.events
      throwIfStopped(job)
      report = addBlock(report, block)
      if (block.count > 0) {
        yield { type: 'RECORD_LINES', stream: job.stream, count: block.count, bytes: block.bytes }
      }
    }
  } catch (error) {
    if (!isBroken(error)) throw error
    return yield* broken({ ...progress, report }, file, Math.max(events, skip), whereAndWhy(error), job)
  }
  if (file.part === 'loose' && !isAvro(object.key)) job.types.add(object, types)
  const isOurs = file.part === 'hours' || job.types.mayHold(object, job.stream)
  return { ...progress, cursor: finishFile(progress.cursor, file), report: isOurs ? addFile(report, file) : report }
}

function decoderOf(key: string): Decode {
  const decode = decoderFor(key)
  // Listings leave out what can't hold events.
  if (!decode) throw new Error(`no decoder for ${key}`)
  return decode
}

function optionsOf({ object }: ListedFile, job: Job, skip: number, types: Set<string>): DecodeOptions {
  const { stream, config, environment, store, options } = job
  const modified = `"${CURSOR_FIELD}":"${object.modified.toISOString()}"`
  const url = config.include_file_url ? `,"_ab_source_file_url":${JSON.stringify(store.url(object.key))}` : ''
  return {
    ...options,
    stream,
    extra: modified + url,
    emittedAt: environment.now(),
    skip,
    onEventType: (eventType) => types.add(eventType),
  }
}

const isBroken = (error: unknown): error is Error =>
  error instanceof BrokenFileError || error instanceof MissingObjectError || error instanceof ChangedObjectError

const whereAndWhy = (error: Error): string =>
  error instanceof BrokenFileError ? `at byte ${error.byte}: ${error.message}` : error.message

/** Keeps the file for the next sync, or gives it up if it has been broken for longer than the look-back. */
async function* broken(
  progress: Progress,
  file: ListedFile,
  events: number,
  reason: string,
  { config, environment, store }: Job,
): AsyncGenerator<StreamOutput, Progress> {
  const { cursor, report, trouble } = progress
  const now = environment.now()
  const known = brokenFile(cursor, file.object)
  const what = `File ${store.url(file.object.key)} is broken ${reason}`
  if (known && now - known.first > config.lookback_hours * 3_600_000) {
    yield log(
      'WARN',
      `${what}. It has been since ${new Date(known.first).toISOString()}, longer than lookback_hours, and is left behind after ${events} events.`,
    )
    return { ...progress, cursor: finishFile(cursor, file), report: { ...report, leftBehind: report.leftBehind + 1 } }
  }
  if (!known && cursor.broken.length >= MOST_BROKEN) {
    throw new TransientError(
      `${what}, and so are ${MOST_BROKEN} files before it. The stream stops here: check the export, and the connection to the storage.`,
    )
  }
  yield log('WARN', `${what}. ${events} events of it are read; the next sync tries it again.`)
  return { ...progress, cursor: breakFile(cursor, file, events, now), trouble: trouble ?? what }
}
