/** The README's connectors as a platform runs them: processes, files, stdin and stdout. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { type Example, messagesIn, runExample } from '../../test/cdk/example/start.ts'
import { hasProtocolSchema, protocolTest, validateMessage } from '../../test/protocol-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'examples-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const path = join(folder, 'out.jsonl')
const sourceConfig = file('source.json', { up_to: 2500, api_key: 's3cr3t' })
const expiredConfig = file('expired.json', { up_to: 3, api_key: 'expired' })
const brokenConfig = file('broken.json', '{"api_key":"s3cr3t')
const destinationConfig = file('destination.json', { path })
const stream = { name: 'squares', json_schema: {}, supported_sync_modes: ['incremental'] }
const catalogOf = (...names: string[]) => ({
  streams: names.map((name) => ({
    stream: { ...stream, name },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  })),
})
const catalog = file('catalog.json', catalogOf('squares'))
const wrongCatalog = file('wrong.json', catalogOf('squars', 'squares'))
const state = file('state.json', [
  { type: 'STREAM', stream: { stream_descriptor: { name: 'squares' }, stream_state: { n: 2499 } } },
])

const READ = ['read', '--config', sourceConfig, '--catalog']

const run = (name: string, example: Example, exitCode: number, ...argv: string[]) => ({ name, example, exitCode, argv })

test.each([
  run('spec of a source', 'source-squares', 0, 'spec'),
  run('check', 'source-squares', 0, 'check', '--config', sourceConfig),
  run('check that answers FAILED', 'source-squares', 0, 'check', '--config', expiredConfig),
  run('check of a broken file', 'source-squares', 0, 'check', '--config', brokenConfig),
  run('discover of a source', 'source-squares', 0, 'discover', '--config', sourceConfig),
  run('read', 'source-squares', 0, ...READ, catalog),
  run('read from a state', 'source-squares', 0, ...READ, catalog, '--state', state),
  run('read of a stream that is not there', 'source-squares', 1, ...READ, wrongCatalog),
  run('read without a configuration', 'source-squares', 1, ...READ, catalog, '--config', join(folder, 'none.json')),
  run('an unknown command', 'source-squares', 1, 'raed'),
  run('spec of a destination', 'destination-file', 0, 'spec'),
  run('check of a destination', 'destination-file', 0, 'check', '--config', destinationConfig),
  run('discover of a destination', 'destination-file', 0, 'discover', '--config', destinationConfig),
])('$name: ends with $exitCode, and every line is a message', async ({ example, exitCode, argv }) => {
  const run = await runExample(example, argv)
  expect(run).toMatchObject({ exitCode, stderr: '' })
  expect(run.stdout).not.toContain('s3cr3t')
  const messages = messagesIn(run.stdout)
  expect(messages.length).toBeGreaterThan(0)
  if (hasProtocolSchema) expect(messages.flatMap(validateMessage)).toEqual([])
})

protocolTest('the schema refuses what is no message', () => {
  expect(validateMessage({ type: 'RECORD' })).toEqual(['RECORD has no record'])
  expect(validateMessage({ type: 'NEWS' })).not.toEqual([])
  expect(validateMessage({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1 } })).toEqual(['TRACE has no error'])
  expect(validateMessage('{"type":"LOG","log":{"level":"LOUD","message":"x"}}')).not.toEqual([])
})

test('the answer to check is the one status, after the trace that says why', async () => {
  const { stdout } = await runExample('source-squares', ['check', '--config', expiredConfig])
  expect(messagesIn(stdout)).toMatchObject([
    { type: 'TRACE', trace: { type: 'ERROR', error: { failure_type: 'config_error' } } },
    {
      type: 'CONNECTION_STATUS',
      connectionStatus: { status: 'FAILED', message: expect.stringContaining('refused (401)') },
    },
  ])
})

test('what the source reads, the destination writes and acknowledges', async () => {
  const read = await runExample('source-squares', [...READ, catalog])
  // A platform adds its own number to each state.
  const input = read.stdout.replaceAll('"state":{', '"state":{"id":9007199254740993,')
  const written = await runExample(
    'destination-file',
    ['write', '--config', destinationConfig, '--catalog', catalog],
    input,
  )
  expect(written).toMatchObject({ exitCode: 0, stderr: '' })
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect([lines.length, lines.at(-1)]).toEqual([2500, '{"n":2500,"square":6250000}'])
  const states = input.split('\n').filter((line) => line.includes('"STATE"'))
  const counts = [1000, 1000, 500].map((n) => `,"destinationStats":{"recordCount":${n}.0,"rejectedRecordCount":0.0}}}`)
  expect(written.stdout).toBe(states.map((line, i) => `${line.slice(0, -2)}${counts[i]}\n`).join(''))
  if (hasProtocolSchema) expect(written.stdout.trimEnd().split('\n').flatMap(validateMessage)).toEqual([])
})

test('a read goes on from a saved state', async () => {
  const { stdout } = await runExample('source-squares', [...READ, catalog, '--state', state])
  const records = messagesIn(stdout).filter(({ type }) => type === 'RECORD')
  expect(records.map(({ record }) => record.data)).toEqual([{ n: 2500, square: 6250000 }])
})
