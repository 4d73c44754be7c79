/** What people read whose configuration is wrong: where it is, and what would be right there. Never what it holds. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { validate } from '../src/cdk/validate.ts'
import { DestinationConfig, SourceConfig } from '../src/config.ts'

const S3 = { provider: 's3', bucket: 'b', region_name: 'eu-central-1' }
const SEGMENT = { service: 'segment', write_key: 'k' }
const RUDDERSTACK = { service: 'rudderstack', data_plane_url: 'https://example.com', write_key: 'k' }
const HTTPS = 'must be a URL that begins with https:// (http:// for this machine only)'
const NO_HTTP = 'must begin with https://; plain http:// is allowed for this machine only'

function refusalOf(schema: typeof SourceConfig | typeof DestinationConfig, value: unknown): string {
  try {
    validate<unknown>(schema, value, 'The configuration')
    return 'accepted'
  } catch (error) {
    return (error as Error).message.replace(/^The configuration is wrong\. /, '')
  }
}

test.each<[config: unknown, message: string]>([
  [null, 'at its top: must be an object.'],
  [[], 'at its top: must be an object.'],
  [{}, 'storage: required.'],
  [{ storage: 's3://bucket' }, 'storage: must be an object.'],
  [{ storage: {} }, 'storage.provider: required: "local", "s3", "gcs" or "azure".'],
  [{ storage: { provider: 'ftp' } }, 'storage.provider: must be "local", "s3", "gcs" or "azure".'],
  [{ storage: { provider: 'local' } }, 'storage.path: required.'],
  [{ storage: { provider: 'local', path: ' ' } }, 'storage.path: must not be empty.'],
  [{ storage: { provider: 's3' } }, 'storage.bucket: required. storage.region_name: required.'],
  [{ storage: { ...S3, bucket: 7 } }, 'storage.bucket: must be a text.'],
  [
    { storage: { ...S3, aws_access_key_id: 'a' } },
    'storage.aws_secret_access_key: give both aws_access_key_id and aws_secret_access_key, or neither.',
  ],
  [{ storage: { ...S3, endpoint: 'minio:9000' } }, `storage.endpoint: ${HTTPS}.`],
  [{ storage: { ...S3, endpoint: 'http://minio:9000' } }, `storage.endpoint: ${NO_HTTP}.`],
  [{ storage: { provider: 'gcs', bucket: 'b', service_account: {} } }, 'storage.service_account: must be a text.'],
  [
    {
      storage: {
        provider: 'azure',
        azure_blob_storage_account_name: 'a',
        azure_blob_storage_container_name: 'c',
        azure_blob_storage_account_key: 'k',
        sas_token: 't',
      },
    },
    'storage.sas_token: give azure_blob_storage_account_key or sas_token, not both.',
  ],
])('source: %j: %s', (config, message) => {
  expect(refusalOf(SourceConfig, config)).toBe(message)
})

test.each<[options: object, message: string]>([
  [{ start_date: 'yesterday' }, 'start_date: must look like 2025-04-01 or 2025-04-01T17:00:00Z.'],
  [{ start_date: '2025-04-01 17:00' }, 'start_date: must look like 2025-04-01 or 2025-04-01T17:00:00Z.'],
  [{ start_date: '2025-02-30' }, 'start_date: must be a date that exists.'],
  [{ start_date: '2025-13-01' }, 'start_date: must be a date that exists.'],
  [{ end_date: '2025-04-01T25:00:00Z' }, 'end_date: must be a date that exists.'],
  [{ end_date: 20250401 }, 'end_date: must be a text.'],
  [{ start_date: '2024-02-29' }, 'accepted'],
  [{ lookback_hours: -1 }, 'lookback_hours: must be at least 0.'],
  [{ lookback_hours: 9000 }, 'lookback_hours: must be at most 8760.'],
  [{ lookback_hours: 1.5 }, 'lookback_hours: must be a whole number.'],
  [{ lookback_hours: '168' }, 'lookback_hours: must be a number.'],
  [{ deduplicate: 'yes' }, 'deduplicate: must be true or false.'],
  [{ path_prefix: null }, 'path_prefix: must be a text.'],
  [{ personal_data: 'hash' }, 'personal_data: must be an object.'],
  [{ personal_data: { policy: 'mask' } }, 'personal_data.policy: must be "keep", "hash", "redact" or "drop".'],
  [{ personal_data: { policy: 'hash' } }, 'personal_data.salt: the policy "hash" needs a salt.'],
  [{ personal_data: { fields: 'email_address' } }, 'personal_data.fields: must be a list.'],
  [{ personal_data: { fields: ['a', 1] } }, 'personal_data.fields[1]: must be a text.'],
])('source: %j: %s', (options, message) => {
  expect(refusalOf(SourceConfig, { storage: S3, ...options })).toBe(message)
})

test.each<[config: unknown, message: string]>([
  [{}, 'destination: required.'],
  [{ destination: {} }, 'destination.service: required: "segment" or "rudderstack".'],
  [{ destination: { service: 'Segment' } }, 'destination.service: must be "segment" or "rudderstack".'],
  [{ destination: { service: 'segment' } }, 'destination.write_key: required.'],
  [{ destination: { ...SEGMENT, region: 'uk' } }, 'destination.region: must be "us" or "eu".'],
  [{ destination: { service: 'rudderstack', write_key: 'k' } }, `destination.data_plane_url: ${HTTPS}.`],
  [
    { destination: { service: 'rudderstack', data_plane_url: 'https://example.com' } },
    'destination.write_key: is missing, and data_plane_url holds no writeKey either.',
  ],
  [
    { destination: { ...RUDDERSTACK, data_plane_url: 'http://example.com' } },
    `destination.data_plane_url: ${NO_HTTP}.`,
  ],
  [{ destination: { ...RUDDERSTACK, delivery: 'stream' } }, 'destination.delivery: must be "batch" or "webhook".'],
])('destination: %j: %s', (config, message) => {
  expect(refusalOf(DestinationConfig, config)).toBe(message)
})

test.each<[options: object, message: string]>([
  [{ routes: {} }, 'routes: must be a list.'],
  [
    { routes: [{}] },
    'routes[0].field: required: "app_id", "app_group_id" or "stream". routes[0].value: required. routes[0].write_key: required.',
  ],
  [
    { routes: [{ field: 'user_id', value: 'v', write_key: 'k' }] },
    'routes[0].field: must be "app_id", "app_group_id" or "stream".',
  ],
  [
    { mapping: { event_names: 'x' } },
    'mapping.event_names: must be "default", "braze_native", "segment_catalog" or "raw".',
  ],
  [{ mapping: { rename: { a: 'b' } } }, 'mapping.rename: must be a list.'],
  [{ mapping: { rename: [{ event_type: 'a' }] } }, 'mapping.rename[0].name: required.'],
  [{ mapping: { message_id_prefix: 'x'.repeat(41) } }, 'mapping.message_id_prefix: must have at most 40 characters.'],
  [
    { mapping: { purchases: 'order_completed', loop_guard: false } },
    'mapping.purchases: order_completed needs loop_guard, or Braze books every purchase a second time.',
  ],
  [{ limits: { max_events_per_second: 0 } }, 'limits.max_events_per_second: must be at least, and not exactly, 0.'],
  [{ limits: { concurrent_requests: 65 } }, 'limits.concurrent_requests: must be at most 64.'],
  [{ limits: { gzip: 1 } }, 'limits.gzip: must be true or false.'],
  [{ object_storage_config: {} }, 'object_storage_config.storage_type: required: "None", "Local" or "S3".'],
  [{ object_storage_config: { storage_type: 'Local' } }, 'object_storage_config.bucket_path: required.'],
  [{ dry_run: 'true' }, 'dry_run: must be true or false.'],
])('destination: %j: %s', (options, message) => {
  expect(refusalOf(DestinationConfig, { destination: SEGMENT, ...options })).toBe(message)
})

// ------------------------------------------------------------------------------------ every option, whatever comes next

interface Spec {
  readonly type?: string
  readonly const?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Spec>>
  readonly oneOf?: readonly Spec[]
  readonly items?: Spec
}

interface Case {
  readonly path: string
  /** A configuration that is wrong at this path alone, or also where something required is left out. */
  readonly config: unknown
}

/** One configuration for each option, which holds there what no option takes. */
function casesOf(spec: Spec, path: string, wrap: (value: unknown) => unknown): readonly Case[] {
  const self = { path, config: wrap(WRONG) }
  if (spec.items) return [self, ...casesOf(spec.items, `${path}[0]`, (value) => wrap([value]))]
  const variants = [spec, ...(spec.oneOf ?? [])]
  return [
    self,
    ...variants.flatMap(({ properties = {} }) => {
      const chosen = Object.entries(properties).flatMap(([name, { const: value }]) => (value ? [[name, value]] : []))
      const base = Object.fromEntries(chosen) as object
      return Object.entries(properties).flatMap(([name, property]) =>
        casesOf(property, path === '' ? name : `${path}.${name}`, (value) => wrap({ ...base, [name]: value })),
      )
    }),
  ]
}

const WRONG = Symbol('what nobody can configure')

describe.each([
  ['source', SourceConfig, 'spec.json'],
  ['destination', DestinationConfig, 'spec.destination.json'],
] as const)('%s', (_role, schema, file) => {
  const spec: Spec = JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).connectionSpecification
  const cases = casesOf(spec, '', (value) => value).filter(({ path }) => path !== '')

  test('has options', () => {
    expect(cases.length).toBeGreaterThan(15)
  })

  test.each(cases)('$path says what would be right', ({ path, config }) => {
    const sentences = refusalOf(schema, config).split(/(?<=\.) (?=\S+: )/)
    const own = sentences.filter((sentence) => sentence.startsWith(`${path}: `))
    expect(own.join(' ')).toMatch(/: (must be |required: |must look like )\S/)
  })
})
