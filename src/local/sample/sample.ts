/** `sample`: a realistic Currents export of made-up events, the same for the same seed, byte by byte. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { type EventType, eventTypes } from '../../catalog.ts'
import { ConfigError } from '../../cdk/errors.ts'
import { globFilter } from '../globs.ts'
import { avroFiles, type Codec } from './avro-file.ts'
import { customHttpFiles } from './custom-http-file.ts'
import { type EventValues, eventsOf } from './event.ts'
import { type PlannedFile, planExport, type SampleFormat } from './plan.ts'
import { type World, worldOf } from './world.ts'

export interface SampleOptions {
  /** The folder to write to; it is made if it does not exist. */
  readonly out: string
  /** Different events; some are exported twice on top of that. */
  readonly events: number
  readonly hours: number
  readonly seed?: number
  readonly format?: SampleFormat
  readonly codec?: Codec
  /** Files of exactly this many different events, but for the last of a type. Default: as Braze cuts them. */
  readonly eventsPerFile?: number
  /** Comma-separated globs of event types; `!` excludes. */
  readonly streams?: string
  /** The end of the last hour. Default: the hour that has just ended, so that no file is from the future. */
  readonly end?: Date
  readonly onFile?: (file: { readonly key: string; readonly bytes: number }) => void
  /** Aborted to stop in the middle. */
  readonly signal?: AbortSignal
}

interface SampleCounts {
  readonly files: number
  readonly bytes: number
  /** Events with different ids. */
  readonly unique: number
  /** Events that were exported before. */
  readonly duplicates: number
}

export interface SampleReport extends SampleCounts {
  readonly start: Date
  readonly end: Date
  readonly types: Readonly<Record<string, SampleCounts>>
}

const HOUR_MS = 3_600_000

export async function sampleExport(options: SampleOptions): Promise<SampleReport> {
  const { out, seed = 1, format = 'avro', codec = 'null' } = options
  const end = new Date(Math.floor((options.end?.getTime() ?? Date.now()) / HOUR_MS) * HOUR_MS)
  const types = typesOf(options.streams)
  const world = worldOf(seed)
  const counts: Record<string, SampleCounts> = {}
  for (const type of types) {
    const plan = planExport({ ...options, types, seed, format, endMs: end.getTime() }, type)
    counts[type.event_type] = await writeFiles(plan, out, fileMakers(type, codec, seed, world), options)
  }
  const total = Object.values(counts).reduce(plus, NOTHING)
  return { ...total, start: new Date(end.getTime() - options.hours * HOUR_MS), end, types: counts }
}

function typesOf(streams: string | undefined): readonly EventType[] {
  const types = [...eventTypes().values()].filter(({ event_type }) => globFilter(streams)(event_type))
  if (types.length === 0) throw new ConfigError(`No event type matches "${streams}".`)
  return types
}

type MakeFile = (file: PlannedFile) => Uint8Array

function fileMakers(type: EventType, codec: Codec, seed: number, world: World): MakeFile {
  const event = eventsOf(type, seed, world)
  const make = { avro: avroFiles(type, codec), 'custom-http': customHttpFiles(type) }
  return (file) => make[file.format](file.key, eventsIn(file, event))
}

function* eventsIn(
  { first, count, exportedAt, repeats }: PlannedFile,
  event: ReturnType<typeof eventsOf>,
): Generator<EventValues> {
  for (let index = first; index < first + count; index++) yield event({ index, exportedAt })
  for (const repeat of repeats) yield event(repeat)
}

const NOTHING: SampleCounts = { files: 0, bytes: 0, unique: 0, duplicates: 0 }

const plus = (a: SampleCounts, b: SampleCounts): SampleCounts => ({
  files: a.files + b.files,
  bytes: a.bytes + b.bytes,
  unique: a.unique + b.unique,
  duplicates: a.duplicates + b.duplicates,
})

async function writeFiles(
  plan: Iterable<PlannedFile>,
  out: string,
  make: MakeFile,
  { onFile, signal }: Pick<SampleOptions, 'onFile' | 'signal'>,
): Promise<SampleCounts> {
  let counts = NOTHING
  const folders = new Set<string>()
  for (const file of plan) {
    const bytes = make(file)
    writeFile(join(out, file.key), bytes, file.modifiedMs, folders)
    onFile?.({ key: file.key, bytes: bytes.length })
    counts = plus(counts, { files: 1, bytes: bytes.length, unique: file.count, duplicates: file.repeats.length })
    // A signal to stop must have its turn.
    await turn()
    if (signal?.aborted) break
  }
  return counts
}

/** Synchronous calls: files are many and small, and three trips to the thread pool would cost more than the file. */
function writeFile(path: string, bytes: Uint8Array, modifiedMs: number, folders: Set<string>): void {
  const folder = dirname(path)
  try {
    if (!folders.has(folder)) mkdirSync(folder, { recursive: true })
    folders.add(folder)
    writeFileSync(path, bytes)
    utimesSync(path, modifiedMs / 1000, modifiedMs / 1000)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError(
      `${path} can't be written (${code}). Choose a folder (--out) with room that you may write to.`,
      {
        cause: error,
      },
    )
  }
}
