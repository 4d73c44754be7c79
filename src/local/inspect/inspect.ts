/** `inspect`: goes through an export and tells what is in it. Lists every file, opens many, decodes none. */
import pLimit from 'p-limit'
import type { Environment } from '../../cdk/connector.ts'
import { TransientError } from '../../cdk/errors.ts'
import type { SourceConfig } from '../../config.ts'
import { BEGINNING, beginPass, type ListedFile } from '../../source/cursor.ts'
import { filesOf, hoursOf } from '../../source/listing.ts'
import { type ExportRoots, findRoots, rootsOf } from '../../source/roots.ts'
import type { ObjectStore } from '../../source/storage/store.ts'
import { globFilter } from '../globs.ts'
import { type Circumstances, factsOf } from './build.ts'
import { findingsOf } from './findings.ts'
import { HOUR_MS, spanOf } from './hour.ts'
import { FileNames, type SameName } from './names.ts'
import { lookInto } from './open.ts'
import { placeOf } from './place.ts'
import type { InspectReport } from './report.ts'
import { FileSample, type InspectedFile } from './sample.ts'
import { type Listed, Tally } from './tally.ts'

export interface InspectOptions {
  readonly store: ObjectStore
  readonly config: Pick<SourceConfig, 'path_prefix' | 'start_date' | 'end_date' | 'lookback_hours'>
  /** Comma-separated globs of event types; `!` excludes. */
  readonly streams?: string | undefined
  /** How many files are opened, or a few more. */
  readonly sampleFiles: number
  /** If what is to be opened is larger in all, only the beginning of large files is read. */
  readonly sampleBytes?: number
  readonly environment: Environment
  readonly onProgress?: (progress: InspectProgress) => void
}

export interface InspectProgress {
  readonly listed: number
  /** Undefined while files are being listed. */
  readonly toOpen?: number
  readonly opened: number
}

/** Event types that are listed, and files that are opened, at the same time. */
const AT_ONCE = 16
const SAMPLE_BYTES = 1_000_000_000
/** Of a large file that is not read in whole. */
const BEGINNING_BYTES = 1 << 20

export async function inspectExport(options: InspectOptions): Promise<InspectReport> {
  const { store, config, streams, environment } = options
  const found = { tally: new Tally(), sameNames: { count: 0, items: [] } as Listed<SameName> }
  const isMeant = globFilter(streams)
  const sample = await listAll(options, found, isMeant)
  const files = sample.chosen()
  const bytes = files.reduce((sum, { object }) => sum + object.size, 0)
  const mostBytes = bytes <= (options.sampleBytes ?? SAMPLE_BYTES) ? Number.POSITIVE_INFINITY : BEGINNING_BYTES
  await openAll(options, found.tally, files, mostBytes)
  const circumstances: Circumstances = {
    inspectedAt: new Date(environment.now()).toISOString(),
    location: store.url(config.path_prefix),
    limits: {
      ...(streams !== undefined && { streams }),
      ...(config.start_date !== undefined && { startDate: config.start_date }),
      ...(config.end_date !== undefined && { endDate: config.end_date }),
    },
    lookbackHours: config.lookback_hours,
    counting: {
      openedFiles: found.tally.opened,
      ...(sample.rule && { sample: sample.rule }),
      ...(Number.isFinite(mostBytes) && { mostBytes }),
    },
  }
  const facts = factsOf(found, circumstances, isMeant)
  return { ...facts, findings: findingsOf(facts) }
}

interface Found {
  readonly tally: Tally
  readonly sameNames: Listed<SameName>
}

async function listAll(
  { store, config, sampleFiles, environment, onProgress }: InspectOptions,
  { tally, sameNames }: Found,
  isMeant: (eventType: string) => boolean,
): Promise<FileSample> {
  const pass = beginPass(BEGINNING, environment.now())
  const hours = hoursOf(pass, config)
  const roots = await findRoots(store, config.path_prefix, hours.hours)
  const sample = new FileSample(sampleFiles)
  const limit = pLimit(AT_ONCE)
  const listings = partsOf(roots, isMeant).map(({ eventType, part }) =>
    limit(async () => {
      const names = eventType === undefined ? undefined : new FileNames(eventType, sameNames)
      for await (const listed of filesOf(store, part, pass, hours)) {
        throwIfStopped(environment)
        const file = take(tally, listed, eventType, config.lookback_hours)
        names?.add(file.object.key)
        sample.add(file)
        onProgress?.({ listed: tally.files, opened: 0 })
      }
    }),
  )
  await Promise.all(listings)
  return sample
}

/** What is listed together: the folders of one event type, or all that lies outside of such folders. */
interface Part {
  readonly eventType: string | undefined
  readonly part: ExportRoots
}

function partsOf(all: ExportRoots, isMeant: (eventType: string) => boolean): readonly Part[] {
  const types = new Set(all.roots.map(({ eventType }) => eventType))
  return [
    ...[...types].filter(isMeant).map((eventType) => ({
      eventType,
      part: { ...all, roots: rootsOf(all, eventType), loose: [] },
    })),
    { eventType: undefined, part: { ...all, roots: [] } },
  ]
}

function take(
  tally: Tally,
  { object, date }: ListedFile,
  eventType: string | undefined,
  lookbackHours: number,
): InspectedFile {
  const span = date === undefined ? undefined : spanOf(date)
  const file = { object, eventType, hour: span?.hour }
  tally.list(file, placeOf(object.key), span?.endMs, lookbackHours * HOUR_MS)
  return file
}

async function openAll(
  { store, environment, onProgress }: InspectOptions,
  tally: Tally,
  files: readonly InspectedFile[],
  mostBytes: number,
): Promise<void> {
  const waiting = files[Symbol.iterator]()
  const progress = () => onProgress?.({ listed: tally.files, toOpen: files.length, opened: tally.opened })
  const open = async () => {
    for (const file of waiting) {
      throwIfStopped(environment)
      const contents = await lookInto(store, file.object, mostBytes)
      if (contents) tally.open(file, contents, placeOf(file.object.key))
      else tally.gone++
      progress()
    }
  }
  progress()
  await Promise.all(Array.from({ length: AT_ONCE }, open))
}

function throwIfStopped({ signal }: Environment): void {
  if (signal.aborted) throw new TransientError('The inspection was stopped before its end.')
}
