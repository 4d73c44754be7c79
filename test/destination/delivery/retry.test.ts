import { expect, test } from '@jest/globals'
import type { Outcome } from '../../../src/destination/delivery/outcome.ts'
import { Rate } from '../../../src/destination/delivery/rate.ts'
import { RETRY_POLICY, retrying, type Wait } from '../../../src/destination/delivery/retry.ts'
import { fakeWorld, outgoing, parcel } from './fakes.ts'

const DELIVERED: Outcome = { status: 'delivered' }
const failed = (retryAfterMs?: number, rateLimited = false): Outcome => ({
  status: 'failed',
  reason: 'because',
  rateLimited,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
})

const MINUTE = 60_000
const PARCEL = parcel(outgoing(0, '{}'))

function trying(outcomes: Iterable<Outcome>, world = fakeWorld()) {
  const iterator = outcomes[Symbol.iterator]()
  const waits: Wait[] = []
  let attempts = 0
  const stop = new AbortController()
  const send = retrying(
    async () => {
      attempts++
      return iterator.next().value ?? DELIVERED
    },
    {
      policy: RETRY_POLICY,
      environment: world,
      rate: new Rate(),
      signal: stop.signal,
      onWait: (wait) => waits.push(wait),
    },
  )
  return { send: () => send(PARCEL), waits, world, stop, attempts: () => attempts }
}

function* forever(outcome: Outcome): Generator<Outcome> {
  for (;;) yield outcome
}

test.each([DELIVERED, { status: 'refused', code: 400, reason: 'no' }, { status: 'stopped', message: 'no' }] as const)(
  '$status is final',
  async (outcome) => {
    const { send, attempts } = trying([outcome])
    expect([await send(), attempts()]).toEqual([outcome, 1])
  },
)

test('waits a random time below a ceiling that doubles up to a minute', async () => {
  const { send, waits } = trying(Array(10).fill(failed()))
  await send()
  expect(waits.map(({ ms }) => ms)).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('waits as long as it is asked to, a quarter of an hour at most', async () => {
  const { send, world } = trying([failed(90_000), failed(3 * 60 * MINUTE)])
  const begin = world.now()
  expect(await send()).toEqual(DELIVERED)
  expect(world.now() - begin).toBe(90_000 + 15 * MINUTE)
})

test('does not hammer a service that asks for no wait at all', async () => {
  const { send, waits } = trying([failed(0), failed(0)])
  await send()
  expect(waits.map(({ ms }) => ms)).toEqual([250, 500])
})

test('gives up after half an hour of failures', async () => {
  const { send, world } = trying(forever(failed()))
  const begin = world.now()
  expect(await send()).toEqual(failed())
  expect(world.now() - begin).toBeGreaterThan(30 * MINUTE)
  expect(world.now() - begin).toBeLessThan(32 * MINUTE)
})

test('waits that the service asks for use up another patience, of twelve hours', async () => {
  const { send, world } = trying(forever(failed(5 * MINUTE, true)))
  const begin = world.now()
  expect(await send()).toMatchObject({ status: 'failed' })
  expect(Math.round((world.now() - begin) / MINUTE / 60)).toBe(12)
})

test('a success of another request renews the patience', async () => {
  const world = fakeWorld()
  const outcomes = function* (): Generator<Outcome> {
    // 25 minutes of failures, a success in between, and again.
    for (let i = 0; i < 57; i++) yield failed()
    yield DELIVERED
    for (let i = 0; i < 57; i++) yield failed()
  }
  const { send } = trying(outcomes(), world)
  expect(await send()).toEqual(DELIVERED)
  expect(await send()).toEqual(DELIVERED)
})

test('one request’s pause is that of all', async () => {
  const world = fakeWorld()
  const rate = new Rate()
  const times: number[] = []
  const outcomes = [failed(10_000, true)]
  const send = retrying(
    async () => {
      times.push(world.now())
      return outcomes.shift() ?? DELIVERED
    },
    { policy: RETRY_POLICY, environment: world, rate, signal: new AbortController().signal, onWait: () => undefined },
  )
  const begin = world.now()
  await Promise.all([send(PARCEL).then(() => send(PARCEL)), send({ ...PARCEL, writeKey: 'other' })])
  expect(times.filter((time) => time > begin && time < begin + 10_000)).toEqual([])
})

test('an attempt that fails after a stop is the last', async () => {
  const { send, stop, attempts, waits } = trying(forever(failed()))
  stop.abort()
  expect(await send()).toEqual(failed())
  expect([attempts(), waits]).toEqual([1, []])
})

test('tells what it waits for', async () => {
  const { send, waits } = trying([failed(1000, true)])
  await send()
  expect(waits).toEqual([{ reason: 'because', ms: 1000, rateLimited: true, items: PARCEL.items }])
})

test('waits for its turn by the number of events, and sends nothing more once it is asked to stop', async () => {
  const world = fakeWorld()
  const stop = new AbortController()
  const times: number[] = []
  const send = retrying(
    async () => {
      times.push(world.now())
      return DELIVERED
    },
    { policy: RETRY_POLICY, environment: world, rate: new Rate(10), signal: stop.signal, onWait: () => undefined },
  )
  const begin = world.now()
  const five = parcel(outgoing(0, '{}', { events: 3 }), outgoing(1, '{}', { events: 2 }))
  for (let i = 0; i < 3; i++) expect(await send(five)).toEqual(DELIVERED)
  expect(times.map((time) => time - begin)).toEqual([0, 0, 1000])
  await send(five)
  stop.abort()
  expect(await send(five)).toEqual({ status: 'failed', reason: 'the run was asked to stop', rateLimited: false })
  expect(times).toHaveLength(4)
})

test('a limit of the rate without a wait that is asked for uses up the patience of half an hour', async () => {
  const { send, world } = trying(forever(failed(undefined, true)))
  const begin = world.now()
  expect(await send()).toEqual(failed(undefined, true))
  expect(world.now() - begin).toBeLessThan(32 * MINUTE)
})
