import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Budget, type Fetch, prefetched } from '../../src/source/prefetch.ts'

interface Item {
  readonly name: number
  readonly chunks?: readonly number[]
  /** What the file fails with after its chunks. */
  readonly error?: string
}

const budget: Budget = { items: 4, files: 3, bytes: 100 }

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

test('items and their contents come in order, and errors where they belong', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(file), fc.option(fc.constant('listing failed')), async (items, error) => {
      const { opened, fetchOf } = store()
      const seen: { name: number; read: readonly Uint8Array[]; end: string }[] = []
      const reading = (async () => {
        for await (const [{ name }, chunks] of prefetched(listing(items, error ?? undefined), fetchOf, budget)) {
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
  const files = prefetched(listing(items), fetchOf, budget)
  await files.next()
  for (let i = 0; i < 100; i++) await Promise.resolve()
  // Two of 40 bytes fit; a third one would make 120.
  expect(opened.most).toBe(2)
  await files.return(undefined)
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
  const files = prefetched(names, () => ({ size, open }))
  await files.next()
  for (let i = 0; i < 2_000; i++) await Promise.resolve()
  expect(asked).toBe(together)
  let rest = 0
  for await (const _ of files) rest++
  expect([rest, asked]).toEqual([99, 100])
})

test('whoever leaves early leaves nothing open behind', async () => {
  const { opened, fetchOf } = store()
  const items = Array.from({ length: 10 }, (_, name) => ({ name, chunks: [20, 20, 20, 20, 20, 20] }))
  for await (const [, chunks] of prefetched(listing(items), fetchOf, { ...budget, bytes: 1_000 })) {
    expect(opened.now).toBeGreaterThan(1)
    for await (const _ of chunks ?? []) break
    break
  }
  expect(opened.now).toBe(0)
})
