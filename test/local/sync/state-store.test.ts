import { afterEach, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { openStateStore, type StatePlace } from '../../../src/local/sync/state-store.ts'

afterEach(() => void jest.useRealTimers())

const stateOf = (name: string, step: number) => ({ stream_descriptor: { name }, stream_state: { step } })

/** A place in memory. `fail` makes the next writes fail. */
function memory(text = '') {
  const writes: string[] = []
  const errors: Error[] = []
  const place: StatePlace = {
    read: async () => text,
    async write(more) {
      const error = errors.shift()
      if (error) throw error
      writes.push(more)
      text = more
    },
    gatheringMs: 5000,
    close() {},
  }
  return { place, writes, fail: (...more: readonly Error[]) => errors.push(...more) }
}

test('keeps the newest state of each stream', () => {
  const puts = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), step: fc.nat(), flush: fc.boolean() }))
  return fc.assert(
    fc.asyncProperty(puts, async (puts) => {
      const { place } = memory()
      const store = await openStateStore(place)
      for (const { name, step, flush } of puts) {
        store.put(stateOf(name, step))
        if (flush) await store.flush()
      }
      await store.flush()
      const newest = new Map(puts.map(({ name, step }) => [name, stateOf(name, step)]))
      const byName = (states: readonly unknown[]) => [...states].map((state) => JSON.stringify(state)).sort()
      expect(byName((await openStateStore(place)).states)).toEqual(byName([...newest.values()]))
    }),
    { numRuns: 30 },
  )
})

test('writes a list of AirbyteStateMessages, as the read command takes them', async () => {
  const { place, writes } = memory()
  const store = await openStateStore(place)
  store.put(stateOf('a', 1))
  await store.flush()
  expect(writes.map((text) => JSON.parse(text))).toEqual([[{ type: 'STREAM', stream: stateOf('a', 1) }]])
})

test('writes nothing if nothing was put', async () => {
  const { place, writes } = memory()
  await (await openStateStore(place)).flush()
  expect(writes).toEqual([])
})

test.each(['{', '[1]', '[{"type":"STREAM","stream":1}]'])('refuses %s', async (text) => {
  await expect(openStateStore(memory(text).place)).rejects.toThrow('(--state)')
})

test('gathers states for a while, and writes once', async () => {
  jest.useFakeTimers()
  const { place, writes } = memory()
  const store = await openStateStore(place)
  for (const step of [1, 2, 3]) {
    store.put(stateOf('a', step))
    await jest.advanceTimersByTimeAsync(1000)
  }
  expect(writes).toEqual([])
  await jest.advanceTimersByTimeAsync(2000)
  expect(writes).toHaveLength(1)
  store.put(stateOf('a', 4))
  await jest.advanceTimersByTimeAsync(4999)
  expect(writes).toHaveLength(1)
  await jest.advanceTimersByTimeAsync(1)
  expect(writes.map((text) => JSON.parse(text)[0].stream.stream_state.step)).toEqual([3, 4])
})

test('takes no more states once they can not be saved, and tries again at the end', async () => {
  jest.useFakeTimers()
  const { place, writes, fail } = memory()
  const store = await openStateStore(place)
  const full = new Error('The disk is full.')
  fail(full)
  store.put(stateOf('a', 1))
  await jest.advanceTimersByTimeAsync(5000)
  expect(() => store.put(stateOf('a', 2))).toThrow(full)
  await store.flush()
  expect(writes.map((text) => JSON.parse(text)[0].stream.stream_state.step)).toEqual([2])
})

test('says at the end that states could not be saved', async () => {
  const { place, fail } = memory()
  const store = await openStateStore(place)
  const [one, other] = [new Error('one'), new Error('other')]
  fail(one, other)
  store.put(stateOf('a', 1))
  await expect(store.flush()).rejects.toBe(one)
  await expect(store.flush()).rejects.toBe(other)
  await store.flush()
})
