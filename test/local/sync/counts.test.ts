import { expect, test } from '@jest/globals'
import { countsIn } from '../../../src/local/sync/counts.ts'
import { openStateStore, type StatePlace } from '../../../src/local/sync/state-store.ts'

const state = (name: string) => ({ stream_descriptor: { name }, stream_state: { at: 1 } })
const stats = { sourceStats: { recordCount: 3 }, destinationStats: { recordCount: 2, rejectedRecordCount: 1 } }

test.each<readonly [string, string, readonly unknown[]]>([
  ['nothing', '', []],
  ['states without counts', JSON.stringify([{ type: 'STREAM', stream: state('a') }]), []],
  ['lines that a connector printed', '{"type":"STATE"}\n{"type":"STATE"}', []],
  [
    'some with, some without',
    JSON.stringify([
      { type: 'STREAM', stream: state('a') },
      { type: 'STREAM', stream: state('b'), ...stats },
    ]),
    [['b', { read: 3, done: 2, rejected: 1 }]],
  ],
])('of %s, these are the counts', (_, text, counts) => {
  expect(countsIn(text)).toEqual(counts)
})

test('counts are added up over all runs that used the place', async () => {
  let text = ''
  const place: StatePlace = {
    read: async () => text,
    async write(more) {
      text = more
    },
    gatheringMs: 5000,
    close() {},
  }
  for (const run of [1, 2]) {
    const store = await openStateStore(place)
    store.put(state('a'), { read: 3 * run, done: 2 * run, rejected: run })
    store.put(state('a'), { read: 1, done: 1, rejected: 0 })
    store.put(state('b'))
    await store.flush()
  }
  expect(countsIn(text)).toEqual([['a', { read: 11, done: 8, rejected: 3 }]])
})
