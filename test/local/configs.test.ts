// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references to environment variables
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { readConfigs } from '../../src/local/configs.ts'

const scratch = mkdtempSync(join(tmpdir(), 'configs-'))
afterAll(() => {
  delete process.env['CONFIGS_TEST_KEY']
  rmSync(scratch, { recursive: true })
})

/** What a destination's file of this name and text means, and what was said and hidden on the way. */
async function read(name: string, text: string) {
  const files = { sourceConfig: join(scratch, 'source.json'), destinationConfig: join(scratch, name) }
  writeFileSync(files.sourceConfig, '{ "storage": { "provider": "local", "path": "export" } }')
  writeFileSync(files.destinationConfig, text)
  const said: string[] = []
  const hidden: string[] = []
  const say = (text: string) => void said.push(text)
  const hide = (secrets: readonly string[]) => void hidden.push(...secrets)
  const terminal = { out: say, err: say, screen: undefined, columns: 80, conceal: hide, clean: (text: string) => text }
  const { configs, error } = await readConfigs(files, terminal).then(
    (configs) => ({ configs, error: undefined }),
    (error: Error) => ({ configs: undefined, error: error.message }),
  )
  return { ...configs, error, said, hidden }
}

test.each([
  ['destination.json', '{ "destination": { "service": "segment", "write_key": "${CONFIGS_TEST_KEY}" } }'],
  ['destination.yaml', 'destination:\n  service: segment # a comment\n  write_key: ${CONFIGS_TEST_KEY}\n'],
  ['destination.yml', 'destination: { service: segment, write_key: "${CONFIGS_TEST_KEY}" }'],
])('reads %s, with the environment variables it refers to, and hides them', async (name, text) => {
  // A value that would break the file if it were put into its text.
  process.env['CONFIGS_TEST_KEY'] = 'a"b: {c}\n'
  const { source, destination, error, said, hidden } = await read(name, text)
  expect(error).toBeUndefined()
  expect(source?.storage).toEqual({ provider: 'local', path: 'export' })
  expect(destination?.destination).toEqual({ service: 'segment', write_key: 'a"b: {c}', region: 'us' })
  expect(hidden).toContain('a"b: {c}')
  expect(said).toEqual([])
})

test.each([
  ['a.json', '{ "destination": { "service": "segmnt" } }', 'destination.service: must be "segment" or "rudderstack".'],
  ['b.json', '{ "write_key": "hunter2" ', 'is not JSON: see line 1.'],
  ['c.yaml', 'write_key: [hunter2', 'is not YAML. Check its indentation, colons and quotes.'],
  ['d.json', '{ "destination": "${NO_SUCH_VARIABLE}" }', 'NO_SUCH_VARIABLE, which destination refers to, is not set.'],
])('says what is wrong with %s, and nothing of what it holds', async (name, text, message) => {
  const { error } = await read(name, text)
  expect(error).toContain(message)
  expect(error).not.toContain('hunter2')
})

test('says which options it does not know', async () => {
  const text = '{ "destination": { "service": "segment", "write_key": "k" }, "maping": { "event_names": "raw" } }'
  const { error, said } = await read('e.json', text)
  expect(error).toBeUndefined()
  expect(said).toEqual([
    'WARN: The configuration has an unknown field, "maping": it has no effect. Did you mean "mapping"?\n',
  ])
})
