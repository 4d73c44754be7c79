import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Rate } from '../../../src/destination/delivery/rate.ts'

/** Sends requests one after the other as soon as the rate allows. Gives when each was sent. */
function sendAll(
  rate: Rate,
  requests: readonly number[],
  start = 0,
): { readonly at: number; readonly events: number }[] {
  let now = start
  return requests.map((events) => {
    for (let ms = rate.wait(events, now); ms > 0; ms = rate.wait(events, now)) now += ms
    rate.sending(events, now)
    return { at: now, events }
  })
}

const perSecond = (sent: ReturnType<typeof sendAll>, from: number): number =>
  sent.filter(({ at }) => at >= from && at < from + 1000).reduce((sum, { events }) => sum + events, 0)

test('no second holds more events than allowed', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 5, max: 50 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 100 }),
      (max, requests) => {
        const sent = sendAll(new Rate(max), requests)
        for (const { at } of sent) expect(perSecond(sent, at)).toBeLessThanOrEqual(max)
      },
    ),
  )
})

test('as many events as allowed are sent', () => {
  const sent = sendAll(new Rate(100), Array(50).fill(10))
  expect(sent.at(-1)?.at).toBe(4000)
})

test('tells how long it takes until there is room', () => {
  const rate = new Rate(100)
  rate.sending(60, 0)
  rate.sending(40, 300)
  expect([rate.wait(1, 300), rate.wait(60, 400), rate.wait(61, 400), rate.wait(200, 400)]).toEqual([
    700, 600, 900, 1900,
  ])
})

test('a request larger than a second’s events takes their time', () => {
  const sent = sendAll(new Rate(0.5), [1, 1, 1])
  expect(sent.map(({ at }) => at)).toEqual([0, 2000, 4000])
})

test('nothing waits without a limit', () => {
  expect(sendAll(new Rate(), Array(2000).fill(1000)).at(-1)?.at).toBe(0)
})

test('nothing is sent before the time that the service asked for', () => {
  const rate = new Rate()
  expect(rate.limited(0, 5000)).toBe(5000)
  expect(rate.limited(100, 4000)).toBe(0)
  expect(rate.limited(100, 6000)).toBe(1000)
  expect(rate.wait(1, 4500)).toBe(1500)
  expect(rate.wait(1, 6000)).toBe(0)
})

test('a refusal halves the rate, and it comes back step by step', () => {
  const rate = new Rate(1000)
  sendAll(rate, Array(10).fill(100))
  rate.limited(999, 1000)
  const before = sendAll(rate, Array(100).fill(10), 1000)
  expect(perSecond(before, 2000)).toBeGreaterThanOrEqual(480)
  expect(perSecond(before, 2000)).toBeLessThanOrEqual(600)
  const long = sendAll(rate, Array(3000).fill(10), 60_000)
  expect(perSecond(long, 61_000)).toBe(1000)
})

test('without a limit of ours, a refusal halves what was sent in the last second', () => {
  const rate = new Rate()
  sendAll(rate, Array(8).fill(100))
  rate.limited(500, 1000)
  const sent = sendAll(rate, Array(40).fill(20), 2000)
  expect(perSecond(sent, 2000)).toBeLessThanOrEqual(460)
  expect(perSecond(sent, 2000)).toBeGreaterThanOrEqual(400)
})

test('requests that are refused together count as one refusal', () => {
  const [once, together] = [new Rate(1000), new Rate(1000)]
  for (const rate of [once, together]) sendAll(rate, [500, 500])
  once.limited(900, 2000)
  for (let i = 0; i < 4; i++) together.limited(900, 2000)
  const [a, b] = [once, together].map((rate) => sendAll(rate, Array(30).fill(50), 2000))
  expect(b).toEqual(a)
})

/** How many events may be sent in the second that begins now. */
function allowed(rate: Rate, now: number): number {
  rate.sending(1, now)
  let events = 1
  while (rate.wait(events, now) === 0) events++
  return events
}

test('after the pause the rate grows by a twentieth of what was left of it in every second, up to the limit', () => {
  const rate = new Rate(1000)
  rate.limited(0, 5000)
  expect([5000, 6000, 7500, 24_000, 60_000].map((now) => allowed(rate, now))).toEqual([500, 525, 562, 975, 1000])
})

test('each refusal after a pause halves the rate again, but it is never below ten events a second', () => {
  const rates = [1, 2, 3, 4, 5, 6, 7, 8].map((refusals) => {
    const rate = new Rate(1000)
    for (let i = 0; i < refusals; i++) rate.limited(i * 1000, (i + 1) * 1000)
    return allowed(rate, refusals * 1000)
  })
  expect(rates).toEqual([500, 250, 125, 62, 31, 15, 10, 10])
})

test('a limit of fewer than ten events a second stays what it is', () => {
  const rate = new Rate(4)
  rate.limited(0, 1000)
  expect(allowed(rate, 1000)).toBe(4)
})

test('what was sent before the last second does not count for what a refusal halves', () => {
  const rate = new Rate()
  rate.sending(1000, 0)
  rate.sending(100, 1)
  rate.sending(100, 1000)
  rate.limited(1000, 2500)
  expect(allowed(rate, 2500)).toBe(100)
})

test('thousands of requests are kept to the rate like the first ones', () => {
  expect(sendAll(new Rate(10), Array(2500).fill(1)).at(-1)?.at).toBe(249_000)
  expect(sendAll(new Rate(0.5), Array(1100).fill(1)).at(-1)?.at).toBe(1099 * 2000)
})
