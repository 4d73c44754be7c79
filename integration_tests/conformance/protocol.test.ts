/** Every line that either connector prints is a message of the protocol, with the payload that its type requires. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Collector, startCollector } from '../../src/local/collector/collector.ts'
import { sampleExport } from '../../src/local/sample/sample.ts'
import { type Ended, runCli, startCliWith } from '../command_line.ts'
import { validateMessage } from './protocol-schema.ts'

const scratch = mkdtempSync(join(tmpdir(), 'protocol-'))
const CATALOG = fileURLToPath(new URL('../../catalogs/configured/all_events.json', import.meta.url))
let collector: Collector

beforeAll(async () => {
  collector = await startCollector({ service: 'rudderstack' })
  await sampleExport({ out: join(scratch, 'export'), events: 400, hours: 1, format: 'both' })
})
afterAll(async () => {
  await collector.close()
  rmSync(scratch, { recursive: true })
})

function config(name: string, value: object): string {
  const file = join(scratch, `${name}.json`)
  writeFileSync(file, JSON.stringify(value))
  return file
}
const sourceConfig = () => config('source', { storage: { provider: 'local', path: join(scratch, 'export') } })
const nowhere = () => config('nowhere', { storage: { provider: 'local', path: join(scratch, 'nothing') } })
const destinationConfig = () =>
  config('destination', { destination: { service: 'rudderstack', data_plane_url: collector.url, write_key: 'key' } })

/** The types of the messages, each of them checked. */
function typesIn({ stdout }: Ended): ReadonlySet<string> {
  const lines = stdout.split('\n').filter(Boolean)
  expect(lines.flatMap((line) => validateMessage(line).map((fault) => `${fault}: ${line.slice(0, 200)}`))).toEqual([])
  return new Set(lines.map((line) => JSON.parse(line).type))
}

test.each([
  ['source spec', () => ['source', 'spec'], ['SPEC']],
  ['destination spec', () => ['destination', 'spec'], ['SPEC']],
  ['source check', () => ['source', 'check', '--config', sourceConfig()], ['CONNECTION_STATUS']],
  ['a source check that fails', () => ['source', 'check', '--config', nowhere()], ['TRACE', 'CONNECTION_STATUS']],
  ['destination check', () => ['destination', 'check', '--config', destinationConfig()], ['CONNECTION_STATUS']],
  ['source discover', () => ['source', 'discover', '--config', sourceConfig()], ['CATALOG']],
  ['destination discover', () => ['destination', 'discover', '--config', destinationConfig()], ['DESTINATION_CATALOG']],
  ['a read that fails', () => ['read', '--config', nowhere(), '--catalog', CATALOG], ['TRACE']],
])('%s', async (_, args, types) => {
  expect([...typesIn(await runCli(...args()))]).toEqual(expect.arrayContaining(types))
})

test('read, and write of what it printed', async () => {
  const read = await runCli('read', '--config', sourceConfig(), '--catalog', CATALOG)
  expect([read.code, [...typesIn(read)].sort()]).toEqual([0, ['LOG', 'RECORD', 'STATE', 'TRACE']])
  const { ended } = startCliWith(read.stdout, 'write', '--config', destinationConfig(), '--catalog', CATALOG)
  const written = await ended
  expect([written.code, [...typesIn(written)].sort()]).toEqual([0, ['LOG', 'STATE']])
  expect(collector.stats().unique).toBe(400)
})
