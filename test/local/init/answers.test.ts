import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chosen, configOf, settingsFor, settingsOf, settingsWithoutEffect } from '../../../src/local/init/answers.ts'
import { questionsOf, type Schema } from '../../../src/local/init/questions.ts'

const spec = (file: string): Schema =>
  JSON.parse(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).connectionSpecification
const SOURCE = spec('spec.json')
const DESTINATION = spec('spec.destination.json')
const S3 = { 'storage.provider': 's3' }

test.each<[Record<string, string>, object]>([
  [{}, {}],
  [{ ...S3, 'storage.bucket': ' b ', 'storage.region_name': '' }, { storage: { provider: 's3', bucket: 'b' } }],
  // Answers to another provider's questions do not count.
  [{ 'storage.provider': 'local', 'storage.bucket': 'b' }, { storage: { provider: 'local' } }],
  [
    { lookback_hours: '24', deduplicate: 'false' },
    { lookback_hours: 24, deduplicate: false },
  ],
  // The configuration's own schema says what would be right.
  [
    { lookback_hours: 'many', deduplicate: 'yes' },
    { lookback_hours: 'many', deduplicate: 'yes' },
  ],
  [{ 'personal_data.fields': 'a, b' }, { personal_data: { fields: ['a', 'b'] } }],
  [{ 'personal_data.fields': '["a,b"]' }, { personal_data: { fields: ['a,b'] } }],
  // A text stays a text, whatever it looks like.
  [{ path_prefix: '007' }, { path_prefix: '007' }],
  [
    { 'storage.provider': 'gcs', 'storage.service_account': '{}' },
    { storage: { provider: 'gcs', service_account: '{}' } },
  ],
])('of the answers %j, %j is made', (answers, config) => {
  expect(configOf(SOURCE, answers)).toEqual(config)
})

test('lists of objects are given as JSON', () => {
  const routes = [{ field: 'app_id', value: 'a=b', write_key: 'k' }]
  const answers = settingsOf([`routes=${JSON.stringify(routes)}`], [DESTINATION])
  expect(configOf(DESTINATION, answers)).toEqual({ routes })
})

test('every option that is asked for finds its place', () => {
  const provider = fc.constantFrom('local', 's3', 'gcs', 'azure')
  const text = fc.string({ minLength: 1 }).filter((text) => text.trim() === text)
  fc.assert(
    fc.property(provider, fc.infiniteStream(text), (provider, texts) => {
      const questions = questionsOf(SOURCE, { 'storage.provider': provider }).filter(
        ({ schema }) => schema.type === 'string',
      )
      const answers = Object.fromEntries(questions.map(({ path }) => [path, texts.next().value]))
      const config = configOf(SOURCE, { ...answers, 'storage.provider': provider })
      for (const [path, answer] of Object.entries(answers))
        expect(path.split('.').reduce<unknown>((inner, name) => Object(inner)[name], config)).toBe(answer)
    }),
  )
})

test.each([
  ['storage.provider', 'A --set lacks its "=".'],
  ['a-secret', 'A --set lacks its "=".'],
  ['storage.provder=s3', 'Did you mean "storage.provider"?'],
])('--set %s is refused, and its value kept back', (setting, message) => {
  expect(() => settingsOf([setting], [SOURCE, DESTINATION])).toThrow(message)
  expect(() => settingsOf(['a-secret'], [SOURCE])).not.toThrow('a-secret')
})

test('settings find their connector, and those for another variant are told', () => {
  const settings = settingsOf(
    ['storage.provider=local', 'storage.bucket=b', 'destination.region=eu', 'storage.provider=gcs', 'storage.path=p'],
    [SOURCE, DESTINATION],
  )
  expect(settingsFor(DESTINATION, settings)).toEqual({ 'destination.region': 'eu' })
  const ours = settingsFor(SOURCE, settings)
  expect(ours).toEqual({ 'storage.provider': 'gcs', 'storage.bucket': 'b', 'storage.path': 'p' })
  expect(settingsWithoutEffect(SOURCE, ours, ours)).toEqual(['storage.path'])
})

test.each([
  ['2', 's3'],
  ['s3', 's3'],
  ['9', '9'],
  ['', ''],
])('a choice may be answered by its number: %j means %j', (text, value) => {
  const [provider] = questionsOf(SOURCE, {})
  expect(provider && chosen(provider, text)).toBe(value)
})
