/** The README's connectors as a platform runs them: processes, files, stdin and stdout. */
import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { messagesIn, runExample } from '../../test/cdk/example/start.ts'
import { exampleFiles, exampleRuns, readArgs, writeArgs } from './examples.ts'

const files = exampleFiles()
afterAll(() => files.remove())

test.each(exampleRuns(files))(
  '$name: ends with $exitCode, and every line is JSON',
  async ({ example, exitCode, argv }) => {
    const run = await runExample(example, argv)
    expect(run).toMatchObject({ exitCode, stderr: '' })
    expect(run.stdout).not.toContain('s3cr3t')
    expect(messagesIn(run.stdout).length).toBeGreaterThan(0)
  },
)

test('the answer to check is the one status, after the trace that says why', async () => {
  const { stdout } = await runExample('source-squares', ['check', '--config', files.expiredConfig])
  expect(messagesIn(stdout)).toMatchObject([
    { type: 'TRACE', trace: { type: 'ERROR', error: { failure_type: 'config_error' } } },
    {
      type: 'CONNECTION_STATUS',
      connectionStatus: { status: 'FAILED', message: expect.stringContaining('refused (401)') },
    },
  ])
})

test('what the source reads, the destination writes and acknowledges', async () => {
  const read = await runExample('source-squares', readArgs(files))
  // A platform adds its own number to each state.
  const input = read.stdout.replaceAll('"state":{', '"state":{"id":9007199254740993,')
  const written = await runExample('destination-file', writeArgs(files), input)
  expect(written).toMatchObject({ exitCode: 0, stderr: '' })
  const lines = readFileSync(files.written, 'utf8').trimEnd().split('\n')
  expect([lines.length, lines.at(-1)]).toEqual([2500, '{"n":2500,"square":6250000}'])
  const states = input.split('\n').filter((line) => line.includes('"STATE"'))
  const counts = [1000, 1000, 500].map((n) => `,"destinationStats":{"recordCount":${n}.0,"rejectedRecordCount":0.0}}}`)
  expect(written.stdout).toBe(states.map((line, i) => `${line.slice(0, -2)}${counts[i]}\n`).join(''))
})

test('a read goes on from a saved state', async () => {
  const { stdout } = await runExample('source-squares', [...readArgs(files), '--state', files.state])
  const records = messagesIn(stdout).filter(({ type }) => type === 'RECORD')
  expect(records.map(({ record }) => record.data)).toEqual([{ n: 2500, square: 6250000 }])
})
