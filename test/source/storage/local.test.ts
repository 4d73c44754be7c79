import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ConfigError } from '../../../src/cdk/errors.ts'
import { localStore } from '../../../src/source/storage/local.ts'
import { MissingObjectError, type ObjectStore } from '../../../src/source/storage/store.ts'
import { storeContract } from './contract.ts'

let root: string
let folders = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'local-store-'))
})
afterAll(() => rm(root, { recursive: true }))

const open = async (objects: ReadonlyMap<string, Uint8Array>): Promise<ObjectStore> => {
  const path = await folderWith(objects)
  return localStore({ provider: 'local', path })
}

async function folderWith(objects: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const path = join(root, String(folders++))
  await mkdir(path)
  for (const [key, content] of objects) {
    await mkdir(dirname(join(path, key)), { recursive: true })
    await writeFile(join(path, key), content)
  }
  return path
}

storeContract('a local folder', {
  open,
  openMissing: async () => localStore({ provider: 'local', path: join(root, 'missing') }),
  more: ['\uffff', '\u0001', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085'],
})

const some = new Map([
  ['a/b/1', new Uint8Array(1)],
  ['c/2', new Uint8Array(2)],
])

const keysOf = async (store: ObjectStore): Promise<string[]> => {
  const keys = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

test('links to files and folders are followed, those back to a folder around them and those to nothing are not', async () => {
  const path = await folderWith(some)
  await symlink('../c', join(path, 'a/linked'))
  await symlink('../..', join(path, 'a/b/loop'))
  await symlink('.', join(path, 'a/b/self'))
  await symlink('../c/2', join(path, 'a/file'))
  await symlink('nothing', join(path, 'a/broken'))
  expect(await keysOf(localStore({ provider: 'local', path }))).toEqual(['a/b/1', 'a/file', 'a/linked/2', 'c/2'])
})

test('a folder that is a file is a mistake in the configuration', async () => {
  const path = join(await folderWith(some), 'c/2')
  await expect(keysOf(localStore({ provider: 'local', path }))).rejects.toThrow(ConfigError)
})

test('a file that a mirroring tool dates back counts from its arrival, and one that is dated ahead from then', async () => {
  // File systems tell the time by ticks of some milliseconds.
  const [before, ahead] = [Date.now() - 1_000, new Date('2200-01-01')]
  const path = await folderWith(some)
  await utimes(join(path, 'a/b/1'), 0, 0)
  await utimes(join(path, 'c/2'), ahead, ahead)
  const times = []
  for await (const { modified } of localStore({ provider: 'local', path }).list('')) times.push(modified.getTime())
  expect(times[0]).toBeGreaterThanOrEqual(before)
  expect(times[0]).toBeLessThanOrEqual(Date.now())
  expect(times[1]).toBe(ahead.getTime())
})

test('what is lent are the bytes of the file, also where several are read at once', async () => {
  const contents = [0, 1, 3_000_000, 1 << 20].map((length, i) => Buffer.alloc(length, i + 1))
  const store = await open(new Map(contents.map((content, i) => [`${i}`, content])))
  const lent = async ({ length }: Buffer, i: number): Promise<Buffer> => {
    const parts = []
    const object = { key: `${i}`, size: length, modified: new Date() }
    for (const chunk of store.lend?.(object) ?? []) {
      await Promise.resolve()
      parts.push(Buffer.from(chunk))
    }
    return Buffer.concat(parts)
  }
  for (const [i, bytes] of (await Promise.all(contents.map(lent))).entries()) {
    expect(bytes.equals(contents[i] ?? Buffer.of())).toBe(true)
  }
})

test('a file that is to be lent and has gone is missing', async () => {
  const store = await open(some)
  const object = { key: 'c/3', size: 2, modified: new Date() }
  expect(() => store.lend?.(object)[Symbol.iterator]().next()).toThrow(MissingObjectError)
})

test('no prefix leads out of the folder', async () => {
  const path = await folderWith(some)
  const store = localStore({ provider: 'local', path: join(path, 'a') })
  await expect(store.list('../c/')[Symbol.asyncIterator]().next()).rejects.toThrow(ConfigError)
  await expect(store.level('b/../../')[Symbol.asyncIterator]().next()).rejects.toThrow(ConfigError)
})

const [ROOT, NOBODY] = [0, 65_534]

/** The super-user may read everything, and is nobody meanwhile. */
async function asUser(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== ROOT) return work()
  await chmod(root, 0o755)
  process.seteuid?.(NOBODY)
  try {
    await work()
  } finally {
    process.seteuid?.(ROOT)
  }
}

test('a file or folder that may not be read is named', async () => {
  const path = await folderWith(some)
  const store = localStore({ provider: 'local', path })
  await chmod(join(path, 'c/2'), 0)
  const object = { key: 'c/2', size: 2, modified: new Date() }
  await asUser(() =>
    expect(store.read(object)[Symbol.asyncIterator]().next()).rejects.toThrow(/c\/2 may not be read \(EACCES\)/),
  )
  await chmod(join(path, 'a'), 0)
  await asUser(() => expect(keysOf(store)).rejects.toThrow(/a\/ may not be read \(EACCES\)/))
  await chmod(join(path, 'a'), 0o700)
})
