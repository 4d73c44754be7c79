/** Finds where an export lies: the folders `event_type=…/` below a prefix, and the folders that hold files outside of them. */
import { spelledRight } from '../catalog.ts'
import { ConfigError } from '../cdk/errors.ts'
import { covers, type Hours } from './hours.ts'
import { dateIn, type EventTypeFolder, eventTypeFolder, holdsEvents } from './key.ts'
import { compareKeys } from './storage/order.ts'
import type { ObjectStore, StoredObject, StoreEntry } from './storage/store.ts'

/** The files of one event type: what lies in its folder and begins with `prefix`. */
export interface Root extends EventTypeFolder {
  /** As Braze spells it, if it is a known one. Folders may spell it differently. */
  readonly eventType: string
  readonly prefix: string
}

export interface LooseFolder {
  readonly folder: string
  /** The files in it, where they are so few that every stream may go by one listing. */
  readonly objects?: readonly StoredObject[] | undefined
}

/** Both in ascending order of key. */
export interface ExportRoots {
  readonly roots: readonly Root[]
  /** Folders with files that may hold events of any type. */
  readonly loose: readonly LooseFolder[]
  /** What the keys of loose files begin with. */
  readonly prefix: string
}

/** How many loose files are remembered: in one folder, and in all. */
const MOST_IN_FOLDER = 2_000
const MOST_LOOSE = 10_000

/** How many folders outside of `event_type=` are searched. */
const MOST_FOLDERS = 20_000
const FOLDERS_AT_ONCE = 8

/**
 * Goes down level by level from `pathPrefix`, which is a folder, with or without its slash, or the beginning of a name.
 * `hours` limits the search where `date=` stands before `event_type=`.
 */
export async function findRoots(
  store: ObjectStore,
  pathPrefix: string,
  hours: Hours,
  mostFolders = MOST_FOLDERS,
): Promise<ExportRoots> {
  const prefix = pathPrefix.replace(/^\/+/, '')
  const inside = eventTypeFolder(prefix)
  if (inside) return { roots: [rootIn(inside, prefix)], loose: [], prefix }

  const levels = [await firstLevel(store, prefix, hours)]
  let looseFiles = 0
  const queue = levels.flatMap(({ folders }) => folders)
  for (let searched = 0; queue.length > 0; searched += FOLDERS_AT_ONCE) {
    if (searched >= mostFolders) throw tooManyFolders(store.url(prefix), mostFolders)
    const found = await Promise.all(queue.splice(0, FOLDERS_AT_ONCE).map((folder) => levelAt(store, folder, hours)))
    looseFiles += found.flatMap(({ loose }) => loose).flatMap(({ objects = [] }) => objects).length
    levels.push(...(looseFiles <= MOST_LOOSE ? found : found.map(withoutFiles)))
    queue.push(...found.flatMap(({ folders }) => folders))
  }
  return {
    roots: levels.flatMap(({ roots }) => roots).sort((one, other) => compareKeys(one.prefix, other.prefix)),
    loose: levels.flatMap(({ loose }) => loose).sort((one, other) => compareKeys(one.folder, other.folder)),
    prefix: levels[0]?.prefix ?? prefix,
  }
}

const rootIn = ({ folder, eventType }: EventTypeFolder, prefix: string): Root => ({
  folder,
  eventType: spelledRight(eventType),
  prefix,
})

export function rootsOf({ roots }: ExportRoots, eventType: string): readonly Root[] {
  const name = spelledRight(eventType)
  return roots.filter((root) => root.eventType === name)
}

interface Level {
  readonly prefix: string
  readonly roots: readonly Root[]
  readonly loose: readonly LooseFolder[]
  /** Where to search on. */
  readonly folders: readonly string[]
}

/** A folder that is called exactly like the prefix is meant by it, even if the names of others begin with it too. */
async function firstLevel(store: ObjectStore, prefix: string, hours: Hours): Promise<Level> {
  if (prefix === '' || prefix.endsWith('/')) return levelAt(store, prefix, hours)
  const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const level = await levelAt(store, parent, hours, prefix)
  const folder = `${prefix}/`
  const root = level.roots.find((one) => one.folder === folder)
  if (root) return { ...level, roots: [root], loose: [], folders: [] }
  return level.folders.includes(folder) ? levelAt(store, folder, hours) : level
}

async function levelAt(store: ObjectStore, folder: string, hours: Hours, prefix = folder): Promise<Level> {
  const [roots, folders, objects]: [Root[], string[], StoredObject[]] = [[], [], []]
  for await (const entry of store.level(folder)) {
    const key = keyOf(entry)
    if (!key.startsWith(prefix)) continue
    const type = eventTypeFolder(key)
    if ('object' in entry) {
      if (holdsEvents(key) && objects.length <= MOST_IN_FOLDER) objects.push(entry.object)
    } else if (!covers(hours, dateIn(key))) continue
    else if (type) roots.push(rootIn(type, key))
    else folders.push(key)
  }
  const loose = { folder, objects: objects.length <= MOST_IN_FOLDER ? objects : undefined }
  return { prefix, roots, loose: objects.length > 0 ? [loose] : [], folders }
}

const withoutFiles = (level: Level): Level => ({ ...level, loose: level.loose.map(({ folder }) => ({ folder })) })

const keyOf = (entry: StoreEntry): string => ('object' in entry ? entry.object.key : entry.folder)

const tooManyFolders = (url: string, most: number): ConfigError =>
  new ConfigError(
    `${url} holds more than ${most} folders outside of event_type=. Set path_prefix to the folder in which your export begins.`,
  )
