/** What every fake storage server holds, and how it lists: the part that the providers have in common. */
import { createHash } from 'node:crypto'

export interface FakeObject {
  readonly key: string
  readonly content: Buffer
  readonly modified: Date
  /** Grows with every change of any object: an S3 or Azure etag and a GCS generation can be made from it. */
  readonly revision: number
  readonly contentEncoding?: string
}

interface Query {
  readonly prefix: string
  readonly delimiter: string
  /** Only what comes behind this key, or this folder and all it holds. */
  readonly after?: string | undefined
  /** Only what comes at or behind this key. */
  readonly from?: string | undefined
  /** Only what comes before this key. */
  readonly to?: string | undefined
  readonly max: number
}

type Entry = { readonly object: FakeObject } | { readonly folder: string }

export interface Listed {
  readonly entries: readonly Entry[]
  /** The last entry's name, if there are more. */
  readonly next: string | undefined
}

export interface FakeObjects {
  put(
    key: string,
    content: Uint8Array | string,
    more?: Partial<Pick<FakeObject, 'modified' | 'contentEncoding'>>,
  ): FakeObject
  remove(key: string): void
  get(key: string): FakeObject | undefined
  list(query: Query): Listed
}

export function fakeObjects(): FakeObjects {
  const objects = new Map<string, FakeObject>()
  let sorted: readonly Name[] | undefined
  let revision = 1_700_000_000_000_000
  return {
    put(key, content, more = {}) {
      const modified = more.modified ?? new Date(Math.floor(Date.now() / 1000) * 1000)
      const object = { ...more, key, content: Buffer.from(content), modified, revision: ++revision }
      if (!objects.has(key)) sorted = undefined
      objects.set(key, object)
      return object
    },
    remove(key) {
      objects.delete(key)
      sorted = undefined
    },
    get: (key) => objects.get(key),
    list(query) {
      sorted ??= [...objects.keys()].map(nameOf).sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      return listed(sorted, objects, query)
    },
  }
}

interface Name {
  readonly key: string
  readonly bytes: Buffer
}

const nameOf = (key: string): Name => ({ key, bytes: Buffer.from(key) })

function listed(sorted: readonly Name[], objects: ReadonlyMap<string, FakeObject>, query: Query): Listed {
  const entries: Entry[] = []
  const to = query.to === undefined ? undefined : Buffer.from(query.to)
  let at = Math.max(firstAt(sorted, query.prefix), firstAt(sorted, query.from ?? ''), firstBehind(sorted, query))
  for (let name = sorted[at]; name?.key.startsWith(query.prefix); name = sorted[at]) {
    if (to && Buffer.compare(name.bytes, to) >= 0) break
    if (entries.length === query.max) return { entries, next: entryName(entries.at(-1)) }
    const folder = folderOf(name.key, query)
    const object = objects.get(name.key)
    if (folder !== undefined) entries.push({ folder })
    else if (object) entries.push({ object })
    at = folder === undefined ? at + 1 : endOf(sorted, folder)
  }
  return { entries, next: undefined }
}

const entryName = (entry: Entry | undefined): string | undefined =>
  entry && ('folder' in entry ? entry.folder : entry.object.key)

function folderOf(key: string, { prefix, delimiter }: Query): string | undefined {
  const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1
  return end < 0 ? undefined : key.slice(0, end + delimiter.length)
}

function firstBehind(sorted: readonly Name[], { after, delimiter }: Query): number {
  if (after === undefined) return 0
  if (delimiter && after.endsWith(delimiter)) return endOf(sorted, after)
  const at = firstAt(sorted, after)
  return sorted[at]?.key === after ? at + 1 : at
}

/** The index of the first name at or behind `key`. */
const firstAt = (sorted: readonly Name[], key: string): number => search(sorted, Buffer.from(key))

/** The index behind the last name in `folder`: no UTF-8 text has the byte 0xff. */
const endOf = (sorted: readonly Name[], folder: string): number =>
  search(sorted, Buffer.concat([Buffer.from(folder), Buffer.of(0xff)]))

function search(sorted: readonly Name[], bytes: Buffer): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (Buffer.compare(sorted[middle]?.bytes ?? bytes, bytes) < 0) low = middle + 1
    else high = middle
  }
  return low
}

export const md5 = (content: Uint8Array, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHash('md5').update(content).digest(encoding)
