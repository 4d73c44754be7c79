import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Budget, type Fetch, Prefetch } from '../../src/source/prefetch.ts'

interface Item {
  readonly name: number
  readonly chunks?: readonly number[]
  /** What the file fails with after its chunks. */
  readonly error?: string
}

const budget: Budget = { items: 4, files: 3, bytes: 100 }

const fetched = (items: AsyncIterable<Item>, fetchOf: (item: Item) => Fetch | undefined, budget: Budget) =>
  new Prefetch(budget).fetch(items, fetchOf)

/** Counts what is open, and gives way to other work before each chunk. */
function store() {
  const opened = { now: 0, most: 0 }
  const fetchOf = ({ name, chunks, error }: Item): Fetch | undefined =>
    chunks && {
      size: sum(chunks),
      open() {
        opened.most = Math.max(opened.most, ++opened.now)
        const closed = () => {
          opened.now--
        }
        return closing(sent({ name, chunks, error }), closed)
      },
    }
  return { opened, fetchOf }
}

async function* sent({
  name,
  chunks,
  error,
}: Pick<Item, 'name'> & { chunks: readonly number[]; error: string | undefined }) {
  const lent = new Uint8Array(60)
  let sent = 0
  for (const length of chunks) {
    await Promise.resolve()
    // Good until the next one is asked for.
    lent.set(contentOf(name, sent + length).subarray(sent))
    sent += length
    yield lent.subarray(0, length)
    lent.fill(0xee)
  }
  if (error !== undefined) throw new Error(error)
}

/** Open from now on, until it is left, whether or not anything was taken from it. */
function closing(chunks: AsyncGenerator<Uint8Array>, closed: () => void): AsyncIterableIterator<Uint8Array> {
  let isOpen = true
  return {
    next: () => chunks.next(),
    async return() {
      if (isOpen) closed()
      isOpen = false
      return chunks.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const contentOf = (name: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => name + i)

async function* listing(items: readonly Item[], error?: string): AsyncGenerator<Item> {
  for (const item of items) {
    await Promise.resolve()
    yield item
  }
  if (error !== undefined) throw new Error(error)
}

const file = fc.record(
  {
    name: fc.nat(),
    chunks: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
    error: fc.constantFrom('broken', 'gone'),
  },
  { requiredKeys: ['name'] },
)

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

async function taken(chunks: AsyncIterable<Uint8Array> = none(), take: (chunk: Uint8Array) => void): Promise<string> {
  try {
    for await (const chunk of chunks) take(chunk)
    return 'end'
  } catch (error) {
    return String(error)
  }
}

async function* none(): AsyncGenerator<Uint8Array> {}

/** Gives way to all other work. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 2_000; i++) await Promise.resolve()
}

test('items and their contents come in order, and errors where they belong', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(file), fc.option(fc.constant('listing failed')), async (items, error) => {
      const { opened, fetchOf } = store()
      const seen: { name: number; read: readonly Uint8Array[]; end: string }[] = []
      const reading = (async () => {
        for await (const [{ name }, chunks] of fetched(listing(items, error ?? undefined), fetchOf, budget)) {
          const read: Uint8Array[] = []
          const end = await taken(chunks, (chunk) => read.push(Uint8Array.from(chunk)))
          seen.push({ name, read, end })
        }
      })()
      if (error === null) await reading
      else await expect(reading).rejects.toThrow(error)
      expect(seen.map(({ name, read, end }) => [name, end, Buffer.concat(read).toString('hex')])).toEqual(
        items.map(({ name, chunks = [], error }, i) => [
          name,
          items[i]?.chunks && error !== undefined ? `Error: ${error}` : 'end',
          Buffer.from(contentOf(name, sum(chunks))).toString('hex'),
        ]),
      )
      expect(opened.now).toBe(0)
    }),
  )
})

test('the next files load while one is read, and no more than fit the budget', async () => {
  const { opened, fetchOf } = store()
  const items = Array.from({ length: 10 }, (_, name) => ({ name, chunks: [20, 20] }))
  const files = fetched(listing(items), fetchOf, budget)
  await files.next()
  await quiet()
  // Two of 40 bytes fit; a third one would make 120.
  expect(opened.most).toBe(2)
  await files.return?.()
})

test('no more of a listing is looked at than the budget has room for', async () => {
  let listed = 0
  const items = (async function* () {
    for (; listed < 10; listed++) yield { name: listed }
  })()
  const files = fetched(items, () => undefined, budget)
  await files.next()
  await quiet()
  // Four are ahead, and one waits for room.
  expect(listed).toBe(4)
  for (let i = 0; i < 3; i++) await files.next()
  await quiet()
  expect(listed).toBe(7)
  await files.return?.()
})

test.each([
  ['small', 50_000, 64],
  ['large', 10_000_000, 4],
])('by default, a round trip is paid once for several %s files', async (_, size, together) => {
  let asked = 0
  const open = () => {
    asked++
    return sent({ name: 0, chunks: [1], error: undefined })
  }
  const names = (async function* () {
    for (let name = 0; name < 100; name++) yield name
  })()
  const files = new Prefetch().fetch(names, () => ({ size, open }))
  await files.next()
  await quiet()
  expect(asked).toBe(together)
  let rest = 0
  for await (const _ of files) rest++
  expect([rest, asked]).toEqual([99, 100])
})

test('whoever leaves early leaves nothing open behind', async () => {
  const { opened, fetchOf } = store()
  const items = Array.from({ length: 10 }, (_, name) => ({ name, chunks: [20, 20, 20, 20, 20, 20] }))
  for await (const [, chunks] of fetched(listing(items), fetchOf, { ...budget, bytes: 1_000 })) {
    expect(opened.now).toBeGreaterThan(1)
    for await (const _ of chunks ?? []) break
    break
  }
  expect(opened.now).toBe(0)
})

test('whoever reads next finds files begun, as many as the budget of all has room for', async () => {
  const { opened, fetchOf } = store()
  const prefetch = new Prefetch(budget)
  const [first, second] = [3, 3].map((files) =>
    prefetch.fetch(listing(Array.from({ length: files }, (_, name) => ({ name, chunks: [20] }))), fetchOf),
  )
  const counts = [await first?.next()].map(() => 0)
  await quiet()
  // The first reader's three: three files are what there is room for.
  expect(opened.now).toBe(3)
  await first?.next()
  await quiet()
  expect(opened.now).toBe(3)
  for await (const _ of first ?? []) counts.push(1)
  await quiet()
  expect(opened.now).toBe(3)
  for await (const _ of second ?? []) counts.push(2)
  expect(counts).toEqual([0, 1, 2, 2, 2])
  expect(opened.now).toBe(0)
})

test('all readers get all of theirs, one after the other, whatever the budget and however soon they leave', async () => {
  const reader = fc.record({
    files: fc.array(file, { maxLength: 6 }),
    leavesAfter: fc.nat({ max: 8 }),
    delay: fc.nat(3),
  })
  const some: fc.Arbitrary<Budget> = fc.record({
    items: fc.integer({ min: 1, max: 4 }),
    files: fc.integer({ min: 1, max: 3 }),
    bytes: fc.integer({ min: 1, max: 200 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(reader, { maxLength: 4 }), some, async (readers, budget) => {
      const { opened, fetchOf } = store()
      const prefetch = new Prefetch(budget)
      const all = readers.map(({ files, delay }) => prefetch.fetch(late(listing(files), delay), fetchOf))
      for (const [i, { files, leavesAfter }] of readers.entries()) {
        const names: number[] = []
        if (leavesAfter > 0)
          for await (const [{ name }, chunks] of all[i] ?? []) {
            names.push(name)
            await taken(chunks, () => {})
            if (names.length >= leavesAfter) break
          }
        else await all[i]?.return?.()
        expect(names).toEqual(files.slice(0, leavesAfter).map(({ name }) => name))
      }
      prefetch.close()
      await quiet()
      expect(opened.now).toBe(0)
      expect(opened.most).toBeLessThanOrEqual(budget.files)
    }),
  )
})

/** A listing that is not there yet. */
async function late<T>(items: T, turns: number): Promise<T> {
  for (let i = 0; i < turns; i++) await Promise.resolve()
  return items
}

test('a listing that fails is its reader’s trouble alone', async () => {
  const { opened, fetchOf } = store()
  const prefetch = new Prefetch(budget)
  const failing = prefetch.fetch(Promise.reject(new Error('no listing')), fetchOf)
  const other = prefetch.fetch(listing([{ name: 1, chunks: [1] }]), fetchOf)
  await quiet()
  expect(opened.now).toBe(1)
  await expect(failing.next()).rejects.toThrow('no listing')
  expect((await other.next()).value?.[0]).toEqual({ name: 1, chunks: [1] })
  prefetch.close()
})

test('closing lets go of what nobody has begun to read', async () => {
  const { opened, fetchOf } = store()
  const prefetch = new Prefetch(budget)
  const files = () => listing([1, 2, 3, 4].map((name) => ({ name, chunks: [1] })))
  for (let i = 0; i < 3; i++) prefetch.fetch(files(), fetchOf)
  await quiet()
  expect(opened.now).toBe(3)
  prefetch.close()
  await quiet()
  expect(opened).toEqual({ now: 0, most: 3 })
})
