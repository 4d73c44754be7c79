/** What is loaded when: V8 takes compiled code from nobody's cache once its settings have changed. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sampleExport } from '../src/local/sample/sample.ts'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const SPY = fileURLToPath(new URL('loading-spy.mjs', import.meta.url))
const STREAM = 'users.messages.email.Open'

const scratch = mkdtempSync(join(tmpdir(), 'loading-'))
const file = (name: string) => join(scratch, name)

beforeAll(async () => {
  await sampleExport({ out: file('export'), events: 50, hours: 1, streams: STREAM })
  const stream = { name: STREAM, json_schema: {}, supported_sync_modes: ['full_refresh'] }
  const configured = { stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }
  writeFileSync(file('catalog.json'), JSON.stringify({ streams: [configured] }))
  writeFileSync(file('source.json'), JSON.stringify({ storage: { provider: 'local', path: file('export') } }))
})
afterAll(() => rmSync(scratch, { recursive: true }))

/** The modules of Node.js that a command loads after V8's settings have changed; undefined if they never do. */
function loadedLate(...args: readonly string[]): readonly string[] | undefined {
  const { status, stderr } = spawnSync(process.execPath, ['--import', SPY, MAIN, ...args], { encoding: 'utf8' })
  expect(status).toBe(0)
  return JSON.parse(stderr.trim().split('\n').at(-1) ?? '').late
}

test('all that a read loads of Node.js is loaded before V8 is set up, but for what unpacks files', () => {
  expect(loadedLate('read', '--config', file('source.json'), '--catalog', file('catalog.json'))).toEqual(['zlib'])
})

test('a command that is short leaves V8 as it is', () => {
  expect(loadedLate('spec')).toBeUndefined()
  expect(loadedLate('check', '--config', file('source.json'))).toBeUndefined()
})
