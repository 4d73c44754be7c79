/** At hand or not. */
export type Items<Item> = AsyncIterable<Item> | readonly Item[]

/** A listing of which the beginning is known before it is read. */
export interface LookAhead<Item> {
  /** All items, those looked at included. */
  readonly items: Items<Item>
  /** Undefined if there are more items than were looked at. */
  readonly all: readonly Item[] | undefined
}

/** Looks at the first `most` items. Nothing is listed twice: they are held until they are read. */
export async function lookAhead<Item>(items: AsyncIterable<Item>, most: number): Promise<LookAhead<Item>> {
  const iterator = items[Symbol.asyncIterator]()
  const first: Item[] = []
  while (first.length < most) {
    const { done, value } = await iterator.next()
    if (done) return { items: first, all: first }
    first.push(value)
  }
  return { items: each(first, iterator), all: undefined }
}

async function* each<Item>(first: readonly Item[], rest: AsyncIterator<Item>): AsyncGenerator<Item> {
  try {
    yield* first
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
