/** What of Node.js a command loads, and when: V8 takes compiled code from no cache once its settings have changed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sampleExport } from '../src/local/sample/sample.ts'
import { type FakeS3, fakeS3 } from './fakes/s3.ts'
import { type FakeService, fakeService } from './fakes/service.ts'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const SPY = fileURLToPath(new URL('loading-spy.mjs', import.meta.url))
const STREAM = 'users.messages.email.Open'

const scratch = mkdtempSync(join(tmpdir(), 'loading-'))
let service: FakeService
let s3: FakeS3

beforeAll(async () => {
  service = await fakeService([])
  s3 = await fakeS3()
  s3.put(`event_type=${STREAM}/date=2026-11-01-00/1.json`, `{"event_type":"${STREAM}","id":"1","time":1}`)
  await sampleExport({ out: join(scratch, 'export'), events: 50, hours: 1, streams: STREAM })
})
afterAll(async () => {
  await service.close()
  await s3.close()
  rmSync(scratch, { recursive: true })
})

function file(name: string, content: object): string {
  const path = join(scratch, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

const folder = () => ({ provider: 'local', path: join(scratch, 'export') })
const source = (storage: object) => ['--config', file('source.json', { storage })]

const destination = () => [
  '--config',
  file('destination.json', { destination: { service: 'segment', write_key: 'key', endpoint: service.url } }),
]

function catalog(): readonly string[] {
  const stream = { name: STREAM, json_schema: {}, supported_sync_modes: ['full_refresh'] }
  const configured = { stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }
  return ['--catalog', file('catalog.json', { streams: [configured] })]
}

interface Loaded {
  readonly all: readonly string[]
  /** After V8's settings have changed; undefined if they never do. */
  readonly late?: readonly string[]
}

/** The modules of Node.js that a command loads. */
async function loadedBy(args: readonly string[], input = ''): Promise<Loaded> {
  const child = spawn(process.execPath, ['--import', SPY, MAIN, ...args])
  child.stdin.end(input)
  child.stdout.resume()
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect(code).toBe(0)
  return JSON.parse(stderr.trim().split('\n').at(-1) ?? '')
}

test('all that a read needs of Node.js is loaded before V8 is set up, but for what unpacks files', async () => {
  const { late } = await loadedBy(['read', ...source(folder()), ...catalog()])
  expect(late).toEqual(['zlib'])
})

test('a write loads HTTP before V8 is set up, and nothing of fetch', async () => {
  const data = { id: '1', time: 1_700_000_000, user_id: '1' }
  const line = `${JSON.stringify({ type: 'RECORD', record: { stream: STREAM, data, emitted_at: 0 } })}\n`
  const { all, late } = await loadedBy(['write', ...destination(), ...catalog()], line)
  expect([service.delivered.length, late]).toEqual([1, []])
  expect(all).toContain('http')
  expect(all.filter((name) => name.includes('undici'))).toEqual([])
})

test('a read from S3 loads nothing of fetch', async () => {
  const { all } = await loadedBy(['read', ...source(s3.config), ...catalog()])
  expect(s3.count('read')).toBe(1)
  expect(all).toContain('http')
  expect(all.filter((name) => name.includes('undici'))).toEqual([])
})

test('a command that is short leaves V8 as it is', async () => {
  expect((await loadedBy(['spec'])).late).toBeUndefined()
  expect((await loadedBy(['check', ...source(folder())])).late).toBeUndefined()
})
