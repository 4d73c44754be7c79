/** Configurations, catalogues and states that nobody in their right mind would write. */
import { describe, expect, test } from '@jest/globals'
import { ConfigError } from '../src/cdk/errors.ts'
import { parseJson } from '../src/cdk/json-file.ts'
import { nearest } from '../src/cdk/nearest.ts'
import { secretFormsOf } from '../src/cdk/secrets.ts'
import { parseStates } from '../src/cdk/states.ts'
import { unknownKeys } from '../src/cdk/unknown-keys.ts'
import { validate } from '../src/cdk/validate.ts'
import { DestinationConfig, SourceConfig } from '../src/config.ts'

const refusal = (schema: Parameters<typeof validate>[0], value: unknown): string => {
  try {
    validate(schema, value, 'The configuration')
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return String(error)
  }
}

describe.each([
  'not a url',
  'https://',
  'https:\ufffd/example.com?writeKey=k',
  'http://[',
  'https://exa mple.com',
  '//example.com',
  '',
  '\u0000',
])('the address %j is refused in words', (address) => {
  test.each([
    [
      'rudderstack',
      DestinationConfig,
      { destination: { service: 'rudderstack', data_plane_url: address, write_key: 'k' } },
    ],
    [
      'rudderstack without a key',
      DestinationConfig,
      { destination: { service: 'rudderstack', data_plane_url: address } },
    ],
    ['segment', DestinationConfig, { destination: { service: 'segment', write_key: 'k', endpoint: address } }],
    ['S3', SourceConfig, { storage: { provider: 's3', bucket: 'b', region_name: 'eu-west-1', endpoint: address } }],
  ])('for %s', (_, schema, config) => {
    expect(refusal(schema, config)).toContain('must be a URL that begins with https://')
  })
})

describe('nesting', () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const spec = { type: 'object', properties: { write_key: { type: 'string', airbyte_secret: true } } }

  test('without end is refused before anybody walks into it', () => {
    expect(() => parseJson(nested(100_000), 'The configuration')).toThrow('is nested more than 1000 deep')
    expect(() => parseStates(`[${nested(100_000)}]`)).toThrow(ConfigError)
  })

  test('that is taken overflows no stack', () => {
    const config = parseJson(nested(1000), 'The configuration') as Record<string, unknown>
    expect(() => secretFormsOf(spec, config)).not.toThrow()
    expect(unknownKeys(spec, config)).toHaveLength(1)
  })
})

test('a name of a million characters is compared in no time', () => {
  expect(
    nearest(
      'x'.repeat(1_000_000),
      Array.from({ length: 1000 }, (_, i) => `name_${i}`),
    ),
  ).toBeUndefined()
})
