/** Configurations, catalogues and states that nobody in their right mind would write. */
import { describe, expect, test } from '@jest/globals'
import { ConfigError } from '../src/cdk/errors.ts'
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
