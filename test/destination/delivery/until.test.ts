import { expect, test } from '@jest/globals'
import { until } from '../../../src/destination/delivery/until.ts'

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

async function* upTo(last: number, onEnd = () => {}): AsyncGenerator<number> {
  try {
    for (let i = 1; i <= last; i++) yield i
  } finally {
    onEnd()
  }
}

test('passes everything on if there is no signal', async () => {
  expect(await collect(until(upTo(3), new AbortController().signal))).toEqual([1, 2, 3])
})

test('passes nothing on after the signal, and lets the rest go', async () => {
  const stop = new AbortController()
  let ended = false
  const seen: number[] = []
  for await (const item of until(
    upTo(9, () => {
      ended = true
    }),
    stop.signal,
  )) {
    seen.push(item)
    if (item === 2) stop.abort()
  }
  expect([seen, ended]).toEqual([[1, 2], true])
})

test('does not wait for an item that never comes', async () => {
  const stop = new AbortController()
  async function* never() {
    yield 1
    yield await new Promise<number>(() => stop.abort())
  }
  expect(await collect(until(never(), stop.signal))).toEqual([1])
})

test('begins nothing after the signal', async () => {
  expect(await collect(until(upTo(3), AbortSignal.abort()))).toEqual([])
})

test('passes on the error of the items', async () => {
  async function* broken(): AsyncGenerator<number> {
    yield 1
    throw new Error('no')
  }
  await expect(collect(until(broken(), new AbortController().signal))).rejects.toThrow('no')
})
