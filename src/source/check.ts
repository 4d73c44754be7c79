/** Says whether a sync could start now, and if not, what to change. */
import type { Environment } from '../cdk/connector.ts'
import { ConfigError, TransientError } from '../cdk/errors.ts'
import type { SourceConfig } from '../config.ts'
import { BrokenFileError } from './decode/decoder.ts'
import { readSchema } from './decode/index.ts'
import { hoursSince } from './hours.ts'
import { eventTypeFolder, holdsEvents, isAvro } from './key.ts'
import { findRoots } from './roots.ts'
import { openStore } from './storage/index.ts'
import type { ObjectStore, StoredObject } from './storage/store.ts'

/** A page of the largest providers. */
const PAGE = 1_000
/** Braze's own folders are few. */
const FOLDERS = 200
const MOST_SUGGESTED = 5
/** Files that are looked into before the export is called unreadable: one may still be uploading. */
const MOST_TRIED = 3

/** Lists one page and reads the head of a file. */
export async function check(config: SourceConfig, environment: Environment): Promise<void> {
  const store = await openStore(config.storage, environment)
  try {
    await readHead(store, await someFiles(store, config))
  } finally {
    store.close()
  }
}

async function someFiles(store: ObjectStore, config: SourceConfig): Promise<readonly StoredObject[]> {
  const prefix = config.path_prefix.replace(/^\/+/, '')
  const onPage = await firstFiles(store, prefix, isExported)
  if (onPage.length > 0) return onPage
  // Something else lies before the export in order of key, or nothing is there.
  const { roots, loose } = await findRoots(store, prefix, hoursSince(0, config), FOLDERS)
  for (const folder of [...roots.map(({ prefix }) => prefix), ...loose.map(({ folder }) => folder)]) {
    const files = await firstFiles(store, folder, holdsEvents)
    if (files.length > 0) return files
  }
  throw noExport(store, prefix, await prefixesWithExport(store))
}

const isExported = (key: string): boolean => holdsEvents(key) && eventTypeFolder(key) !== undefined

async function firstFiles(
  store: ObjectStore,
  prefix: string,
  isWanted: (key: string) => boolean,
): Promise<StoredObject[]> {
  const files: StoredObject[] = []
  let keys = 0
  for await (const object of store.list(prefix)) {
    if (isWanted(object.key)) files.push(object)
    if (files.length === MOST_TRIED || ++keys === PAGE) break
  }
  return files
}

async function readHead(store: ObjectStore, files: readonly StoredObject[]): Promise<void> {
  let broken: Error | undefined
  for (const object of files) {
    try {
      if (isAvro(object.key)) await readSchema(store.read(object))
      else for await (const _ of store.read(object, 0, 1)) break
      return
    } catch (error) {
      if (!(error instanceof BrokenFileError)) throw error
      broken ??= new TransientError(
        `File ${store.url(object.key)} is no whole Avro file (${error.message}), nor are those after it. Wait for the upload to end, or set path_prefix to the folder of a Currents export.`,
        { cause: error },
      )
    }
  }
  if (broken) throw broken
}

/** The folders that hold `event_type=` folders, wherever they are. */
async function prefixesWithExport(store: ObjectStore): Promise<readonly string[]> {
  const { roots } = await findRoots(store, '', { also: [] }, FOLDERS).catch(() => ({ roots: [] }))
  const folders = roots.map(({ folder }) => folder.replace(/[^/]+\/$/, ''))
  return [...new Set(folders)].slice(0, MOST_SUGGESTED)
}

function noExport(store: ObjectStore, prefix: string, others: readonly string[]): ConfigError {
  const fact = `${store.url(prefix)} holds no files of a Currents export.`
  if (others.length > 0) {
    return new ConfigError(
      `${fact} Set path_prefix to a folder that does: ${others.map((one) => `"${one}"`).join(', ')}.`,
    )
  }
  return new ConfigError(
    `${fact} Check storage and path_prefix against the Current in Braze. A new Current writes its first files within 30 minutes.`,
  )
}
