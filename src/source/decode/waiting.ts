/**
 * What reads a file is written as plain generators that yield a promise wherever they have to wait. So what is at hand
 * is read without a turn of the event loop, of which a small file would take dozens, and what is far away as well.
 */

import { types } from 'node:util'

/** Comes to a T, and yields a promise wherever it has to wait. A promise that fails ends it: it is not told. */
export type Waiting<T> = Generator<Promise<unknown>, T, void>

/** What a promise comes to. */
export function* resolved<T>(promise: Promise<T>): Waiting<T> {
  let value: T | undefined
  yield promise.then((result) => {
    value = result
  })
  return value as T
}

/** What it comes to. */
export async function settled<T>(steps: Waiting<T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    await value
  }
}

/** The things between the promises. */
export async function* awaited<T>(steps: Iterable<T | Promise<unknown>>): AsyncGenerator<T> {
  for (const step of steps) {
    if (isPromise(step)) await step
    else yield step
  }
}

/** Also for promises of another realm, as Node's own may be. */
export const isPromise = (value: unknown): value is Promise<unknown> => types.isPromise(value)
