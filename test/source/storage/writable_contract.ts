import { describe, expect, test } from '@jest/globals'
import type { FakeObjects } from '../../../integration_tests/fakes/objects.ts'
import type { FakeServer, Refusal } from '../../../integration_tests/fakes/server.ts'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import type { Waiting } from '../../../src/source/storage/retry.ts'
import { ChangedObjectError } from '../../../src/source/storage/store.ts'
import type { WritableStore } from '../../../src/source/storage/writable.ts'

/** How the contract gets its stores. What they need is released by the test file that makes them. */
export interface WritableProvider {
  open(): Promise<{ readonly fake: FakeServer & FakeObjects; store(waiting: Waiting): WritableStore }>
  /** A store whose bucket or container does not exist. */
  openMissing(): Promise<WritableStore>
  /** How the provider refuses a write for want of a permission, and the permission. */
  readonly denied: readonly [refusal: Refusal, permission: RegExp]
}

const AT_ONCE: Waiting = { sleep: async () => {}, random: () => 0 }

/** What every storage provider must do that single objects are kept in. */
export function writableContract(name: string, { open, openMissing, denied }: WritableProvider): void {
  const opened = async () => {
    const { fake, store } = await open()
    return { fake, store: store(AT_ONCE) }
  }

  describe(`${name} keeps the contract of a writable store: it`, () => {
    test('holds nothing at first', async () => {
      const { store } = await opened()
      expect(await store.get('a/state.json')).toBeUndefined()
    })

    test.each(['state.json', 'a/b c/100%/é+日本?x=1&y#z.json'])('keeps what is put: %s', async (key) => {
      const { fake, store } = await opened()
      const version = await store.put(key, bytes('{"é":1}'), undefined)
      expect(fake.get(key)?.content.toString()).toBe('{"é":1}')
      expect(await textAt(store, key)).toBe('{"é":1}')
      expect((await store.get(key))?.version).toBe(version)
    })

    test('keeps an empty object', async () => {
      const { store } = await opened()
      await store.put('empty', bytes(''), undefined)
      expect(await textAt(store, 'empty')).toBe('')
    })

    test('replaces what has the version that it had', async () => {
      const { store } = await opened()
      const first = await store.put('state', bytes('first'), undefined)
      const second = await store.put('state', bytes('second, longer'), first)
      await store.put('state', bytes('3'), second)
      expect(await textAt(store, 'state')).toBe('3')
    })

    test('puts in one request', async () => {
      const { fake, store } = await opened()
      await store.put('state', bytes('first'), undefined)
      expect(fake.requests).toHaveLength(1)
    })

    test.each([
      ['where there should be nothing', 'theirs', async () => undefined],
      ['of another version', 'theirs', (store: WritableStore) => store.put('state', bytes('ours'), undefined)],
      ['that has gone', undefined, (store: WritableStore) => store.put('state', bytes('ours'), undefined)],
    ])('does not replace an object %s', async (_, theirs, before) => {
      const { fake, store } = await opened()
      const version = await before(store)
      if (theirs === undefined) fake.remove('state')
      else fake.put('state', theirs)
      await expect(store.put('state', bytes('new'), version)).rejects.toThrow(ChangedObjectError)
      await expect(store.put('state', bytes('new'), version)).rejects.toThrow(/\/state was changed by another process/)
      expect(fake.get('state')?.content.toString()).toBe(theirs)
    })

    test('lets one of two win', async () => {
      const { fake, store } = await opened()
      const both = ['one', 'two'].map((text) => store.put('state', bytes(text), undefined))
      const ends = (await Promise.allSettled(both)).map(({ status }) => status)
      expect(ends.sort()).toEqual(['fulfilled', 'rejected'])
      expect(fake.get('state')?.content.toString()).toMatch(/^(one|two)$/)
    })

    test('takes its own object, whose receipt was lost, for no conflict', async () => {
      const { fake, store } = await opened()
      fake.fault({ cutAfter: 0 })
      const first = await store.put('state', bytes('first'), undefined)
      fake.fault({ cutAfter: 0 })
      await store.put('state', bytes('second'), first)
      expect(await textAt(store, 'state')).toBe('second')
    })

    test('tries again when the service is overloaded, but not for ever', async () => {
      const { fake, store } = await opened()
      fake.fault({ answer: { status: 503 }, times: 3 })
      await store.put('state', bytes('first'), undefined)
      expect(await textAt(store, 'state')).toBe('first')
      fake.fault({ answer: { status: 503 }, times: 100 })
      await expect(store.put('state', bytes('second'), undefined)).rejects.toThrow(TransientError)
    })

    test('names the permission that is missing', async () => {
      const { fake, store } = await opened()
      const [refuse, permission] = denied
      fake.fault({ refuse, times: 2 })
      await expect(store.put('state', bytes(''), undefined)).rejects.toThrow(ConfigError)
      await expect(store.put('state', bytes(''), undefined)).rejects.toThrow(permission)
    })

    test('calls a bucket that does not exist a mistake in the configuration', async () => {
      const store = await openMissing()
      await expect(store.get('state')).rejects.toThrow(ConfigError)
      await expect(store.put('state', bytes(''), undefined)).rejects.toThrow(ConfigError)
    })
  })
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const textAt = async (store: WritableStore, key: string): Promise<string> =>
  new TextDecoder().decode((await store.get(key))?.bytes)
