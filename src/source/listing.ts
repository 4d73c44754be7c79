/** The files that a pass looks at, in the order in which it does. */
import { type ListedFile, nextSince, type Pass, type Passing } from './cursor.ts'
import { covers, type HourBounds, type Hours, hoursSince } from './hours.ts'
import { dateIn, holdsEvents, skipTo } from './key.ts'
import type { ExportRoots, LooseFolder, Root } from './roots.ts'
import { compareKeys } from './storage/order.ts'
import { type ObjectStore, objectsIn, type StoredObject } from './storage/store.ts'

/** The hours of a pass. */
export interface PassHours {
  readonly hours: Hours
  /** `hours`, and those in which a broken file lies. */
  readonly searched: Hours
  /** Those of the pass after this one. */
  readonly next: Hours
  /** False leaves out the files that lie in no hour. */
  readonly undated: boolean | undefined
}

export function hoursOf(cursor: Passing, bounds: HourBounds): PassHours {
  const hours = hoursSince(cursor.since, bounds)
  const also = cursor.broken.flatMap(({ date }) => (covers(hours, date) || date === undefined ? [] : [date]))
  return {
    hours,
    searched: { ...hours, also },
    next: hoursSince(nextSince(cursor), bounds),
    undated: bounds.undated_files,
  }
}

/** What is left of a pass: first the event type's own folders, then the files outside of such folders. */
export function filesOf(
  store: ObjectStore,
  roots: ExportRoots,
  { pass }: Passing,
  hours: PassHours,
): AsyncGenerator<ListedFile> {
  const files = allOf(store, roots, pass, hours)
  return hours.undated === false ? dated(files) : files
}

async function* dated(files: AsyncIterable<ListedFile>): AsyncGenerator<ListedFile> {
  for await (const file of files) if (file.date !== undefined) yield file
}

async function* allOf(
  store: ObjectStore,
  { roots, loose, prefix }: ExportRoots,
  { after = '', part }: Pass,
  hours: PassHours,
): AsyncGenerator<ListedFile> {
  if (part === 'hours') {
    for (const root of roots) {
      for await (const object of below(store, root, after, hours.searched)) yield listed(object, 'hours', hours)
    }
  }
  for (const folder of loose) {
    for await (const object of looseIn(store, folder, part === 'loose' ? after : '', hours.searched)) {
      if (object.key.startsWith(prefix)) yield listed(object, 'loose', hours)
    }
  }
}

function listed(object: StoredObject, part: ListedFile['part'], { hours, next }: PassHours): ListedFile {
  const date = dateIn(object.key)
  return { object, part, date, extra: !covers(hours, date), next: covers(next, date) }
}

/** Whatever is out of the hours is skipped by listing anew behind it, never key by key. */
async function* below(
  store: ObjectStore,
  { folder, prefix }: Root,
  after: string,
  hours: Hours,
): AsyncGenerator<StoredObject> {
  if (!covers(hours, dateIn(folder)) || isBehind(prefix, after)) return
  let from: string | undefined = after
  while (from !== undefined) {
    const listing: AsyncIterable<StoredObject> = store.list(prefix, from)
    from = undefined
    for await (const object of listing) {
      from = skipTo(object.key, folder, hours)
      if (from !== undefined) break
      if (holdsEvents(object.key)) yield object
    }
  }
}

/** Whether every key with this prefix comes before `after`. */
const isBehind = (prefix: string, after: string): boolean => compareKeys(prefix, after) < 0 && !after.startsWith(prefix)

/** Ordered by folder, and then by key. */
async function* looseIn(
  store: ObjectStore,
  { folder, objects }: LooseFolder,
  after: string,
  hours: Hours,
): AsyncGenerator<StoredObject> {
  const reached = after.slice(0, after.lastIndexOf('/') + 1)
  if (compareKeys(folder, reached) < 0 || !covers(hours, dateIn(folder))) return
  for await (const object of objects ?? objectsIn(store, folder)) {
    if (holdsEvents(object.key) && (folder !== reached || compareKeys(object.key, after) > 0)) yield object
  }
}
