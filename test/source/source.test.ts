import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type FakeS3, fakeS3 } from '../../integration_tests/fakes/s3.ts'
import { eventTypeOf, publishedStream } from '../../src/catalog.ts'
import { SourceConfig } from '../../src/config.ts'
import { sampleExport } from '../../src/local/sample/sample.ts'
import { brazeCurrentsSource } from '../../src/source/source.ts'

const STREAMS = ['users.messages.email.Open', 'users.messages.email.Click', 'users.messages.email.Send']
const scratch = mkdtempSync(join(tmpdir(), 'source-'))
let cloud: FakeS3
let files = 0

beforeAll(async () => {
  await sampleExport({ out: scratch, events: 60, hours: 2, streams: STREAMS.join() })
  cloud = await fakeS3()
  const modified = new Date(Date.now() - 24 * 3_600_000)
  for (const name of readdirSync(scratch, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.avro')) continue
    cloud.put(name, readFileSync(join(scratch, name)), { modified })
    files++
  }
})
afterAll(async () => {
  rmSync(scratch, { recursive: true })
  await cloud.close()
})

const catalog = {
  streams: STREAMS.map((name) => {
    const type = eventTypeOf(name)
    if (!type) throw new Error(name)
    return {
      stream: publishedStream(type),
      sync_mode: 'full_refresh' as const,
      destination_sync_mode: 'append' as const,
    }
  }),
}

function environment() {
  const { signal } = new AbortController()
  return { now: Date.now, elapsed: () => performance.now(), sleep: async () => {}, random: () => 0.5, signal }
}

test('the files of the streams to come are fetched while one is read, and each once', async () => {
  const config = SourceConfig.parse({ storage: cloud.config })
  const outputs = brazeCurrentsSource().read(config, catalog, [], environment())[Symbol.asyncIterator]()
  let records = 0
  for (let isFirst = true; ; ) {
    const { done, value } = await outputs.next()
    if (done) break
    if (value.type !== 'RECORD_LINES') continue
    records += value.count
    // Nobody asks for more until all files have come.
    while (isFirst && cloud.count('read') < files) await new Promise(setImmediate)
    isFirst = false
  }
  expect(records).toBe(60)
  expect(cloud.count('read')).toBe(files)
})
