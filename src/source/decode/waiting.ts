/**
 * What reads a file is written as plain generators that yield a promise wherever they have to wait. So what is at hand
 * is read without a turn of the event loop, of which a small file would take dozens, and what is far away as well.
 */

import { types } from 'node:util'

/** Comes to a T, and yields a promise wherever it has to wait, which never fails: see `resolved`. */
export type Waiting<T> = Generator<Promise<unknown>, T, void>

/** Things one after the other, with such a promise wherever the next one has to be waited for. */
export type Steps<T> = Iterable<T | Promise<unknown>>

/** What a promise comes to. What it fails with is thrown here, where it is waited for. */
export function* resolved<T>(promise: Promise<T>): Waiting<T> {
  let result = (): T => {
    throw new Error('gone on with before the promise was settled')
  }
  yield promise.then(
    (value) => {
      result = () => value
    },
    (error) => {
      result = () => {
        throw error
      }
    },
  )
  return result()
}

/** What it comes to. */
export async function settled<T>(steps: Waiting<T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    await value
  }
}

/** The things between the promises. Who leaves early waits for what is waited for on the way out. */
export async function* awaited<T>(steps: Steps<T>): AsyncGenerator<T> {
  const iterator = steps[Symbol.iterator]()
  try {
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      if (isPromise(step.value)) await step.value
      else yield step.value
    }
  } finally {
    for (let step = iterator.return?.(); step && !step.done; step = iterator.next()) await step.value
  }
}

/** The other way round. */
export function* stepsOf<T>(things: AsyncIterable<T>): Steps<T> {
  const iterator = things[Symbol.asyncIterator]()
  try {
    for (let next = yield* resolved(iterator.next()); !next.done; next = yield* resolved(iterator.next()))
      yield next.value
  } finally {
    const closed = iterator.return?.()
    if (closed) yield* resolved(closed)
  }
}

/** Also for promises of another realm, as Node's own may be. */
export const isPromise = (value: unknown): value is Promise<unknown> => types.isPromise(value)
