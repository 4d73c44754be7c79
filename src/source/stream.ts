/** One stream: the files of one event type, in passes. */
import { TransientError } from '../cdk/errors.ts'
import { log, streamEstimate } from '../cdk/messages.ts'
import type { AirbyteMessage, JsonObject } from '../cdk/protocol.ts'
import { type Checkpoint, checkpoint, type StreamOutput } from '../cdk/streams.ts'
import { isDue, justSaved } from './cadence.ts'
import { type WithContent, type WithContents, withContents } from './contents.ts'
import {
  BEGINNING,
  beginPass,
  type Cursor,
  finishFile,
  finishPass,
  isInVain,
  isTooNew,
  type ListedFile,
  MARGIN_MS,
  type Passing,
  passOver,
  wants,
} from './cursor.ts'
import { awaited, resolved, type Steps } from './decode/waiting.ts'
import { Gathered } from './gathered.ts'
import { filesOf, hoursOf } from './listing.ts'
import { type LookAhead, lookAhead } from './look-ahead.ts'
import { withLooseTypes } from './loose.ts'
import { Prefetch } from './prefetch.ts'
import type { Job, Progress } from './read-file.ts'
import { type SourceReport, summaryOf, Tally } from './report.ts'
import type { ExportRoots } from './roots.ts'
import { progressOf, type Refresh, stateOf } from './state.ts'
import { throwIfStopped } from './stopped.ts'

/** What it takes to read a stream: where its files are, besides what it takes to read one. */
export interface StreamJob extends Job {
  readonly roots: ExportRoots
  /**
   * When the roots were found, in milliseconds since the Unix epoch: what is dated later may lie below a root that was
   * not there yet, and is left to the next run.
   */
  readonly foundAt: number
  readonly isFullRefresh: boolean
  /** For all streams of the read. */
  readonly prefetch: Prefetch
  readonly onReport: (report: SourceReport) => void
}

/** What a pass goes through. */
export interface Pass {
  readonly listing: Promise<LookAhead<ListedFile>>
  readonly files: WithContents
  /** By the cursor as it was when the pass began. */
  readonly isWanted: (file: ListedFile) => boolean
}

/** If there are no more files than these, it is known from the beginning how much there is to read. */
const MOST_LOOKED_AT = 5_000

/** The first pass, if there is one, begun before its turn. Its errors come when somebody waits for it. */
export function beginFirst(job: StreamJob, state: JsonObject | undefined): Pass | undefined {
  if (isRefreshed(job, state)) return undefined
  return pass(job, passing(begin(job, state), job), job.prefetch)
}

function pass(job: StreamJob, cursor: Passing, prefetch: Prefetch): Pass {
  const { store, roots, config, types, stream } = job
  const listing = lookAhead(filesOf(store, roots, cursor, hoursOf(cursor, config)), MOST_LOOKED_AT)
  listing.catch(() => undefined)
  const isWanted = (file: ListedFile) => wants(cursor, file)
  const isRead = (file: ListedFile) => isWanted(file) && (file.part === 'hours' || types.mayHold(file.object, stream))
  const items = listing.then((found) => filesIn(found, job, isWanted))
  items.catch(() => undefined)
  const contents = () => withContents(items, store, isRead, prefetch)
  // What loose files may hold is known best when the streams before have been read.
  return { listing, files: roots.loose.length > 0 ? inTurn(contents) : contents(), isWanted }
}

async function* inTurn<T>(items: () => AsyncIterable<T>): AsyncGenerator<T> {
  yield* items()
}

function begin({ stream, isFullRefresh }: StreamJob, state: JsonObject | undefined): Cursor {
  const { refresh, cursor } = progressOf(stream, state)
  return isFullRefresh && refresh === 'none' ? BEGINNING : cursor
}

const passing = (cursor: Cursor, { foundAt }: StreamJob): Passing =>
  isPassing(cursor) ? cursor : beginPass(cursor, foundAt)

/**
 * Reads passes until one is done that began in this run: what an earlier run left of its own does not reach up to now.
 * Whatever happens, the last state comes before the error.
 */
export async function* readStream(
  job: StreamJob,
  state: JsonObject | undefined,
  first?: Pass,
): AsyncGenerator<StreamOutput> {
  if (state && isRefreshed(job, state)) return yield checkpoint(state)
  let cursor = begin(job, state)
  let next = first
  const begun = passing(cursor, job)
  const progress: Progress = {
    cursor: begun,
    tally: new Tally(job.stream),
    gathered: new Gathered(job.stream),
    passedOn: begun,
    unsaved: justSaved(job.environment.elapsed()),
    trouble: undefined,
    isClockWrong: false,
  }
  for (let isDone = false; !isDone; ) {
    progress.cursor = passing(cursor, job)
    progress.tally.tooNew = 0
    yield* readPass(progress, job, next ?? pass(job, progress.cursor, new Prefetch()))
    next = undefined
    isDone = !progress.cursor.pass.resumed && !isInVain(progress.cursor)
    if (isInVain(progress.cursor)) yield log('WARN', repeats(job.stream))
    cursor = finishPass(progress.cursor)
    progress.tally.broken = cursor.broken.length
    yield checkpointOf(cursor, job, isDone)
  }
  yield log('INFO', summaryOf(progress.tally))
  job.onReport(progress.tally)
  if (cursor.broken.length > 0) throw incomplete(job.stream, cursor, progress.trouble)
}

/** A full refresh that an earlier run has finished. */
const isRefreshed = ({ stream, isFullRefresh }: StreamJob, state: JsonObject | undefined): boolean =>
  isFullRefresh && progressOf(stream, state).refresh === 'complete'

const isPassing = (cursor: Cursor): cursor is Passing => cursor.pass !== undefined

function checkpointOf(cursor: Cursor, { isFullRefresh }: StreamJob, isDone = false): Checkpoint {
  const refresh: Refresh = isFullRefresh ? (isDone && cursor.broken.length === 0 ? 'complete' : 'under way') : 'none'
  return checkpoint(stateOf(cursor, refresh))
}

async function* readPass(
  progress: Progress,
  job: StreamJob,
  { listing, files, isWanted }: Pass,
): AsyncGenerator<StreamOutput> {
  const { environment } = job
  const { tally, gathered } = progress
  const { all } = await listing
  if (all && tally.files === 0) yield estimateOf(job.stream, all.filter(isWanted))

  progress.unsaved = justSaved(environment.elapsed())
  try {
    for await (const atHand of files) yield* awaited(readFiles(atHand, isWanted, progress, job))
    if (!gathered.isEmpty) yield gathered.take()
  } catch (error) {
    // Who is asked to stop passes nothing on any longer but the last state.
    if (!environment.signal.aborted && !gathered.isEmpty) yield gathered.take()
    if (progress.unsaved.keys > 0) yield checkpointOf(gathered.isEmpty ? progress.cursor : progress.passedOn, job)
    tally.broken = progress.cursor.broken.length
    job.onReport(tally)
    throw error
  }
}

function* readFiles(
  files: Iterable<WithContent>,
  isWanted: (file: ListedFile) => boolean,
  progress: Progress,
  job: StreamJob,
): Steps<StreamOutput> {
  const { tally, gathered } = progress
  for (const [file, content] of files) {
    throwIfStopped(job)
    const before = tally.records
    if (content) {
      // Loaded for the first file, with the decoders: often there is nothing new.
      readFile ??= (yield* resolved(import('./read-file.ts'))).readFile
      yield* readFile(progress, file, content, job)
    } else if (isWanted(file)) progress.cursor = finishFile(progress.cursor, file)
    else yield* passedOver(progress, file, job)
    const { unsaved } = progress
    unsaved.records += tally.records - before
    unsaved.files += content ? 1 : 0
    unsaved.keys++
    if (isDue(unsaved, job.environment.elapsed())) {
      if (!gathered.isEmpty) yield gathered.take()
      yield checkpointOf(progress.cursor, job)
      progress.unsaved = justSaved(job.environment.elapsed())
    }
  }
}

let readFile: typeof import('./read-file.ts').readFile | undefined

/** Where no file lies outside of folders of its type, nothing more need be known of any. */
const filesIn = (
  { items }: LookAhead<ListedFile>,
  { types, store, roots }: StreamJob,
  isWanted: (file: ListedFile) => boolean,
) => (roots.loose.length > 0 ? withLooseTypes(items, types, store, isWanted) : items)

function estimateOf(name: string, files: readonly ListedFile[]): AirbyteMessage {
  return streamEstimate({ name }, { byte_estimate: files.reduce((bytes, { object }) => bytes + object.size, 0) })
}

/** A file that this pass does not read. One that is dated in the future means that a clock is wrong, and is told once. */
function* passedOver(
  progress: Progress,
  file: ListedFile,
  { environment, store }: StreamJob,
): Generator<AirbyteMessage> {
  if (isTooNew(progress.cursor, file)) {
    const { key, modified } = file.object
    const isFuture = modified.getTime() > environment.now() + MARGIN_MS
    if (isFuture && !progress.isClockWrong) yield log('WARN', dated(store.url(key), modified))
    progress.tally.tooNew++
    progress.isClockWrong ||= isFuture
  }
  progress.cursor = passOver(progress.cursor, file)
}

const dated = (url: string, modified: Date): string =>
  `File ${url} is dated ${modified.toISOString()}, which is in the future. It is read by the first sync after that time; check the clocks of the storage and of this machine.`

const repeats = (stream: string): string =>
  `${stream}: among many files of the same minutes some arrived late or were deleted. To lose none, files since the sync before are read again.`

const incomplete = (stream: string, { broken }: Cursor, trouble = 'They are to be read again'): TransientError =>
  new TransientError(
    `${broken.length} file(s) of stream ${stream} could not be read to the end. The first: ${trouble}. The next sync tries again; everything else is read.`,
  )
