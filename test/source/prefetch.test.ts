import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Fetch, prefetched, type SharedBudget } from '../../src/source/prefetch.ts'

interface Item {
  readonly name: number
  readonly chunks?: readonly number[]
  /** What the file fails with after its chunks. */
  readonly error?: string
}

const budget: SharedBudget = { items: 4, files: 3, bytes: 100, fileBytes: 50 }

/** Counts what is open, and gives way to other work before each chunk. */
function store() {
  const opened = { now: 0, most: 0, bytes: 0, mostBytes: 0 }
  const fetchOf = ({ name, chunks, error }: Item): Fetch | undefined =>
    chunks && {
      size: sum(chunks),
      async *open() {
        const lent = new Uint8Array(60)
        opened.most = Math.max(opened.most, ++opened.now)
        try {
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
        } finally {
          opened.now--
        }
      },
    }
  return { opened, fetchOf }
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
  const files = prefetched(listing(items), fetchOf, { ...budget, fileBytes: 100 })
  await files.next()
  for (let i = 0; i < 100; i++) await Promise.resolve()
  // Two of 40 bytes fit; a third one would make 120.
  expect(opened.most).toBe(2)
  await files.return(undefined)
})

test('files larger than their share begin while one is read, and each is loaded only so far ahead', async () => {
  const sent = [0, 0, 0, 0]
  const fetchOf = (name: number): Fetch => ({
    size: 500,
    async *open() {
      for (let i = 0; i < 50; i++) {
        sent[name] = (sent[name] ?? 0) + 10
        yield new Uint8Array(10)
      }
    },
  })
  const names = (async function* () {
    yield* sent.keys()
  })()
  const files = prefetched(names, fetchOf, { ...budget, bytes: 150 })
  await files.next()
  for (let i = 0; i < 200; i++) await Promise.resolve()
  // Until it is more than 50.
  expect(sent).toEqual([60, 60, 60, 0])
  await files.return(undefined)
})

test.each([
  ['small', 50_000, 32],
  ['large', 10_000_000, 4],
])('by default, a round trip is paid once for several %s files', async (_, size, together) => {
  let asked = 0
  const open = async function* () {
    asked++
    await answers
    yield new Uint8Array(1)
  }
  const { promise: answers, resolve: answer } = withResolvers()
  const names = (async function* () {
    for (let name = 0; name < 100; name++) yield name
  })()
  const files = prefetched(names, () => ({ size, open }))
  await files.next()
  for (let i = 0; i < 2_000; i++) await Promise.resolve()
  expect(asked).toBe(together)
  answer()
  let rest = 0
  for await (const _ of files) rest++
  expect([rest, asked]).toEqual([99, 100])
})

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

test('a file larger than the budget is loaded only so far ahead', async () => {
  let sent = 0
  const open = async function* () {
    for (; sent < 50; sent++) yield new Uint8Array(10)
  }
  const files = prefetched(listing([{ name: 1 }]), () => ({ size: 500, open }), { ...budget, fileBytes: 100 })
  const { value } = await files.next()
  for (let i = 0; i < 200; i++) await Promise.resolve()
  expect(sent).toBe(10)
  let bytes = 0
  for await (const { length } of value?.[1] ?? []) bytes += length
  expect(bytes).toBe(500)
  expect((await files.next()).done).toBe(true)
})

test.each([
  ['files that wait for their reader', 50],
  ['files that are loaded', 1_000],
])('whoever leaves early leaves nothing open behind: %s', async (_, fileBytes) => {
  const { opened, fetchOf } = store()
  const items = Array.from({ length: 10 }, (_, name) => ({ name, chunks: [20, 20, 20, 20, 20, 20] }))
  for await (const [, chunks] of prefetched(listing(items), fetchOf, { ...budget, bytes: 1_000, fileBytes })) {
    for await (const _ of chunks ?? []) break
    break
  }
  for (let i = 0; i < 100; i++) await Promise.resolve()
  expect(opened.now).toBe(0)
})
