import {
  MissingObjectError,
  type ObjectStore,
  type StoredObject,
  type StoreEntry,
} from '../../src/source/storage/store.ts'

export interface MemoryFile {
  readonly key: string
  readonly content: string | Uint8Array
  /** Milliseconds since the Unix epoch. */
  readonly modified: number
  /** From when on it is listed. Absent: from the beginning. */
  readonly visible?: number
}

export interface MemoryStore extends ObjectStore {
  readonly files: MemoryFile[]
  /** What was asked of the store: `list a/ b`, `level a/`, `read a/1`. */
  readonly calls: string[]
}

/** A store in memory, whose files appear with time. Of several files of one key the last that is visible counts. */
export function memoryStore(
  files: readonly MemoryFile[],
  now: () => number = () => Number.POSITIVE_INFINITY,
): MemoryStore {
  const all = [...files]
  const calls: string[] = []
  const visible = whenChanged(
    () => [now(), all.length].join(),
    () => {
      const latest = new Map<string, MemoryFile>()
      const byArrival = [...all].sort((a, b) => (a.visible ?? 0) - (b.visible ?? 0))
      for (const file of byArrival) if ((file.visible ?? 0) <= now()) latest.set(file.key, file)
      return [...latest.values()].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
    },
  )
  const asObject = ({ key, content, modified }: MemoryFile): StoredObject => ({
    key,
    modified: new Date(modified),
    size: Buffer.byteLength(content),
  })
  return {
    files: all,
    calls,
    async *list(prefix, after = '') {
      calls.push(`list ${prefix} ${after}`)
      let [last, seen, at] = [after, visible(), 0]
      for (;;) {
        if (seen !== visible()) [seen, at] = [visible(), 0]
        const from = at
        at = seen.findIndex(({ key }, i) => i >= from && key.startsWith(prefix) && key > last)
        const next = seen[at]
        if (!next) return
        last = next.key
        yield asObject(next)
      }
    },
    async *level(prefix) {
      calls.push(`level ${prefix}`)
      const folders = new Set<string>()
      const entries: StoreEntry[] = []
      for (const file of visible().filter(({ key }) => key.startsWith(prefix))) {
        const [name = '', ...below] = file.key.slice(prefix.length).split('/')
        const folder = `${prefix}${name}/`
        if (below.length === 0) entries.push({ object: asObject(file) })
        else if (!folders.has(folder)) entries.push({ folder })
        if (below.length > 0) folders.add(folder)
      }
      yield* entries
    },
    async *read({ key, modified, size }, start = 0, end = size) {
      calls.push(`read ${key}`)
      const file = visible().find((one) => one.key === key && one.modified === modified.getTime())
      if (!file) throw new MissingObjectError(`${key} is gone.`)
      const lent = Buffer.from(file.content).subarray(start, end)
      yield lent
      lent.fill(0xee)
    },
    url: (key) => `memory://bucket/${key}`,
    close() {},
  }
}

/** Makes a value anew only when what it is made from has changed. */
function whenChanged<T>(versionOf: () => string, make: () => T): () => T {
  let [version, value]: [string, T | undefined] = ['', undefined]
  return () => {
    const current = versionOf()
    if (value === undefined || current !== version) [version, value] = [current, make()]
    return value
  }
}
