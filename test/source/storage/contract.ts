import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import { MissingObjectError, type ObjectStore, type StoredObject } from '../../../src/source/storage/store.ts'
import { bytesOf } from './read.ts'

/** How the contract gets its stores. What they need (servers, folders) is released by the test file that makes them. */
export interface StoreProvider {
  /** A store that holds exactly these objects: key and content. */
  open(objects: ReadonlyMap<string, Uint8Array>): Promise<ObjectStore>
  /** A store whose bucket, container or folder does not exist. */
  openMissing(): Promise<ObjectStore>
  /** True for a server that orders keys by UTF-16 units: it is not asked to order characters beyond U+FFFF. */
  readonly ordersByUtf16?: boolean
  /** Characters that not every server takes in a key, and this one does. */
  readonly more?: readonly string[]
  /** What keys of this store can't hold. */
  readonly without?: readonly string[]
}

/** What every storage provider must do. */
export function storeContract(name: string, provider: StoreProvider): void {
  const { open, openMissing, ordersByUtf16 = false, more = [], without = [] } = provider
  const asked = (keys: readonly string[]) => keys.filter((key) => !(ordersByUtf16 && key === '😀'))
  const withKeys = (...keys: readonly string[]) => open(new Map(keys.map((key) => [key, bytes(`content of ${key}`)])))

  describe(`${name} keeps the contract of a store: it`, () => {
    test('lists every object with its size and the time of its last change', async () => {
      const store = await open(new Map([['a/one.avro', bytes('12345')]]))
      const [object, ...others] = await collect(store.list(''))
      expect(others).toEqual([])
      expect(object).toMatchObject({ key: 'a/one.avro', size: 5 })
      const age = Date.now() - (object?.modified.getTime() ?? Number.NaN)
      expect(Math.abs(age)).toBeLessThan(24 * 3_600_000)
    })

    test('lists in the order of UTF-8 bytes, folders among files', async () => {
      const store = await withKeys(...asked(SHUFFLED))
      expect(await keys(store.list(''))).toEqual(asked(IN_ORDER))
    })

    test.each([
      ['nothing', '', undefined, IN_ORDER],
      ['a folder', 'a/', undefined, ['a/1', 'a/b/2', 'a/é']],
      ['a folder without its slash', 'a', undefined, ['a.b/3', 'a/1', 'a/b/2', 'a/é', 'ab']],
      ['the beginning of a name', 'a/b', undefined, ['a/b/2']],
      ['a whole key', 'ab', undefined, ['ab']],
      ['a name beyond ASCII', 'a/é', undefined, ['a/é']],
      ['what does not exist', 'nowhere/', undefined, []],
      ['what lies below an object', 'ab/', undefined, []],
      ['a folder, after one of its keys', 'a/', 'a/1', ['a/b/2', 'a/é']],
      ['a folder, after a key that is not there', 'a/', 'a/a', ['a/b/2', 'a/é']],
      ['a folder, after a key before it', 'a/', 'A', ['a/1', 'a/b/2', 'a/é']],
      ['a folder, after its last key', 'a/', 'a/é', []],
      ['a folder, after a key behind it', 'a/', 'b', []],
      ['a folder, after the beginning of a key', 'a/', 'a/b/', ['a/b/2', 'a/é']],
      ['nothing, after the name of a folder', '', 'a', IN_ORDER.slice(IN_ORDER.indexOf('a.b/3'))],
    ])('lists by prefix: %s', async (_, prefix, after, expected) => {
      const store = await withKeys(...asked(SHUFFLED))
      expect(await keys(store.list(prefix, after))).toEqual(asked(expected))
    })

    test('lists and reads keys with every character that needs escaping somewhere', async () => {
      const store = await withKeys(...AWKWARD)
      const listed = await collect(store.list(''))
      expect(listed.map(({ key }) => key)).toEqual([...AWKWARD].sort(byBytes))
      for (const object of listed) {
        expect(await text(store.read(object))).toBe(`content of ${object.key}`)
      }
      for (const [i, key] of [...AWKWARD].sort(byBytes).entries()) {
        expect(await keys(store.list('', key))).toEqual([...AWKWARD].sort(byBytes).slice(i + 1))
      }
    })

    test('lists and reads keys of any characters, and goes on after any of them', async () => {
      const isOrdered = (unit: string) => !(ordersByUtf16 && (unit.codePointAt(0) ?? 0) > 0xffff)
      const units = [...UNITS.filter((unit) => isOrdered(unit) && !without.includes(unit)), ...more]
      await fc.assert(
        fc.asyncProperty(someKeys(units), async (some) => {
          const store = await withKeys(...some)
          const sorted = [...some].sort(byBytes)
          const listed = await collect(store.list(''))
          expect(listed.map(({ key }) => key)).toEqual(sorted)
          for (const [i, object] of listed.entries()) {
            expect(await text(store.read(object, 1))).toBe(`content of ${object.key}`.slice(1))
            expect(await keys(store.list('', object.key))).toEqual(sorted.slice(i + 1))
            const folder = object.key.slice(0, object.key.lastIndexOf('/') + 1)
            const entries = await collect(store.level(folder))
            expect(entries).toContainEqual({ object: expect.objectContaining({ key: object.key }) })
            expect(await keys(store.list(folder))).toEqual(sorted.filter((key) => key.startsWith(folder)))
          }
        }),
        { numRuns: 25 },
      )
    }, 60_000)

    test('lists more objects than fit on a page, and goes on after any of them', async () => {
      const many = Array.from({ length: 1_100 }, (_, i) => `many/${String(i).padStart(4, '0')}`)
      const store = await withKeys(...many)
      expect(await keys(store.list('many/'))).toEqual(many)
      expect(await keys(store.list('many/', 'many/0998'))).toEqual(many.slice(999))
      for await (const { key } of store.list('many/')) {
        expect(key).toBe('many/0000')
        break
      }
    })

    test('lists nothing where there is nothing', async () => {
      const store = await withKeys()
      expect(await keys(store.list(''))).toEqual([])
      expect(await collect(store.level(''))).toEqual([])
      expect(await collect(store.level('nowhere/'))).toEqual([])
    })

    test.each([
      ['', ['B/', 'a.b/', 'a/', 'ab', 'b', '～', '😀']],
      ['a/', ['a/1', 'a/b/', 'a/é']],
      ['a/b/', ['a/b/2']],
    ])('shows the objects and folders of one level: "%s"', async (prefix, expected) => {
      const store = await withKeys(...asked(SHUFFLED))
      const entries = await collect(store.level(prefix))
      expect(entries.map((entry) => ('folder' in entry ? entry.folder : entry.object.key))).toEqual(asked(expected))
    })

    test('shows the sizes of objects of a level', async () => {
      const store = await open(new Map([['a/one', bytes('12345')]]))
      expect(await collect(store.level('a/'))).toMatchObject([{ object: { key: 'a/one', size: 5 } }])
    })

    test.each([
      ['all', undefined, undefined, '0123456789'],
      ['from a byte on', 4, undefined, '456789'],
      ['up to a byte', 0, 4, '0123'],
      ['between two bytes', 4, 6, '45'],
      ['up to behind the end', 8, 20, '89'],
      ['nothing, from the end on', 10, undefined, ''],
      ['nothing, between equal bytes', 4, 4, ''],
    ])('reads %s', async (_, start, end, expected) => {
      const store = await open(new Map([['digits', bytes('0123456789')]]))
      const object = await first(store.list('digits'))
      expect(await text(store.read(object, start, end))).toBe(expected)
    })

    test('reads an empty object', async () => {
      const store = await open(new Map([['empty', bytes('')]]))
      expect(await text(store.read(await first(store.list(''))))).toBe('')
    })

    test('reads an object of several megabytes byte for byte, and may be left half way', async () => {
      const content = Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * 31 + (i >> 8)) % 256)
      const store = await open(new Map([['big', content]]))
      const object = await first(store.list(''))
      const read = await bytesOf(store.read(object))
      expect(read.equals(content)).toBe(true)
      for await (const chunk of store.read(object)) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
    })

    test('says that an object which was listed is gone', async () => {
      const store = await withKeys('here')
      const gone = { ...(await first(store.list(''))), key: 'gone' }
      await expect(collect(store.read(gone))).rejects.toThrow(MissingObjectError)
      await expect(collect(store.read(gone))).rejects.toThrow(/gone/)
    })

    test('calls a bucket that does not exist a mistake in the configuration, and names it', async () => {
      const store = await openMissing()
      await expect(collect(store.list(''))).rejects.toThrow(ConfigError)
      await expect(collect(store.level(''))).rejects.toThrow(ConfigError)
      // One that is gone in the middle of a sync: either is right, a defect of ours is not.
      const object = { key: 'a', modified: new Date(), size: 1 }
      const error = await collect(store.read(object)).catch((caught: unknown) => caught)
      expect(error instanceof ConfigError || error instanceof TransientError).toBe(true)
    })

    test('gives the address of a key', async () => {
      const store = await withKeys()
      expect(store.url('a/one.avro')).toMatch(/^[a-z0-9]+:\/\/.*\/a\/one\.avro$/)
    })
  })
}

/** By UTF-8 bytes: "a.b/" comes before "a/", and "～" (U+FF5E) before "😀" (U+1F600), unlike in UTF-16. */
const IN_ORDER = ['B/4', 'a.b/3', 'a/1', 'a/b/2', 'a/é', 'ab', 'b', '～', '😀']
const SHUFFLED = ['😀', 'ab', 'a/é', 'b', 'a/b/2', '～', 'a.b/3', 'B/4', 'a/1']

const AWKWARD = [
  'event_type=users.x.Y/date=2025-04-01-17/version=6/us-01/dataexport.prod-01.S3.integration.0a+0+123456.avro',
  'plus+plus/a+b',
  'space space/a b',
  'percent%/100%',
  'percent%/%2F%20',
  'query?a=b&c=d/x',
  'hash#1/y',
  `quote"s'/<tag>&amp;`,
  'brackets[1]/{2}(3)',
  'équipe/日本語/😀',
  'semi;colon,comma@at!/~tilde*star$',
]

/** What means something to URLs, XML, JSON or shells, is more than a byte or unit, or looks like another. */
const UNITS: readonly string[] = [
  ...'a07.eE-_ +%#?&=;,:!~*()[]{}|^`@$<>"\'\\',
  ...['%2F', '%20', '%00', '%', '&amp;', '../', './', 'é', 'e\u0301', 'ß', '日', '\u200d', '\u2028', '\ufeff'],
  ...['\u{e000}', '😀', '\u{10ffff}'],
]

/** None is a folder of another, or a part of a path that means another one: file systems have no such. */
const someKeys = (units: readonly string[]): fc.Arbitrary<string[]> => {
  const part = fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength: 5 })
  const path = fc
    .array(part, { minLength: 1, maxLength: 3 })
    .map((parts) =>
      parts
        .join('/')
        .split('/')
        .filter((name) => !['', '.', '..'].includes(name))
        .join('/'),
    )
    .filter((key) => key !== '')
  return fc
    .uniqueArray(path, { minLength: 1, maxLength: 5 })
    .map((paths) => paths.filter((key) => !paths.some((other) => other.startsWith(`${key}/`))))
}

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content)

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

const keys = async (objects: AsyncIterable<StoredObject>): Promise<string[]> =>
  (await collect(objects)).map(({ key }) => key)

async function first(objects: AsyncIterable<StoredObject>): Promise<StoredObject> {
  for await (const object of objects) return object
  throw new Error('the listing is empty')
}

const text = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => (await bytesOf(chunks)).toString('utf8')
