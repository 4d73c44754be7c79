import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesOf, toByteString } from '../../../src/cdk/bytes.ts'
import { type Batch, Batches } from '../../../src/destination/delivery/batch.ts'
import { eventsOf, outgoing, textsOf } from './fakes.ts'

const ENVELOPE = { head: '{"sentAt":"2026-11-22T00:00:00.000Z","batch":[', tail: ']}' }
const EMPTY = ENVELOPE.head.length + ENVELOPE.tail.length

const body = (batch: Batch): Buffer => Buffer.concat([bytesOf(ENVELOPE.head), eventsOf(batch), bytesOf(ENVELOPE.tail)])

const texts = fc.string({ unit: fc.constantFrom('a', 'é', '😀'), maxLength: 2 }).map(toByteString)

const arrival = fc.record({
  key: fc.constantFrom('x', 'y'),
  text: fc.tuple(texts, fc.integer({ min: 1, max: 2 })).map(([text, events]) => Array(events).fill(`{${text}}`)),
})

test('batches keep every item, in order for its key, within the limits', () => {
  fc.assert(
    fc.property(
      fc.array(arrival, { maxLength: 60 }),
      fc.integer({ min: EMPTY, max: EMPTY + 60 }),
      fc.integer({ min: 1, max: 20 }),
      (arrivals, batchBytes, batchEvents) => {
        const batches = new Batches({ eventBytes: 100, batchBytes, batchEvents }, ENVELOPE)
        const records = arrivals.map(({ key, text }, place) =>
          outgoing(place, text.join(','), { writeKey: key, events: text.length }),
        )
        const closed = [...records.flatMap((one) => batches.add(one, 0)), ...batches.close()]
        for (const key of ['x', 'y']) {
          const sent = closed.filter(({ writeKey }) => writeKey === key)
          const given = records.filter(({ writeKey }) => writeKey === key)
          expect(sent.flatMap(({ items }) => items.map(({ place }) => place))).toEqual(given.map(({ place }) => place))
          expect(sent.flatMap(textsOf)).toEqual(given.map(({ bytes }) => bytes.toString('latin1')))
          expect(sent.map((batch) => eventsOf(batch).toString('latin1'))).toEqual(
            sent.map((batch) => textsOf(batch).join(',')),
          )
        }
        for (const batch of closed) {
          // The envelope fits around the events in the body itself.
          expect(batch.isWhole).toBe(true)
          expect(batch.items[0]?.start).toBe(ENVELOPE.head.length)
          expect(batch.items.at(-1)?.end).toBeLessThanOrEqual(batch.body.length - ENVELOPE.tail.length)
        }
        for (const batch of closed.filter((one) => one.items.length > 1)) {
          // Measured on the very body that is sent.
          expect(body(batch).length).toBeLessThanOrEqual(batchBytes)
          expect(batch.items.reduce((sum, { events }) => sum + events, 0)).toBeLessThanOrEqual(batchEvents)
        }
      },
    ),
    { numRuns: 1000 },
  )
})

test('a batch is as full as it can be', () => {
  const batches = new Batches({ eventBytes: 100, batchBytes: EMPTY + 5, batchEvents: 10 }, ENVELOPE)
  // Two texts of two bytes and a comma fill it to the byte; a third text would not fit.
  expect([0, 1, 2].flatMap((place) => batches.add(outgoing(place, '{}'), 0)).map(({ items }) => items.length)).toEqual([
    2,
  ])
})

test('what fills the room of a batch to the byte still goes into it, and one byte more does not', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.constantFrom(0, 1), (sizes, more) => {
      const batches = new Batches({ eventBytes: 100, batchBytes: EMPTY + 500, batchEvents: 100 }, ENVELOPE)
      for (const [place, size] of sizes.entries()) batches.add(outgoing(place, 'x'.repeat(size)), 0)
      const room = batches.room(outgoing(0, '').writeKey)
      expect(room.events).toBe(100 - sizes.length)
      const closed = batches.add(outgoing(99, 'y'.repeat(room.bytes + more)), 0)
      expect(closed).toHaveLength(sizes.length === 0 ? 0 : more)
      if (more === 0) expect(batches.close().map((batch) => body(batch).length)).toEqual([EMPTY + 500])
    }),
  )
})

test('where a text lies does not count for how large it is', () => {
  const batches = new Batches({ eventBytes: 100, batchBytes: EMPTY + 5, batchEvents: 10 }, ENVELOPE)
  const bytes = Buffer.from('-------{}---')
  const add = (place: number) => batches.add({ ...outgoing(place, '{}'), bytes, start: 7, end: 9 }, 0)
  expect([0, 1, 2].flatMap(add).map(textsOf)).toEqual([['{}', '{}']])
})

test('a batch with as many events as it may hold is closed at once', () => {
  const batches = new Batches({ eventBytes: 100, batchBytes: 1000, batchEvents: 2 }, ENVELOPE)
  expect(batches.add(outgoing(0, '{}'), 0)).toEqual([])
  expect(batches.add(outgoing(1, '{}'), 0)).toHaveLength(1)
  expect(batches.close()).toEqual([])
})

test('closes what has been open since a time, the oldest first', () => {
  const batches = new Batches({ eventBytes: 100, batchBytes: 1000, batchEvents: 100 }, ENVELOPE)
  batches.add(outgoing(0, '{}', { writeKey: 'x' }), 10)
  batches.add(outgoing(1, '{}', { writeKey: 'y' }), 20)
  batches.add(outgoing(2, '{}', { writeKey: 'x' }), 30)
  expect(batches.firstPlace()).toBe(0)
  expect(batches.close(9)).toEqual([])
  expect(batches.close(10).map(({ writeKey, items }) => [writeKey, items.length])).toEqual([['x', 2]])
  expect(batches.firstPlace()).toBe(1)
  expect(batches.close().map(({ writeKey }) => writeKey)).toEqual(['y'])
  expect(batches.firstPlace()).toBe(Number.POSITIVE_INFINITY)
})

test('a body that came back is used again, and what it held does not show', () => {
  const batches = new Batches({ eventBytes: 100, batchBytes: 100_000, batchEvents: 1 }, ENVELOPE)
  const large = `"${'x'.repeat(90_000)}"`
  const [first] = batches.add(outgoing(0, large), 0)
  if (!first) throw new Error('The batch is not closed.')
  batches.recycle(first)
  const [second] = batches.add(outgoing(1, '{}'), 0)
  expect(second?.body).toBe(first.body)
  expect(second && textsOf(second)).toEqual(['{}'])
})

test('of the bodies that come back only so many are kept', () => {
  const batches = new Batches({ eventBytes: 100, batchBytes: 1000, batchEvents: 1 }, ENVELOPE)
  const hundred = () => Array.from({ length: 100 }, (_, place) => batches.add(outgoing(place, '{}'), 0)).flat()
  const first = hundred()
  for (const batch of first) batches.recycle(batch)
  const bodies = new Set(first.map(({ body }) => body))
  expect(bodies.size).toBe(100)
  expect(hundred().filter(({ body }) => bodies.has(body))).toHaveLength(16)
})

test('texts of any size are copied from wherever they lie, as many to a request as fit', () => {
  const size = fc.oneof(fc.nat(20), fc.integer({ min: 16_000, max: 17_000 }), fc.nat(80_000))
  const batchBytes = 200_000
  fc.assert(
    fc.property(fc.array(fc.tuple(size, fc.nat(50)), { minLength: 1, maxLength: 12 }), (sizes) => {
      const batches = new Batches({ eventBytes: 1e6, batchBytes, batchEvents: 100 }, ENVELOPE)
      const texts = sizes.map(([size], i) => String.fromCharCode(97 + i).repeat(size + 1))
      const closed = texts.flatMap((text, place) => {
        const [, start = 0] = sizes[place] ?? []
        const bytes = Buffer.from(`${'-'.repeat(start)}${text}--`)
        return batches.add({ ...outgoing(place, text), bytes, start, end: start + text.length }, 0)
      })
      const all = [...closed, ...batches.close()]
      for (const { items, body } of all) {
        expect(items.at(-1)?.end).toBeLessThanOrEqual(body.length - ENVELOPE.tail.length)
      }
      expect(all.map((batch) => eventsOf(batch).toString().split(','))).toEqual(inRequests(texts, batchBytes - EMPTY))
    }),
  )
})

/** Each request takes what fits, commas included. */
function inRequests(texts: readonly string[], room: number): readonly string[][] {
  const requests: string[][] = []
  for (const text of texts) {
    const last = requests.at(-1)
    if (last && [...last, text].join(',').length <= room) last.push(text)
    else requests.push([text])
  }
  return requests
}
