/** Every line that the README's connectors print is a message of the protocol. */
import { afterAll, expect, test } from '@jest/globals'
import { runExample } from '../../test/cdk/example/start.ts'
import { exampleFiles, exampleRuns, readArgs, writeArgs } from '../protocol/examples.ts'
import { validateMessage } from './protocol-schema.ts'

const files = exampleFiles()
afterAll(() => files.remove())

const linesIn = (stdout: string): readonly string[] => stdout.trimEnd().split('\n')

test.each(exampleRuns(files))('$name', async ({ example, argv }) => {
  const { stdout } = await runExample(example, argv)
  expect(linesIn(stdout).flatMap(validateMessage)).toEqual([])
})

test('write of what was read', async () => {
  const read = await runExample('source-squares', readArgs(files))
  const { stdout } = await runExample('destination-file', writeArgs(files), read.stdout)
  expect(linesIn(stdout)).toHaveLength(3)
  expect(linesIn(stdout).flatMap(validateMessage)).toEqual([])
})

test('the schema refuses what is no message', () => {
  expect(validateMessage({ type: 'RECORD' })).toEqual(['RECORD has no record'])
  expect(validateMessage({ type: 'NEWS' })).not.toEqual([])
  expect(validateMessage({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1 } })).toEqual(['TRACE has no error'])
  expect(validateMessage('{"type":"LOG","log":{"level":"LOUD","message":"x"}}')).not.toEqual([])
})
