import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ByteString, toByteString } from '../../../src/cdk/bytes.ts'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import type { Parcel } from '../../../src/destination/delivery/batch.ts'
import { deliver } from '../../../src/destination/delivery/deliver.ts'
import type { Rejection } from '../../../src/destination/delivery/rejected.ts'
import type { Send } from '../../../src/destination/delivery/send.ts'
import { outgoing, outgoingRun, parcel, textsOf } from './fakes.ts'

interface Fate {
  readonly delivered: number[]
  readonly rejected: { readonly place: number; readonly rejection: Rejection }[]
}

async function fates(send: Send, whole: Parcel): Promise<Fate> {
  const fate: Fate = { delivered: [], rejected: [] }
  await deliver(send, whole, {
    delivered: (some) => fate.delivered.push(...some.map(({ place }) => place)),
    rejected: ({ place }, rejection) => fate.rejected.push({ place, rejection }),
  })
  return fate
}

const items = (count: number): Parcel => parcel(...Array.from({ length: count }, (_, place) => outgoing(place, '{}')))

test('rejects the events that the service refuses, and delivers all others once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(39)), async (count, bad) => {
      const requests: number[] = []
      const fate = await fates(async ({ items: some }) => {
        requests.push(some.length)
        return some.some(({ place }) => bad.includes(place))
          ? { status: 'refused', code: 400, reason: 'no' }
          : { status: 'delivered' }
      }, items(count))
      const places = items(count).items.map(({ place }) => place)
      expect(fate.delivered).toEqual(places.filter((place) => !bad.includes(place)))
      expect(fate.rejected.map(({ place }) => place)).toEqual(places.filter((place) => bad.includes(place)))
    }),
  )
})

/** What JSON may hold that looks like the end of an event. */
const TEXTS = ['{}', '{"a":"},{"}', '{"a":{"b":[{},{}]},"c":"\\"}"}', '{"a":[1,"]"]}'].map(toByteString)

test('records that came as one are told apart where the service refuses some of them', async () => {
  const some = fc.array(fc.array(fc.constantFrom(...TEXTS), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 5,
  })
  await fc.assert(
    fc.asyncProperty(some, fc.array(fc.nat(29)), async (runs, bad) => {
      const texts = runs.flat()
      const starts = runs.map((_, i) => runs.slice(0, i).flat().length)
      const whole = parcel(...runs.map((run, i) => outgoingRun(starts[i] ?? 0, run)))
      const delivered: ByteString[] = []
      const rejected: [place: number, id: string, text: ByteString][] = []
      const includesBad = (sent: Parcel) =>
        sent.items.some(({ place, records }) => bad.some((one) => one >= place && one < place + records))
      await deliver(
        async (sent) => {
          if (includesBad(sent)) return { status: 'refused', code: 400, reason: 'no' }
          delivered.push(...textsOf(sent))
          return { status: 'delivered' }
        },
        whole,
        {
          delivered: () => undefined,
          rejected: ({ place, records, events, lines, start, end }) => {
            expect([records, events]).toEqual([1, 1])
            const { id } = JSON.parse(lines.text).record.data
            rejected.push([place, id, whole.body.toString('latin1', start, end)])
          },
        },
      )
      expect(delivered.join(',')).toBe(texts.filter((_, place) => !bad.includes(place)).join(','))
      expect(rejected).toEqual(
        texts.flatMap((text, place) => (bad.includes(place) ? [[place, String(place), text]] : [])),
      )
    }),
  )
})

test('one bad event among 2,500 costs two requests for each time they can be halved', async () => {
  let requests = 0
  await fates(async ({ items: some }) => {
    requests++
    return some.some(({ place }) => place === 1234)
      ? { status: 'refused', code: 400, reason: 'no' }
      : { status: 'delivered' }
  }, items(2500))
  expect(requests).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(2500)))
})

test('sends smaller requests where one is too large', async () => {
  const sizes: number[] = []
  const { delivered } = await fates(async ({ items: some }) => {
    if (some.length > 3) return { status: 'refused', code: 413, reason: 'too large' }
    sizes.push(some.length)
    return { status: 'delivered' }
  }, items(10))
  expect([delivered.length, Math.max(...sizes)]).toEqual([10, 3])
})

test('only the first request is told that its body is all its own', async () => {
  const whole: [items: number, isWhole: boolean][] = []
  await fates(async ({ items: some, isWhole }) => {
    whole.push([some.length, isWhole])
    return some.length > 1 ? { status: 'refused', code: 400, reason: 'no' } : { status: 'delivered' }
  }, items(3))
  expect(whole).toEqual([
    [3, true],
    [1, false],
    [2, false],
    [1, false],
    [1, false],
  ])
})

test.each([
  [400, 'refused_by_service'],
  [413, 'too_large_for_service'],
  [422, 'refused_by_service'],
])('a single event answered with %i is rejected as %s', async (code, reason) => {
  const { rejected } = await fates(async () => ({ status: 'refused', code, reason: 'because' }), items(1))
  expect(rejected.map(({ rejection }) => rejection)).toEqual([{ reason, message: 'because', status: code }])
})

test('what a service quotes from an event is left out of the reason', async () => {
  const data = { id: 'x', name: 'Ada Lovelace', nested: { city: 'Münster' }, phone: 491234567 }
  const quoting = parcel(outgoing(0, '{}', { data }))
  const reason = 'name "Ada Lovelace" of Münster, 491234567: no userId'
  const { rejected } = await fates(async () => ({ status: 'refused', code: 400, reason }), quoting)
  expect(rejected[0]?.rejection.message).toBe('name "…" of …, …: no userId')
})

test('stops at an error, and has told what was delivered until then', async () => {
  const answers = [
    { status: 'refused', code: 413, reason: '' },
    { status: 'delivered' },
    { status: 'stopped', message: 'Change the key.' },
  ] as const
  const delivered: number[] = []
  let i = 0
  const attempt = deliver(async () => answers[i++] ?? { status: 'delivered' }, items(4), {
    delivered: (some) => delivered.push(...some.map(({ place }) => place)),
    rejected: () => undefined,
  })
  await expect(attempt).rejects.toThrow(new ConfigError('Change the key.'))
  expect(delivered).toEqual([0, 1])
})

test('an attempt that failed for good is a TransientError', async () => {
  const attempt = fates(
    async () => ({ status: 'failed', reason: 'Testify answered 503', rateLimited: false }),
    items(1),
  )
  await expect(attempt).rejects.toThrow(
    new TransientError('Testify answered 503. What was not delivered is not acknowledged: run the sync again.'),
  )
  await expect(attempt).rejects.toBeInstanceOf(TransientError)
})
