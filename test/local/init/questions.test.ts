import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { questionsOf, questionsToAsk, type Schema, unknownOption } from '../../../src/local/init/questions.ts'

const spec = (file: string): Schema =>
  JSON.parse(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).connectionSpecification
const SOURCE = spec('spec.json')
const DESTINATION = spec('spec.destination.json')
const pathsOf = (questions: readonly { readonly path: string }[]) => questions.map(({ path }) => path)

const TOP = ['path_prefix', 'start_date', 'end_date']

test.each([
  [{}, ['storage.provider', ...TOP]],
  [{ 'storage.provider': 'local' }, ['storage.provider', 'storage.path', ...TOP]],
  [
    { 'storage.provider': 's3' },
    [
      'storage.provider',
      'storage.bucket',
      'storage.region_name',
      'storage.aws_access_key_id',
      'storage.aws_secret_access_key',
      'storage.role_arn',
      'storage.external_id',
      'storage.endpoint',
      ...TOP,
    ],
  ],
  // Its endpoint is for tests.
  [{ 'storage.provider': 'gcs' }, ['storage.provider', 'storage.bucket', 'storage.service_account', ...TOP]],
  [{ 'storage.provider': 'floppy' }, ['storage.provider', ...TOP]],
])('of a source with %j is asked', (answers, paths) => {
  expect(pathsOf(questionsToAsk(SOURCE, answers, 'needed'))).toEqual(paths)
})

test.each([
  [{}, ['destination.service']],
  [{ 'destination.service': 'segment' }, ['destination.service', 'destination.write_key', 'destination.region']],
  [
    { 'destination.service': 'rudderstack' },
    ['destination.service', 'destination.data_plane_url', 'destination.write_key', 'destination.delivery'],
  ],
])('of a destination with %j is asked', (answers, paths) => {
  expect(pathsOf(questionsToAsk(DESTINATION, answers, 'needed'))).toEqual(paths)
})

test('everything is asked on request, but for lists of objects', () => {
  const paths = pathsOf(questionsToAsk(DESTINATION, { 'object_storage_config.storage_type': 'Local' }, 'all'))
  expect(paths).toEqual(
    expect.arrayContaining(['mapping.event_names', 'limits.gzip', 'object_storage_config.bucket_path', 'dry_run']),
  )
  expect(paths).not.toContain('routes')
  expect(pathsOf(questionsOf(DESTINATION, {}))).toContain('routes')
})

test('an option is offered with what can be chosen, and knows whether it may be left out', () => {
  const [provider, path, prefix] = questionsOf(SOURCE, { 'storage.provider': 'local' })
  expect(provider?.choices).toEqual([
    { value: 'local', title: 'Local folder' },
    { value: 's3', title: 'Amazon S3 or compatible' },
    { value: 'gcs', title: 'Google Cloud Storage' },
    { value: 'azure', title: 'Azure Blob Storage' },
  ])
  expect([provider?.isRequired, path?.isRequired, prefix?.isRequired]).toEqual([true, true, false])
})

test('options that nobody has thought of yet are asked for in the order of the form', () => {
  const variant = (value: string, name: string): Schema => ({
    title: value,
    required: [name],
    properties: { kind: { const: value }, [name]: { type: 'string' } },
  })
  const schema: Schema = {
    required: ['new'],
    properties: {
      late: { type: 'string', order: 9 },
      new: { order: 1, oneOf: [variant('a', 'x'), variant('b', 'y')] },
    },
  }
  expect(pathsOf(questionsToAsk(schema, { 'new.kind': 'b' }, 'needed'))).toEqual(['new.kind', 'new.y', 'late'])
})

test('the two connectors have no option in common, so that --set is clear', () => {
  const names = (schema: Schema) => Object.keys(schema.properties ?? {})
  expect(names(SOURCE).filter((name) => names(DESTINATION).includes(name))).toEqual([])
})

test.each([
  ['storage.bucket', undefined],
  ['storage.azure_blob_storage_account_key', undefined],
  ['destination.endpoint', undefined],
  ['routes', undefined],
  ['storage.buckt', 'There is no option "storage.buckt". Did you mean "storage.bucket"?'],
  ['destination.writekey', 'There is no option "destination.writekey". Did you mean "destination.write_key"?'],
  ['__proto__', 'There is no option "__proto__".'],
  ['storage', 'There is no option "storage".'],
])('%s: %s', (path, fault) => {
  expect(unknownOption([SOURCE, DESTINATION], path)).toBe(fault)
})
