import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventTypes, publishedStream } from '../src/catalog.ts'
import { type SampleReport, sampleExport } from '../src/local/sample/sample.ts'
import { fakeAzure } from './fakes/azure.ts'
import { fakeGcs } from './fakes/gcs.ts'
import { fakeS3 } from './fakes/s3.ts'
import { runSource } from './platform/source.ts'

const OPEN = 'users.messages.email.Open'
const HOURS = 30
const scratch = mkdtempSync(join(tmpdir(), 'clouds-'))
let report: SampleReport
const files = new Map<string, Buffer>()

beforeAll(async () => {
  report = await sampleExport({ out: scratch, events: 300, hours: HOURS, streams: OPEN })
  for (const name of readdirSync(scratch, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.avro')) files.set(name, readFileSync(join(scratch, name)))
  }
})
afterAll(() => rmSync(scratch, { recursive: true }))

const catalog = {
  streams: [...eventTypes().values()]
    .filter(({ event_type }) => event_type === OPEN)
    .map((type) => ({ stream: publishedStream(type), sync_mode: 'incremental', destination_sync_mode: 'append' })),
}

const DAY_MS = 24 * 3_600_000

test.each([
  ['Amazon S3', () => fakeS3({ pageSize: 20 })],
  ['Google Cloud Storage', () => fakeGcs({ pageSize: 20 })],
  ['Azure Blob Storage', () => fakeAzure({ pageSize: 20 })],
])('an export in %s is checked, discovered and read, once', async (_, open) => {
  const cloud = await open()
  try {
    for (const [key, content] of files) cloud.put(key, content, { modified: new Date(Date.now() - 2 * DAY_MS) })
    const config = { storage: cloud.config, path_prefix: 'currents/', include_file_url: true, lookback_hours: 1 }
    const checked = await runSource({ command: 'check', config })
    expect(checked.messages).toMatchObject([{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }])
    const discovered = await runSource({ command: 'discover', config })
    expect(discovered).toMatchObject({ code: 0, problems: [], errors: [] })

    const first = await runSource({ command: 'read', config, catalog })
    expect(first).toMatchObject({ code: 0, problems: [], errors: [], stderr: '' })
    expect(new Set(first.records.map(({ data }) => data['id'])).size).toBe(report.unique)
    const urls = new Set(first.records.map(({ data }) => String(data['_ab_source_file_url'])))
    expect([...urls].every((url) => /^(s3|gs|https?):\/\/.*\.avro$/.test(url))).toBe(true)

    // A page of each level, and one each before and behind the hours that are searched again.
    const lists = cloud.count('list')
    const second = await runSource({ command: 'read', config, catalog, states: first.states })
    expect(second).toMatchObject({ code: 0, problems: [], records: [] })
    expect(files.size).toBeGreaterThan(3 * 20)
    expect(cloud.count('list') - lists).toBeLessThanOrEqual(5)
  } finally {
    await cloud.close()
  }
})
