/** What every provider's store must make of trouble on the way, shown with a fake server that makes it. */
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { FakeObjects } from '../../../integration_tests/fakes/objects.ts'
import type { FakeServer, Refusal } from '../../../integration_tests/fakes/server.ts'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import type { Waiting } from '../../../src/source/storage/retry.ts'
import { ChangedObjectError, MissingObjectError, type ObjectStore } from '../../../src/source/storage/store.ts'
import { bytesOf, keysOf, only } from './read.ts'

export interface FaultyProvider {
  /** A fake server, and a store that reads from it. */
  open(options?: { readonly pageSize?: number }): Promise<Faulty>
  /** How this provider says that it has too much to do. */
  readonly throttled: readonly Refusal[]
  /** What it refuses a request with, and the error's kind and text. */
  readonly refusals: readonly (readonly [
    Refusal,
    on: 'list' | 'read',
    typeof ConfigError | typeof TransientError,
    RegExp,
  ])[]
}

interface Faulty {
  readonly fake: FakeServer & FakeObjects
  store(waiting: Waiting): ObjectStore
  /** What must not show in any error. */
  readonly secrets: readonly string[]
}

export function faultContract(name: string, { open, throttled, refusals }: FaultyProvider): void {
  const fakes: FakeServer[] = []
  afterEach(async () => {
    for (const fake of fakes.splice(0)) await fake.close()
  })

  async function opened(options?: { readonly pageSize?: number }) {
    const { fake, store, secrets } = await open(options)
    fakes.push(fake)
    const sleeps: number[] = []
    const waiting = { random: () => 1, sleep: async (ms: number) => void sleeps.push(ms) }
    return { fake, sleeps, secrets, store: store(waiting) }
  }

  describe(`${name} in trouble:`, () => {
    test('a download goes on after every lost connection, with the same content', async () => {
      const { fake, store, sleeps } = await opened()
      fake.put('file', CONTENT)
      fake.fault({ on: 'read', cutAfter: 0 }, { on: 'read', cutAfter: 70_000 }, { on: 'read', cutAfter: 1 })
      expect((await bytesOf(store.read(await only(store)))).equals(CONTENT)).toBe(true)
      expect(fake.count('read')).toBe(4)
      expect(sleeps.length).toBe(3)
    })

    test('a download of a part goes on within that part', async () => {
      const { fake, store } = await opened()
      fake.put('file', CONTENT)
      fake.fault({ on: 'read', cutAfter: 1_000 })
      const read = await bytesOf(store.read(await only(store), 100, 200_000))
      expect(read.equals(CONTENT.subarray(100, 200_000))).toBe(true)
    })

    test('a connection is used for as many requests as it can', async () => {
      const { fake, store } = await opened()
      fake.put('file', CONTENT)
      const object = await only(store)
      for (let i = 0; i < 6; i++) await bytesOf(store.read(object, i))
      // A library's, and ours.
      expect(fake.connections()).toBeLessThanOrEqual(2)
    })

    test('only the part that is asked for crosses the network', async () => {
      const { fake, store } = await opened()
      fake.put('file', CONTENT)
      await bytesOf(store.read(await only(store), 0, 10))
      const [read] = fake.requests.filter(({ operation }) => operation === 'read')
      expect(read?.headers['x-ms-range'] ?? read?.headers.range).toBe('bytes=0-9')
    })

    test('an object is never pieced together from two', async () => {
      const { fake, store } = await opened()
      fake.put('file', CONTENT)
      const object = await only(store)
      fake.fault({ on: 'read', cutAfter: 100_000 })
      const error = await failureOf(bytesOf(store.read(object), () => fake.put('file', CONTENT.toReversed())))
      expect(error).toBeInstanceOf(ChangedObjectError)
      expect(String(error)).toMatch(/file was changed while being read/)
    })

    test('an object that was replaced since it was listed is not read either', async () => {
      const { fake, store } = await opened()
      fake.put('file', CONTENT)
      const object = await only(store)
      fake.put('file', CONTENT.toReversed())
      await expect(bytesOf(store.read(object))).rejects.toThrow(ChangedObjectError)
    })

    test('an object that is deleted in the middle is gone', async () => {
      const { fake, store } = await opened()
      fake.put('file', CONTENT)
      const object = await only(store)
      fake.fault({ on: 'read', cutAfter: 100_000 })
      const error = await failureOf(bytesOf(store.read(object), () => fake.remove('file')))
      expect(error).toBeInstanceOf(MissingObjectError)
    })

    test('an object whose listed version is unknown is pinned to the first one met', async () => {
      const { fake, store } = await opened()
      fake.put('file', CONTENT)
      const { version: _, ...object } = await only(store)
      fake.fault({ on: 'read', cutAfter: 100_000 })
      const error = await failureOf(bytesOf(store.read(object), () => fake.put('file', CONTENT.toReversed())))
      expect(error).toBeInstanceOf(ChangedObjectError)
    })

    test('a server that ignores where it is asked to begin is not believed', async () => {
      const { fake, store } = await opened()
      fake.put('file', CONTENT)
      const fromTheStart = { status: 200, headers: { etag: '"1"' }, body: CONTENT }
      fake.fault({ on: 'read', cutAfter: 100_000 }, { on: 'read', answer: fromTheStart })
      expect((await bytesOf(store.read(await only(store)))).equals(CONTENT)).toBe(true)
      expect(fake.count('read')).toBe(3)
    })

    test('stored bytes are given as they are, even if they call themselves compressed', async () => {
      const { fake, store } = await opened()
      const gzipped = gzipSync('{"a":1}')
      fake.put('file', gzipped, { contentEncoding: 'gzip' })
      expect((await bytesOf(store.read(await only(store)))).equals(gzipped)).toBe(true)
      expect((await bytesOf(store.read(await only(store), 3))).equals(gzipped.subarray(3))).toBe(true)
    })

    test.each(throttled)('throttling is waited out: $status $code', async (refuse) => {
      const { fake, store, sleeps } = await opened()
      fake.put('file', 'content')
      fake.fault({ on: 'list', times: 3, refuse }, { on: 'read', times: 2, refuse })
      expect(String(await bytesOf(store.read(await only(store))))).toBe('content')
      expect(sleeps).toEqual([500, 1_000, 2_000, 500, 1_000])
    })

    test('throttling without end is no mistake in the configuration', async () => {
      const { fake, store } = await opened()
      fake.fault({ times: 1_000, refuse: throttled[0] as Refusal })
      expect(await failureOf(only(store))).toBeInstanceOf(TransientError)
      expect(fake.requests.length).toBeLessThan(10)
    })

    test('a listing goes on after a lost connection', async () => {
      const { fake, store } = await opened({ pageSize: 2 })
      for (const key of ['a', 'b', 'c', 'd', 'e']) fake.put(key, key)
      fake.fault({}, { cutAfter: 0 }, { cutAfter: 40 }, { answer: { status: 502, body: '<html>Bad Gateway</html>' } })
      expect(await keysOf(store)).toEqual(['a', 'b', 'c', 'd', 'e'])
    })

    test('a page is listed when it is needed, and a listing begins where it is told to', async () => {
      const { fake, store } = await opened({ pageSize: 10 })
      for (let i = 100; i < 200; i++) fake.put(`file-${i}`, '')
      await only(store)
      expect(fake.count('list')).toBe(1)
      expect(await keysOf(store, 'file-', 'file-184')).toHaveLength(15)
      expect(fake.count('list')).toBe(3)
    })

    test('a server that is not there is passing trouble, and is named', async () => {
      const { fake, store } = await opened()
      await fake.close()
      fakes.splice(0)
      const error = await failureOf(only(store))
      expect(error).toBeInstanceOf(TransientError)
      expect(String(error)).toMatch(/ECONNREFUSED/)
      expect(String(error)).toContain(new URL(fake.endpoint).host)
    })

    test.each(refusals)('%o on %s', async (refuse, on, kind, message) => {
      const { fake, store } = await opened()
      fake.put('file', CONTENT)
      fake.fault({ on, times: 1_000, refuse })
      const object = { key: 'file', size: 10, modified: new Date(0) }
      const error = await failureOf(on === 'list' ? only(store) : bytesOf(store.read(object)))
      expect(String(error)).toMatch(message)
      expect(error).toBeInstanceOf(kind)
      // A ConfigError is told at once, and needs no second request.
      if (kind === ConfigError) expect(fake.count(on)).toBe(1)
    })

    test.each(['constructor', 'toString', '__proto__'])('a code %s means nothing to us', async (code) => {
      const { fake, store } = await opened()
      fake.fault({ times: 1_000, refuse: { status: 418, code } })
      const error = await failureOf(only(store))
      expect(error instanceof ConfigError || error instanceof TransientError).toBe(true)
      expect(String(error)).toContain('418')
      expect(String(error)).not.toMatch(/undefined|native code|\[object/)
    })

    test('no error tells a secret, whatever the server answers', async () => {
      const { fake, store, secrets } = await opened()
      const object = { key: 'file', size: 10, modified: new Date(0) }
      for (const status of [301, 400, 401, 403, 404, 405, 409, 412, 416, 418, 429, 500, 503]) {
        for (const code of ['', 'SignatureDoesNotMatch', 'AuthenticationFailed', 'Unheard']) {
          // Some servers repeat the request in their answer.
          const message = [
            ...secrets,
            ...secrets.map(encodeURIComponent),
            `sig=${encodeURIComponent(secrets[0] ?? '')}`,
          ].join('&')
          fake.fault({ times: 100, refuse: { status, code, message } })
          const errors = [await failureOf(only(store)), await failureOf(bytesOf(store.read(object)))]
          fake.clearFaults()
          for (const error of errors) {
            const text = inspect(error, { depth: 20, showHidden: true, maxStringLength: null })
            for (const secret of secrets) {
              expect(text).not.toContain(secret)
              expect(text).not.toContain(encodeURIComponent(secret))
            }
            expect(error instanceof ConfigError || error instanceof TransientError).toBe(true)
          }
        }
      }
    })
  })
}

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 256))

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}
