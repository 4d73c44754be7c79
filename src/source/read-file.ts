/** Reads one file: what is whole becomes records; a broken file is remembered and does not stop the others. */
import type { Environment, RecordLines } from '../cdk/connector.ts'
import { TransientError } from '../cdk/errors.ts'
import { log } from '../cdk/messages.ts'
import type { AirbyteMessage } from '../cdk/protocol.ts'
import type { StreamOutput } from '../cdk/streams.ts'
import type { SourceConfig } from '../config.ts'
import type { SinceState } from './cadence.ts'
import { breakFile, brokenFile, finishFile, type ListedFile, type Passing } from './cursor.ts'
import type { Chunks } from './decode/chunks.ts'
import { BrokenFileError, type Decode, type DecodedBlock, type DecodeOptions } from './decode/decoder.ts'
import { decoderFor } from './decode/index.ts'
import { isPromise, type Steps } from './decode/waiting.ts'
import type { Gathered } from './gathered.ts'
import { isAvro } from './key.ts'
import type { LooseTypes } from './loose.ts'
import type { Tally } from './report.ts'
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

/** How far the stream is. Changed in place, as it is looked at for every file. */
export interface Progress {
  cursor: Passing
  readonly tally: Tally
  /** Lines that wait for more. */
  readonly gathered: Gathered
  /** The cursor up to which no lines wait, if some do. */
  passedOn: Passing
  unsaved: SinceState
  /** What is wrong with the first broken file. */
  trouble: string | undefined
  /** A file is dated in the future. */
  isClockWrong: boolean
}

export function* readFile(progress: Progress, file: ListedFile, content: Chunks, job: Job): Steps<StreamOutput> {
  const { object } = file
  const { tally } = progress
  const skip = brokenFile(progress.cursor, object)?.events ?? 0
  const types = new Set<string>()
  let events = 0
  try {
    for (const block of decoderOf(object.key)(content, object.size, optionsOf(file, job, skip, types))) {
      if (isPromise(block)) {
        yield block
        continue
      }
      events += block.events
      throwIfStopped(job)
      tally.addBlock(block)
      if (block.count > 0 && !gather(progress, block)) yield* passOn(progress, block, job)
    }
  } catch (error) {
    if (!isBroken(error)) throw error
    return yield broken(progress, file, Math.max(events, skip), whereAndWhy(error), job)
  }
  if (file.part === 'loose' && !isAvro(object.key)) job.types.add(object, types)
  if (file.part === 'hours' || job.types.mayHold(object, job.stream)) tally.addFile(file)
  progress.cursor = finishFile(progress.cursor, file)
}

/** Has lines wait for others, if they are few and there is room. */
function gather(progress: Progress, lines: DecodedBlock): boolean {
  const { gathered } = progress
  if (!gathered.hasRoomFor(lines.bytes)) return false
  if (gathered.isEmpty) progress.passedOn = progress.cursor
  gathered.add(lines)
  return true
}

function* passOn(progress: Progress, lines: DecodedBlock, { stream }: Job): Generator<RecordLines> {
  if (!progress.gathered.isEmpty) yield progress.gathered.take()
  if (gather(progress, lines)) return
  const { count, bytes } = lines
  yield { type: 'RECORD_LINES', stream, count, bytes }
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
    stream,
    extra: modified + url,
    emittedAt: environment.now(),
    skip,
    isNew: options.isNew,
    personalData: options.personalData,
    pump: environment.pump,
    onEventType: (eventType) => types.add(eventType),
  }
}

const isBroken = (error: unknown): error is Error =>
  error instanceof BrokenFileError || error instanceof MissingObjectError || error instanceof ChangedObjectError

const whereAndWhy = (error: Error): string =>
  error instanceof BrokenFileError ? `at byte ${error.byte}: ${error.message}` : error.message

/** Keeps the file for the next sync, or gives it up if it has been broken for longer than the look-back. */
function broken(
  progress: Progress,
  file: ListedFile,
  events: number,
  reason: string,
  { config, environment, store }: Job,
): AirbyteMessage {
  const { cursor } = progress
  const now = environment.now()
  const known = brokenFile(cursor, file.object)
  const what = `File ${store.url(file.object.key)} is broken ${reason}`
  if (known && now - known.first > config.lookback_hours * 3_600_000) {
    progress.cursor = finishFile(cursor, file)
    progress.tally.leftBehind++
    return log(
      'WARN',
      `${what}. It has been since ${new Date(known.first).toISOString()}, longer than lookback_hours, and is left behind after ${events} events.`,
    )
  }
  if (!known && cursor.broken.length >= MOST_BROKEN) {
    throw new TransientError(
      `${what}, and so are ${MOST_BROKEN} files before it. The stream stops here: check the export, and the connection to the storage.`,
    )
  }
  progress.cursor = breakFile(cursor, file, events, now)
  progress.trouble ??= what
  return log('WARN', `${what}. ${events} events of it are read; the next sync tries it again.`)
}
