import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from '@jest/globals'
import { type Collector, type CollectorOptions, startCollector } from '../../../src/local/collector/collector.ts'
import { where } from '../../where.ts'

const running: Collector[] = []
afterEach(() => Promise.all(running.splice(0).map((collector) => collector.close())))

const start = async (options: CollectorOptions): Promise<Collector> => {
  const collector = await startCollector({ writeKeys: ['good'], ...options })
  running.push(collector)
  return collector
}

const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` })
const GOOD = { ...basic('good'), 'content-type': 'application/json' }

const post = async (url: string, body: string | Buffer, headers: Record<string, string> = GOOD) => {
  const response = await fetch(url, { method: 'POST', body, headers })
  return [response.status, await response.text()] as const
}

const track = (change: object = {}) => ({
  type: 'track',
  event: 'Email Opened',
  userId: 'u',
  messageId: 'm',
  timestamp: '2025-04-01T00:00:00Z',
  ...change,
})
const batchOf = (...events: object[]) => JSON.stringify({ batch: events, sentAt: 'now' })
const many = (count: number) => Array.from({ length: count }, (_, i) => track({ messageId: String(i) }))
const without = (name: string) => Object.fromEntries(Object.entries(track()).filter(([key]) => key !== name))
const big = (bytes: number) => track({ properties: { text: 'x'.repeat(bytes) } })

const OK = '{"success":true}'
test.each([
  ['a good event', batchOf(track()), GOOD, 200, OK, {}],
  ['an identify call', batchOf(track({ type: 'identify', event: undefined })), GOOD, 200, OK, {}],
  ['an event without a user', batchOf(without('userId')), GOOD, 200, OK, { 'neither userId nor anonymousId': 1 }],
  ['an empty userId', batchOf(track({ userId: '' })), GOOD, 200, OK, { 'neither userId nor anonymousId': 1 }],
  ['an event without a name', batchOf(without('event')), GOOD, 200, OK, { 'no event name': 1 }],
  ['an event without a type', batchOf(without('type')), GOOD, 200, OK, { 'no known type': 1 }],
  ['an event without messageId', batchOf(without('messageId')), GOOD, 200, OK, { 'no messageId': 1 }],
  [
    'a long messageId',
    batchOf(track({ messageId: 'x'.repeat(100) })),
    GOOD,
    200,
    OK,
    { 'messageId of 100 characters or more': 1 },
  ],
  ['a number as timestamp', batchOf(track({ timestamp: 1 })), GOOD, 200, OK, { 'timestamp is no ISO 8601 date': 1 }],
  [
    'a day as timestamp',
    batchOf(track({ timestamp: '2025-04-01' })),
    GOOD,
    200,
    OK,
    { 'timestamp is no ISO 8601 date': 1 },
  ],
  ['2,501 events', batchOf(...many(2501)), GOOD, 200, OK, { 'more than 2,500 events in a batch': 2501 }],
  ['an unknown key', batchOf(track()), { ...GOOD, ...basic('bad') }, 200, OK, { 'unknown write key': 1 }],
  ['no key', batchOf(track()), { 'content-type': 'application/json' }, 200, OK, { 'unknown write key': 1 }],
  ['no JSON', '{"batch":[{}', GOOD, 400, 'malformed JSON', {}],
  ['an event that is no JSON', '{"batch":[{"a":tru}]}', GOOD, 400, 'malformed JSON', {}],
  ['an event that is no object', '{"batch":[1]}', GOOD, 400, 'malformed JSON', {}],
  ['no batch', '{"events":[]}', GOOD, 400, 'malformed JSON', {}],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), GOOD, 400, 'invalid json', {}],
  ['an event over 32 KB', batchOf(big(32_768)), GOOD, 400, 'message exceeds 32 KB', {}],
  [
    'a request over 500 KB',
    batchOf(...Array.from({ length: 20 }, () => big(30_000))),
    GOOD,
    400,
    'request exceeds 500 KB',
    {},
  ],
  [
    'another content type',
    batchOf(track()),
    { ...GOOD, 'content-type': 'text/plain' },
    400,
    'content type must be application/json',
    {},
  ],
] as const)('as Segment it judges %s', async (_, body, headers, status, text, dropped) => {
  const collector = await start({ service: 'segment' })
  expect(await post(`${collector.url}/v1/batch`, body, headers)).toEqual([status, text])
  expect(collector.stats().dropped).toEqual(dropped)
  expect(collector.stats().unique).toBe(status === 200 && Object.keys(dropped).length === 0 ? 1 : 0)
})

const braze = (change: object = {}) => ({
  event_type: 'users.messages.email.Open',
  id: 'e',
  time: 1,
  user: { user_id: 'b' },
  properties: {},
  ...change,
})
const NO_ID = 'request neither has anonymousId nor userId'
test.each([
  ['a good event', '/v1/batch', batchOf(track()), GOOD, 200, 'OK', 1],
  [
    'an event of an anonymous user',
    '/v1/batch',
    batchOf(track({ userId: undefined, anonymousId: 'a' })),
    GOOD,
    200,
    'OK',
    1,
  ],
  ['one event without a user among good ones', '/v1/batch', batchOf(track(), without('userId')), GOOD, 400, NO_ID, 0],
  ['an event without a type', '/v1/batch', batchOf(without('type')), GOOD, 400, 'event is not a valid rudder event', 0],
  ['an empty batch', '/v1/batch', batchOf(), GOOD, 400, 'empty batch payload', 0],
  ['no batch', '/v1/batch', '{}', GOOD, 400, 'empty batch payload', 0],
  ['no JSON', '/v1/batch', '{"batch":[', GOOD, 400, 'invalid json', 0],
  ['an unknown key', '/v1/batch', batchOf(track()), basic('bad'), 401, 'invalid write key', 0],
  ['no key', '/v1/batch', batchOf(track()), {}, 401, 'failed to read writekey from header', 0],
  ['a request over 4,000 KiB', '/v1/batch', batchOf(big(4_096_000)), GOOD, 413, 'request size exceeds max limit', 0],
  ['a request over all measure', '/v1/batch', batchOf(big(9_000_000)), GOOD, 413, 'request size exceeds max limit', 0],
  ['an event over 32 KB', '/v1/batch', batchOf(big(40_000)), GOOD, 200, 'OK', 0],
  ['a single call', '/v1/track', JSON.stringify(without('type')), GOOD, 200, 'OK', 1],
  ['an unknown path', '/v1/nothing', '{}', GOOD, 404, 'not found', 0],
  ['a Braze event', '/v1/webhook?writeKey=good', JSON.stringify({ events: [braze()] }), {}, 200, 'OK', 1],
  [
    'a Braze event without a user',
    '/v1/webhook?writeKey=good',
    JSON.stringify({ events: [braze({ user: {} })] }),
    {},
    400,
    NO_ID,
    0,
  ],
  ['no Braze events', '/v1/webhook?writeKey=good', '{"events":[]}', {}, 400, 'empty batch payload', 0],
  [
    'a Braze event with a bad key',
    '/v1/webhook?writeKey=bad',
    JSON.stringify({ events: [braze()] }),
    {},
    401,
    'invalid write key',
    0,
  ],
] as const)('as RudderStack it judges %s', async (_, path, body, headers, status, text, unique) => {
  const collector = await start({ service: 'rudderstack' })
  expect(await post(collector.url + path, body, headers)).toEqual([status, text])
  expect(collector.stats().unique).toBe(unique)
})

test('keeps an event once, whatever the request that brings it, and counts by name', async () => {
  const out = join(mkdtempSync(join(tmpdir(), 'collector-')), 'deep', 'events.jsonl')
  const collector = await start({ service: 'segment', out })
  const odd =
    '{ "type": "track",\n "event": "Größe \\"M\\", [5}", "userId": "u", "messageId": "odd", "n": 9007199254740993 }'
  await post(`${collector.url}/v1/batch`, `{ "x": {"batch": [1]}, "batch" : [ ${odd} , ${JSON.stringify(track())} ] }`)
  await post(`${collector.url}/v1/batch`, gzipSync(batchOf(track(), track({ messageId: 'n' }))), {
    ...GOOD,
    'content-encoding': 'gzip',
  })
  expect(await (await fetch(`${collector.url}/stats`)).json()).toMatchObject({
    requests: 2,
    unique: 3,
    duplicates: 1,
    dropped: {},
    answers: { 200: 2 },
    events: { 'Email Opened': 2, 'Größe "M", [5}': 1 },
  })
  await running.pop()?.close()
  const lines = readFileSync(out, 'utf8').trim().split('\n')
  expect(lines).toEqual([odd.replace('\n', ' '), JSON.stringify(track()), JSON.stringify(track({ messageId: 'n' }))])
  rmSync(out)
})

test('an event that comes twice at the same time is in the file once', async () => {
  const out = join(mkdtempSync(join(tmpdir(), 'collector-')), 'events.jsonl')
  const collector = await start({ service: 'segment', out })
  await Promise.all(Array.from({ length: 8 }, () => post(`${collector.url}/v1/batch`, batchOf(track(), track()))))
  expect(collector.stats()).toMatchObject({ unique: 1, duplicates: 15 })
  expect(readFileSync(out, 'utf8')).toBe(`${JSON.stringify(track())}\n`)
  rmSync(out)
})

const FULL = '/dev/full'
const full = where(existsSync(FULL), `no ${FULL} here`)

full.test(
  `what can’t be written to its file is answered with 500 and does not count, and it says so at the end${full.note}`,
  async () => {
    const collector = await startCollector({ service: 'segment', out: FULL })
    const says = expect.stringMatching(/^\/dev\/full \(--out\) can't be written \(ENOSPC\)/)
    for (const event of [track(), track({ long: 'x'.repeat(20_000) })])
      expect(await post(`${collector.url}/v1/batch`, batchOf(event))).toEqual([500, says])
    expect(await post(`${collector.url}/v1/batch`, batchOf(track()), basic('bad'))).toMatchObject([
      400,
      expect.anything(),
    ])
    expect(collector.stats()).toMatchObject({ unique: 0, duplicates: 0, events: {}, answers: { 400: 1, 500: 2 } })
    await expect(collector.close()).rejects.toThrow("/dev/full (--out) can't be written (ENOSPC)")
  },
)

test('fails as often as it is told to, and keeps no event of which it said so', async () => {
  const collector = await start({ service: 'segment', failRate: 0.5, seed: 3 })
  const answered = []
  for (let i = 0; i < 40; i++) {
    const answer = await post(`${collector.url}/v1/batch`, batchOf(track({ messageId: String(i) }))).catch(() => [
      'cut',
    ])
    answered.push(answer[0])
  }
  const { answers, unique } = collector.stats()
  expect(answers).toEqual(countsOf(answered))
  expect(unique).toBeGreaterThanOrEqual(answers['200'] ?? 0)
  expect(unique).toBeLessThanOrEqual((answers['200'] ?? 0) + (answers['cut'] ?? 0))
  expect(Object.keys(answers).length).toBeGreaterThan(3)
})

test('says which port is taken', async () => {
  const { url } = await start({ service: 'segment' })
  const port = Number(new URL(url).port)
  await expect(start({ service: 'segment', port })).rejects.toThrow(`Port ${port} can't be listened on.`)
})

const countsOf = (items: readonly unknown[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const item of items) counts[String(item)] = (counts[String(item)] ?? 0) + 1
  return counts
}
