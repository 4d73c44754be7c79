/** The cursor as a STATE holds it. */
import * as z from 'zod'
import { ConfigError } from '../cdk/errors.ts'
import type { JsonObject } from '../cdk/protocol.ts'
import { BEGINNING, type BrokenFile, type Cursor, type Pass } from './cursor.ts'
import { isDigest, NO_FILES, type Recent } from './recent.ts'

/** The cursor field of every stream. A state that holds nothing but this is obeyed. */
export const CURSOR_FIELD = '_ab_source_file_last_modified'

/** Airbyte's own name: true says that there is nothing left of a full refresh, false that it goes on. */
const FULL_REFRESH = '__ab_full_refresh_sync_complete'

const VERSION = 1

/** What a full refresh has come to, or that the stream is read incrementally. */
export type Refresh = 'complete' | 'under way' | 'none'

export interface Progress {
  readonly cursor: Cursor
  readonly refresh: Refresh
}

export function stateOf({ since, recent, broken, pass }: Cursor, refresh: Refresh): JsonObject {
  return {
    [CURSOR_FIELD]: iso(since),
    ...(pass && { pass: passState(pass) }),
    ...withRecent(recent),
    ...(broken.length > 0 && { broken: broken.map(brokenState) }),
    ...(refresh !== 'none' && { [FULL_REFRESH]: refresh === 'complete' }),
    version: VERSION,
  }
}

/** Reads a state of ours, or the time in one of another connector or version. */
export function progressOf(stream: string, state: JsonObject | null | undefined): Progress {
  const blob = state ?? {}
  const refresh = blob[FULL_REFRESH] === undefined ? 'none' : blob[FULL_REFRESH] === true ? 'complete' : 'under way'
  // Besides nothing at all, the platform may hand over marks of its own.
  if (Object.keys(blob).every((key) => key.startsWith('__ab_'))) return { cursor: BEGINNING, refresh }
  return { cursor: blob['version'] === VERSION ? cursorOf(stream, blob) : migrated(stream, blob), refresh }
}

const iso = (ms: number): string => new Date(ms).toISOString()

const passState = ({ started, after, part, recent, met }: Pass) => ({
  started: iso(started),
  ...(after !== undefined && { after }),
  ...(part !== 'hours' && { part }),
  ...withRecent(recent),
  ...(met.count > 0 && { met }),
})

const withRecent = (recent: Recent) => {
  if (isDigest(recent)) return { recent }
  return recent.length > 0 && { recent: recent.join('') }
}

const brokenState = ({ hash, date, first, events }: BrokenFile) => ({
  hash,
  ...(date !== undefined && { date }),
  first: iso(first),
  events,
})

const Time = z.iso.datetime().transform((text) => Date.parse(text))
const Count = z.number().int().min(0)
const Hash = z.string().regex(/^[\w-]{8}$/)
const SavedDigest = z.object({ count: Count, sum: Count })
const SavedRecent = z
  .union([
    z
      .string()
      .regex(/^([\w-]{8})*$/)
      .transform((hashes) => hashes.match(/.{8}/g) ?? []),
    SavedDigest,
  ])
  .default([])

const State = z.looseObject({
  [CURSOR_FIELD]: Time,
  pass: z
    .looseObject({
      started: Time,
      after: z.string().optional(),
      part: z.enum(['hours', 'loose']).default('hours'),
      recent: SavedRecent,
      met: SavedDigest.default(NO_FILES),
    })
    .optional(),
  recent: SavedRecent,
  broken: z.array(z.looseObject({ hash: Hash, date: z.string().optional(), first: Time, events: Count })).default([]),
})

function cursorOf(stream: string, blob: JsonObject): Cursor {
  const { success, data } = State.safeParse(blob)
  if (!success) throw unreadable(stream)
  const { [CURSOR_FIELD]: since, pass, recent, broken } = data
  return { since, recent, broken, ...(pass && { pass: { ...pass, resumed: true } }) }
}

/** Airbyte's file sources write `<time>_<address of the last file>` into the same key. */
function migrated(stream: string, blob: JsonObject): Cursor {
  const [time = ''] =
    /^\d{4,}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?/.exec(String(blob[CURSOR_FIELD])) ?? []
  const since = Date.parse(time.includes('T') && !/(Z|[+-]\d\d:\d\d)$/.test(time) ? `${time}Z` : time)
  if (Number.isNaN(since)) throw unreadable(stream)
  return { ...BEGINNING, since }
}

const unreadable = (stream: string): ConfigError =>
  new ConfigError(
    `The state of stream ${stream} is none that this connector has written: it holds no time in ${CURSOR_FIELD}. Reset the stream, so that it is read from the start.`,
  )
