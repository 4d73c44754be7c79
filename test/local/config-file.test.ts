// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references to environment variables
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { DestinationConfig } from '../../src/config.ts'
import { readConfigFile } from '../../src/local/config-file.ts'

const scratch = mkdtempSync(join(tmpdir(), 'config-file-'))
afterAll(() => {
  delete process.env['CONFIG_FILE_TEST_KEY']
  rmSync(scratch, { recursive: true })
})

function read(name: string, text: string) {
  const path = join(scratch, name)
  writeFileSync(path, text)
  return readConfigFile(path, '--destination-config', DestinationConfig)
}

test.each([
  ['destination.json', '{ "destination": { "service": "segment", "write_key": "${CONFIG_FILE_TEST_KEY}" } }'],
  ['destination.yaml', 'destination:\n  service: segment # a comment\n  write_key: ${CONFIG_FILE_TEST_KEY}\n'],
  ['destination.yml', 'destination: { service: segment, write_key: "${CONFIG_FILE_TEST_KEY}" }'],
])('reads %s, with the environment variables it refers to', async (name, text) => {
  // A value that would break the file if it were put into its text.
  process.env['CONFIG_FILE_TEST_KEY'] = 'a"b: {c}\n'
  const { destination } = await read(name, text)
  expect(destination).toEqual({ service: 'segment', write_key: 'a"b: {c}', region: 'us' })
})

test.each([
  ['a.json', '{ "destination": { "service": "segmnt" } }', 'destination.service: must be "segment" or "rudderstack".'],
  ['b.json', '{ "write_key": "hunter2" ', 'is not JSON: see line 1.'],
  ['c.yaml', 'write_key: [hunter2', 'is not YAML. Check its indentation, colons and quotes.'],
  ['d.json', '{ "destination": "${NO_SUCH_VARIABLE}" }', 'NO_SUCH_VARIABLE, which destination refers to, is not set.'],
])('says what is wrong with %s, and nothing of what it holds', async (name, text, message) => {
  const error: Error = await read(name, text).catch((error) => error)
  expect(error.message).toContain(message)
  expect(error.message).not.toContain('hunter2')
})
