/** A folder of this machine as a store. Keys are paths below it. */
import { closeSync, type Dirent, openSync, readSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError, TransientError } from '../../cdk/errors.ts'
import type { StorageOf } from '../../config.ts'
import { compareKeys } from './order.ts'
import { MissingObjectError, type ObjectStore, type StoredObject, type StoreEntry } from './store.ts'

const READ_BYTES = 1_048_576
/** How many files are looked at together. */
const STATS = 128
/**
 * A look at a file takes microseconds on a disk of this machine: less than the way to the thread pool and back. Where it
 * takes longer than this, the folder is a share, and many looks at once save round trips.
 */
const NEAR_MS = 0.1

export function localStore(config: StorageOf<'local'>): ObjectStore {
  const root = resolve(config.path)
  return {
    list: (prefix, after = '') => listed(root, prefix, after),
    level: (prefix) => levelOf(root, prefix),
    read: (object, start = 0, end = object.size) => bytesOf(root, object.key, start, end),
    lend: (object) => lent(root, object),
    url: (key) => pathToFileURL(join(root, key)).href,
    close() {},
  }
}

async function* listed(root: string, prefix: string, after: string): AsyncGenerator<StoredObject> {
  for await (const entry of levelOf(root, prefix.slice(0, prefix.lastIndexOf('/') + 1))) {
    if ('object' in entry) {
      if (entry.object.key.startsWith(prefix) && compareKeys(entry.object.key, after) > 0) yield entry.object
    } else if (mayHold(entry.folder, prefix, after)) {
      yield* listed(root, entry.folder, after)
    }
  }
}

const mayHold = (folder: string, prefix: string, after: string): boolean =>
  folder.startsWith(prefix) && (after.startsWith(folder) || compareKeys(folder, after) > 0)

/** The names of one folder are held in memory at once, because file systems give them in no order. */
async function* levelOf(root: string, folder: string): AsyncGenerator<StoreEntry> {
  const names = await Promise.all((await entriesOf(root, folder)).map((entry) => nameOf(root, folder, entry)))
  const sorted = names.filter((name) => name !== undefined).sort(compareKeys)
  let isNear = true
  for (let i = 0; i < sorted.length; i += STATS) {
    const keys = sorted.slice(i, i + STATS).map((name) => folder + name)
    const startedMs = performance.now()
    const entries = isNear
      ? keys.map((key) => entryNearby(root, key))
      : await Promise.all(keys.map((key) => entryOf(root, key)))
    isNear &&= performance.now() - startedMs < keys.length * NEAR_MS
    for (const entry of entries) if (entry) yield entry
  }
}

async function entriesOf(root: string, folder: string): Promise<Dirent[]> {
  if (folder.split('/').includes('..')) {
    throw new ConfigError(`The prefix "${folder}" leads out of the folder ${root}. Leave ".." out of path_prefix.`)
  }
  try {
    return await readdir(join(root, folder), { withFileTypes: true })
  } catch (error) {
    if (folder !== '' && isMissing(error)) {
      await entriesOf(root, '')
      return []
    }
    throw folderError(join(root, folder), error)
  }
}

/** A folder's name ends with `/`, and is sorted so. A link that leads back to a folder around it is left out. */
async function nameOf(root: string, folder: string, entry: Dirent): Promise<string | undefined> {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? `${entry.name}/` : entry.name
  const path = join(root, folder, entry.name)
  const target = await stat(path).catch(() => undefined)
  if (!target?.isDirectory()) return entry.name
  const [here, there] = await Promise.all([realpath(join(root, folder)), realpath(path)])
  return `${here}${sep}`.startsWith(`${there}${sep}`) ? undefined : `${entry.name}/`
}

/** Undefined for what is no file (a socket, a broken link) or has gone since its folder was read. */
async function entryOf(root: string, key: string): Promise<StoreEntry | undefined> {
  if (key.endsWith('/')) return { folder: key }
  try {
    return objectOf(key, await stat(pathOf(root, key)))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw fileError(pathOf(root, key), error)
  }
}

/** The same without waiting. */
function entryNearby(root: string, key: string): StoreEntry | undefined {
  if (key.endsWith('/')) return { folder: key }
  try {
    const found = statSync(pathOf(root, key), { throwIfNoEntry: false })
    return found && objectOf(key, found)
  } catch (error) {
    throw fileError(pathOf(root, key), error)
  }
}

/** What `join` would give, without its search for `..`, which takes longer than looking at the file. */
const pathOf = (root: string, key: string): string => `${root}/${key}`

const objectOf = (key: string, found: Stats): StoreEntry | undefined =>
  found.isFile() ? { object: { key, modified: new Date(arrivedMs(found)), size: found.size } } : undefined

/**
 * When the file came to be here as it is, in whole milliseconds. Tools that mirror a bucket (`aws s3 sync`, `rsync -t`)
 * date a file back to its upload, which may lie before the last sync; its creation in this folder they can't date back.
 * File systems without times of creation give 0 or the time of the last change of its attributes.
 */
const arrivedMs = ({ mtimeMs, birthtimeMs }: Stats): number => Math.floor(Math.max(mtimeMs, birthtimeMs))

async function* bytesOf(root: string, key: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (start >= end) return
  const path = pathOf(root, key)
  try {
    const file = await open(path)
    try {
      yield* chunksOf(file, start, end)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw fileError(path, error)
  }
}

/** A stream of the file would take longer to set up than most files take to read. */
async function* chunksOf(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const size = Math.min(READ_BYTES, end - at)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

/** Buffers that no file is read into. */
const idle: Buffer[] = []

/** Without the thread pool, whose way there and back would take longer than most files do. */
function* lent(root: string, { key, size }: StoredObject): Generator<Uint8Array> {
  const path = pathOf(root, key)
  const buffer = idle.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES)
  try {
    const file = openSync(path, 'r')
    try {
      for (let at = 0, bytes = 1; at < size && bytes > 0; at += bytes) {
        bytes = readSync(file, buffer, 0, Math.min(buffer.length, size - at), at)
        if (bytes > 0) yield buffer.subarray(0, bytes)
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw fileError(path, error)
  } finally {
    idle.push(buffer)
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error'

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error))

const isRefused = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(codeOf(error))

function folderError(path: string, cause: unknown): Error {
  const code = codeOf(cause)
  if (code === 'ENOENT') {
    return new ConfigError(
      `Folder ${path} does not exist. Set storage.path to the folder of the export, as the connector sees it: in a container that is the path of the mount.`,
      { cause },
    )
  }
  if (code === 'ENOTDIR') return new ConfigError(`${path} is a file. Set storage.path to a folder.`, { cause })
  if (isRefused(cause)) {
    return new ConfigError(
      `Folder ${path} may not be read (${code}). Let the connector's user (uid ${uid()}) read it.`,
      {
        cause,
      },
    )
  }
  return new TransientError(`Folder ${path} could not be read (${code}). Check its file system.`, { cause })
}

function fileError(path: string, cause: unknown): Error {
  const code = codeOf(cause)
  if (isMissing(cause)) return new MissingObjectError(`File ${path} is gone.`, { cause })
  if (isRefused(cause)) {
    return new ConfigError(`File ${path} may not be read (${code}). Let the connector's user (uid ${uid()}) read it.`, {
      cause,
    })
  }
  return new TransientError(`File ${path} could not be read (${code}). Check its file system.`, { cause })
}

const uid = (): string => String(process.getuid?.() ?? '?')
