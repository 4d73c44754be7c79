import { expect, test } from '@jest/globals'
import { Records } from '../../../src/destination/delivery/records.ts'
import { catalog, fakeTarget, outgoingRun, parcel, record, START } from './fakes.ts'

test('records that come and go as one are counted one by one, and commas between them are none of their bytes', () => {
  const target = fakeTarget('')
  const records = new Records({ catalog: catalog('s'), target, rejected: undefined, now: () => START, emit: () => {} })
  const stream = records.streamOf(record('s', { id: '0' }))
  expect([records.count(stream), records.count(stream, 3), records.count(stream)]).toEqual([0, 1, 4])
  expect(records.places).toBe(5)
  records.delivered(parcel({ ...outgoingRun(1, ['{}', '{"a":1}', '{}']), stream }).items)
  expect(records.report()).toMatchObject([{ stream: 's', read: 5, delivered: 3, bytes: '{}{"a":1}{}'.length }])
})
