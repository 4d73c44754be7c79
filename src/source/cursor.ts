/**
 * How far a stream has come: a plain value, with one function for each thing that can happen to it.
 *
 * Facts (https://www.braze.com/docs, event delivery semantics, read 2026-11): a file may turn up in an hour that is days
 * old, order is promised nowhere, a file never changes, and there may be millions of them. So nothing can be told from
 * the order of keys, and a list of all files that were read would grow for ever. Instead:
 *
 * - A **pass** looks at every file of the hours that may still change, in order of key, and reads those that were
 *   modified after `since` and not after the pass began. When it ends, its beginning is the `since` of the next pass.
 * - A file can become visible a while after the moment it is dated: clocks differ, and an upload in parts bears the time
 *   of its first part. So the next pass also reads what is dated within MARGIN_MS before `since`, unless it is known to
 *   be read: the hashes of those files are `recent`.
 * - More than MOST_HASHES of them are kept as a digest only. The pass then takes all files of the margin for read, and
 *   compares at its end. If they are not the same, a late file was among them (or one was deleted), and the pass is done again
 *   without that memory. A duplicate is better than a loss.
 * - A broken file is remembered on its own, and wanted by every pass until it is whole or is left behind.
 */
import type { Hour } from './hours.ts'
import {
  addTo,
  type Digest,
  type FileHash,
  hashOf,
  isDigest,
  NO_FILES,
  type Recent,
  remember,
  sameFiles,
} from './recent.ts'
import type { StoredObject } from './storage/store.ts'

/** How long after its date a file may become visible, and how far clocks may differ. */
export const MARGIN_MS = 15 * 60_000

/** Times are milliseconds since the Unix epoch. */
export interface Cursor {
  /** Every file dated up to here is read, but for late and broken ones. */
  readonly since: number
  /** Which files of the margin before `since` are read. */
  readonly recent: Recent
  readonly broken: readonly BrokenFile[]
  readonly pass?: Pass | undefined
}

export interface Pass {
  readonly started: number
  /** The last file that is done with, in this part of the pass. */
  readonly after?: string | undefined
  readonly part: Part
  /** Which files of the margin before the `since` of the next pass are read. */
  readonly recent: Recent
  /** The files of the margin before `since` that were met, where `recent` is a digest to compare them with. */
  readonly met: Digest
  /** Whether an earlier run began it. */
  readonly resumed: boolean
}

/** First the folders of the event type, then the files that lie outside of such folders. */
export type Part = 'hours' | 'loose'

export interface BrokenFile {
  readonly hash: FileHash
  /** The hour it lies in, so that it is found however long ago that was. */
  readonly date?: Hour | undefined
  /** When it was first seen broken. */
  readonly first: number
  /** How many of its events were emitted. */
  readonly events: number
  /** Whether this pass met it. */
  readonly met?: boolean
}

export type Passing = Cursor & { readonly pass: Pass }

/** A file as a pass lists it. */
export interface ListedFile {
  readonly object: StoredObject
  readonly part: Part
  readonly date: Hour | undefined
  /** It lies outside of the pass's hours, in one that is listed for the sake of a broken file only. */
  readonly extra: boolean
  /** The hours of the next pass cover it. */
  readonly next: boolean
}

/** From the start. */
export const BEGINNING: Cursor = { since: 0, recent: [], broken: [] }

export const beginPass = ({ since, recent, broken }: Cursor, now: number): Passing => ({
  since,
  recent,
  broken: broken.map((file) => ({ ...file, met: false })),
  pass: { started: now, after: undefined, part: 'hours', recent: [], met: NO_FILES, resumed: false },
})

/** What becomes `since` when the pass ends: it never goes back, not even with the clock. */
export const nextSince = ({ since, pass }: Passing): number => Math.max(since, pass.started)

export function wants(cursor: Passing, { object, extra }: ListedFile): boolean {
  if (brokenFile(cursor, object)) return true
  const modified = object.modified.getTime()
  if (extra || modified > cursor.pass.started) return false
  return modified > cursor.since || (isInMargin(object, cursor.since) && !isKnown(cursor, object))
}

/** The file is so new that it is left to the next pass. */
export const isTooNew = ({ since, pass }: Passing, { object }: ListedFile): boolean =>
  object.modified.getTime() > Math.max(since, pass.started)

export function brokenFile({ broken }: Cursor, object: StoredObject): BrokenFile | undefined {
  if (broken.length === 0) return undefined
  const hash = hashOf(object)
  return broken.find((file) => file.hash === hash)
}

/** The file was listed, and not wanted. */
export function passOver(cursor: Passing, file: ListedFile): Passing {
  const isMet = !file.extra && isInMargin(file.object, cursor.since) && isKnown(cursor, file.object)
  return isMet
    ? behind(cursor, file, cursor.broken, kept(cursor, file), metAgain(cursor, file))
    : behind(cursor, file, cursor.broken, cursor.pass.recent)
}

/** All of the file was read, or what is missing of it is given up. */
export const finishFile = (cursor: Passing, file: ListedFile): Passing =>
  behind(cursor, file, others(cursor, file), kept(cursor, file))

/** The file was read up to where it is broken: `events` of it were emitted, those of earlier syncs included. */
export function breakFile(cursor: Passing, file: ListedFile, events: number, now: number): Passing {
  const { object, date } = file
  const first = brokenFile(cursor, object)?.first ?? now
  const broken = [...others(cursor, file), { hash: hashOf(object), date, first, events, met: true }]
  return behind(cursor, file, broken, cursor.pass.recent)
}

/** The pass took a late file for one that was read, and must be done again. */
export const isInVain = ({ recent, pass }: Passing): boolean => isDigest(recent) && !sameFiles(recent, pass.met)

/** Everything was listed, and what was wanted is read. Broken files that were met nowhere are gone. */
export function finishPass(cursor: Passing): Cursor {
  const { since, pass } = cursor
  const broken = pass.resumed ? cursor.broken : cursor.broken.filter(({ met }) => met)
  return isInVain(cursor) ? { since, recent: [], broken } : { since: nextSince(cursor), recent: pass.recent, broken }
}

const isInMargin = ({ modified }: StoredObject, since: number): boolean =>
  modified.getTime() > since - MARGIN_MS && modified.getTime() <= since

/** Whether a file of the margin is read. */
const isKnown = ({ recent }: Cursor, object: StoredObject): boolean =>
  isDigest(recent) || recent.includes(hashOf(object))

const others = ({ broken }: Cursor, { object }: ListedFile): readonly BrokenFile[] => {
  if (broken.length === 0) return broken
  const hash = hashOf(object)
  return broken.filter((file) => file.hash !== hash)
}

/** Written out, not spread: a pass makes one for each file, and V8 is slow with objects that are copied like that. */
const behind = (
  { since, recent, pass }: Passing,
  { object, part }: ListedFile,
  broken: Cursor['broken'],
  read: Recent,
  met = pass.met,
): Passing => ({
  since,
  recent,
  broken,
  pass: { started: pass.started, after: object.key, part, recent: read, met, resumed: pass.resumed },
})

/** The next pass will ask whether the file is read. */
const kept = (cursor: Passing, { object, next }: ListedFile): Recent =>
  next && isInMargin(object, nextSince(cursor)) ? remember(cursor.pass.recent, hashOf(object)) : cursor.pass.recent

const metAgain = ({ recent, pass }: Passing, { object }: ListedFile): Digest =>
  isDigest(recent) ? addTo(pass.met, hashOf(object)) : pass.met
