/** What a sync costs in requests, where the bucket is large. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventTypes, publishedStream } from '../src/catalog.ts'
import { type FakeS3, fakeS3 } from './fakes/s3.ts'
import { runSource } from './platform/source.ts'

const TYPES = [
  'users.behaviors.CustomEvent',
  'users.messages.email.Open',
  'users.messages.email.Send',
  'users.messages.pushnotification.Send',
]
const HOURS = 30 * 24
const FILES_PER_HOUR = 35
const KEYS = TYPES.length * HOURS * FILES_PER_HOUR

const HOUR_MS = 3_600_000
/** The end of the last hour that was exported. */
const END = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS

const config = { path_prefix: 'currents/', deduplicate: false }
const catalog = {
  streams: [...eventTypes().values()]
    .filter(({ event_type }) => TYPES.includes(event_type))
    .map((type) => ({ stream: publishedStream(type), sync_mode: 'incremental', destination_sync_mode: 'append' })),
}

let s3: FakeS3

beforeAll(async () => {
  s3 = await fakeS3()
  for (const type of TYPES) {
    const content = `{"event_type":"${type}","id":"1","time":1}`
    for (let hour = 1; hour <= HOURS; hour++) {
      const start = END - hour * HOUR_MS
      const date = new Date(start).toISOString().slice(0, 13).replace('T', '-')
      for (let file = 0; file < FILES_PER_HOUR; file++) {
        const key = `currents/dataexport.prod.S3/event_type=${type}/date=${date}/437/prod/${file}.json`
        s3.put(key, content, { modified: new Date(start + HOUR_MS / 2) })
      }
    }
  }
})
afterAll(() => s3.close())

/** The requests that a read sends, and how many records it finds. */
async function requestsOf(read: { readonly since?: number; readonly config?: object }) {
  const [lists, reads] = [s3.count('list'), s3.count('read')]
  const states = TYPES.map((name) => ({
    stream_descriptor: { name },
    stream_state: { _ab_source_file_last_modified: new Date(read.since ?? 0).toISOString(), version: 1 },
  }))
  const { code, errors, records } = await runSource({
    command: 'read',
    config: { ...config, ...read.config, storage: s3.config },
    catalog,
    ...(read.since !== undefined && { states }),
  })
  expect({ code, errors }).toEqual({ code: 0, errors: [] })
  return { lists: s3.count('list') - lists, reads: s3.count('read') - reads, records: records.length }
}

/** Pages of 1,000 keys, as S3 sends them, for so many hours of each event type. */
const pagesFor = (hours: number): number => TYPES.length * Math.ceil((hours * FILES_PER_HOUR) / 1_000)

/** The prefix, and the folder of the export in it. */
const LEVELS = 2
/** Before and behind the hours, each stream comes upon a key that it skips. */
const SKIPS = 2 * TYPES.length

test('a sync of the last hours lists the days of the look-back, and not the bucket', async () => {
  expect(KEYS).toBeGreaterThanOrEqual(100_000)
  const last = 3
  const { lists, reads, records } = await requestsOf({ since: END - last * HOUR_MS })
  expect([reads, records]).toEqual([last * TYPES.length * FILES_PER_HOUR, last * TYPES.length * FILES_PER_HOUR])
  // Four streams, six pages each for the 171 hours: a listing of the whole bucket would take more than a hundred.
  expect(lists).toBeLessThanOrEqual(LEVELS + SKIPS + pagesFor(168 + last))
  expect(lists).toBeLessThanOrEqual(34)
  expect(pagesFor(HOURS)).toBeGreaterThan(3 * lists)
})

test('a shorter look-back lists less', async () => {
  const { lists, reads } = await requestsOf({ since: END - HOUR_MS, config: { lookback_hours: 24 } })
  expect(reads).toBe(TYPES.length * FILES_PER_HOUR)
  expect(lists).toBeLessThanOrEqual(LEVELS + SKIPS + pagesFor(25))
})

test('the start date bounds the first sync', async () => {
  const start_date = new Date(END - 2 * HOUR_MS).toISOString().replace('.000', '')
  const { lists, reads, records } = await requestsOf({ config: { start_date } })
  expect([reads, records]).toEqual([2 * TYPES.length * FILES_PER_HOUR, 2 * TYPES.length * FILES_PER_HOUR])
  expect(lists).toBeLessThanOrEqual(LEVELS + SKIPS + pagesFor(2))
})

test('the end date bounds a sync that looks for everything before it', async () => {
  const end_date = new Date(END - (HOURS - 2) * HOUR_MS).toISOString().replace('.000', '')
  const { lists, reads } = await requestsOf({ config: { end_date } })
  expect(reads).toBe(2 * TYPES.length * FILES_PER_HOUR)
  expect(lists).toBeLessThanOrEqual(LEVELS + SKIPS + pagesFor(2))
})
