import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { destinationSpec, sourceSpec } from '../scripts/generate/spec.ts'
import { ConnectorSpecification } from '../src/cdk/protocol.ts'
import { DestinationConfig, SourceConfig } from '../src/config.ts'

const committed = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))

test('spec.json is as generated', () => {
  expect(committed('spec.json')).toEqual(JSON.parse(JSON.stringify(sourceSpec())))
})

test('spec.destination.json is as generated', () => {
  expect(committed('spec.destination.json')).toEqual(JSON.parse(JSON.stringify(destinationSpec())))
})

test('the specs say what else the platform asks', () => {
  expect(committed('spec.json')).toMatchObject({
    supportsIncremental: true,
    protocol_version: '0.2.0',
    documentationUrl: expect.stringMatching(/^https:\/\/.*\/docs\/source\.md$/),
  })
  expect(committed('spec.destination.json')).toMatchObject({
    supportsIncremental: true,
    supported_destination_sync_modes: ['append', 'append_dedup'],
    protocol_version: '0.2.0',
    documentationUrl: expect.stringMatching(/^https:\/\/.*\/docs\/destination\.md$/),
  })
})

// ---------------------------------------------------------------------------------------------- rules of the platform

/** As much of JSON Schema as a spec may use. */
interface Schema {
  readonly [keyword: string]: unknown
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly const?: unknown
}

interface Field {
  readonly path: string
  readonly name: string
  readonly schema: Schema
}

/** Every property, however deep. */
function fieldsOf(schema: Schema, path = ''): readonly Field[] {
  const own = Object.entries(schema.properties ?? {}).map(([name, it]) => ({
    path: `${path}/${name}`,
    name,
    schema: it,
  }))
  const inner = [...(schema.oneOf ?? []), ...(schema.items ? [schema.items] : [])].map((it) => fieldsOf(it, path))
  return [...own, ...own.flatMap((field) => fieldsOf(field.schema, field.path)), ...inner.flat()]
}

/** Every schema, that of the configuration first. */
const schemasOf = (schema: Schema): readonly Schema[] => [
  schema,
  ...[
    ...Object.values(schema.properties ?? {}),
    ...(schema.oneOf ?? []),
    ...(schema.items ? [schema.items] : []),
  ].flatMap(schemasOf),
]

const keywordsOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, it]) => [key, ...keywordsOf(it)])
    : []

const isDefined = (value: unknown): boolean => value !== undefined

/** Names that Airbyte's acceptance tests take for secrets, and ours that they don't know. */
const SECRETS = [
  ...['client_token', 'access_token', 'api_token', 'token', 'secret', 'client_secret', 'password', 'key'],
  ...['service_account_info', 'service_account', 'tenant_id', 'certificate', 'jwt', 'credentials', 'app_id', 'appid'],
  ...['refresh_token', 'write_key', 'salt', 'sas_token'],
  ...['aws_access_key_id', 'aws_secret_access_key', 'access_key_id', 'secret_access_key'],
  'azure_blob_storage_account_key',
]

const SECRETS_OF = {
  source: [
    '/personal_data/salt',
    '/storage/aws_access_key_id',
    '/storage/aws_secret_access_key',
    '/storage/azure_blob_storage_account_key',
    '/storage/sas_token',
    '/storage/service_account',
  ],
  destination: [
    '/destination/write_key',
    '/object_storage_config/access_key_id',
    '/object_storage_config/secret_access_key',
    '/routes/write_key',
  ],
}

describeSpec('source', 'spec.json')
describeSpec('destination', 'spec.destination.json')

/** One test per rule of Airbyte's acceptance tests (CAT 3.8.6, TestSpec) and of its form, and our own. */
function describeSpec(role: 'source' | 'destination', file: string): void {
  const root: Schema = ConnectorSpecification.parse(committed(file)).connectionSpecification
  const fields = fieldsOf(root)
  const check = (rule: string, run: () => void) => test(`${role}: ${rule}`, run)
  const all = (holds: (field: Field) => boolean) =>
    expect(fields.filter((field) => !holds(field)).map(({ path }) => path)).toEqual([])

  check('is draft-07, and every keyword is known', () => {
    expect(root['$schema']).toBe('http://json-schema.org/draft-07/schema#')
    ajv().compile(root)
  })

  check('is an object that allows more than it names', () => {
    expect(root.type).toBe('object')
    expect(schemasOf(root).filter((it) => ![undefined, true].includes(it['additionalProperties'] as boolean))).toEqual(
      [],
    )
    expect(root['additionalProperties']).toBe(true)
  })

  check('uses no keyword that the form does not understand', () => {
    const forbidden = ['not', 'anyOf', 'allOf', 'if', 'then', 'else', 'patternProperties', 'prefixItems', '$ref']
    const found = keywordsOf(root)
    const older = ['dependentSchemas', 'dependentRequired', 'dependencies', 'definitions', '$defs']
    expect([...forbidden, ...older].filter((keyword) => found.includes(keyword))).toEqual([])
  })

  check('every field has one type', () => {
    all(({ schema }) => typeof schema.type === 'string')
  })

  check('enum values are distinct', () => {
    all(({ schema }) => {
      const values = (schema['enum'] as unknown[] | undefined) ?? []
      return new Set(values).size === values.length
    })
  })

  check('a oneOf is an object whose variants are told apart by one constant', () => {
    const choices = schemasOf(root).filter(({ oneOf }) => oneOf)
    expect(choices.length).toBeGreaterThan(0)
    for (const { type, oneOf = [] } of choices) {
      expect(type).toBe('object')
      const constants = oneOf.map(({ properties = {} }) =>
        Object.entries(properties).flatMap(([name, it]) => (isDefined(it.const) ? [name] : [])),
      )
      expect(new Set(constants.map((names) => names.join())).size).toBe(1)
      expect(constants[0]?.length).toBe(1)
      const [name = ''] = constants[0] ?? []
      expect(new Set(oneOf.map(({ properties }) => properties?.[name]?.const)).size).toBe(oneOf.length)
      for (const variant of oneOf) expect(variant).toMatchObject({ type: 'object', title: expect.any(String) })
      for (const { required } of oneOf) expect(required).toContain(name)
    }
  })

  check('objects have fields, and lists hold objects or strings', () => {
    all(
      ({ schema }) =>
        schema.type !== 'object' || isDefined(schema.oneOf) || Object.keys(schema.properties ?? {}).length > 0,
    )
    all(({ schema }) => schema.type !== 'array' || ['object', 'string'].includes(String(schema.items?.type)))
  })

  check('a field with the pattern of a date has its format, and the other way round', () => {
    all(({ schema }) => String(schema['format']).startsWith('date') === String(schema['pattern']).includes('\\d{4}-'))
  })

  check('no two fields of a group share their order, and every visible field has one', () => {
    for (const { properties = {} } of schemasOf(root)) {
      const orders = Object.values(properties).flatMap((it) => (isDefined(it.const) ? [] : [it['order']]))
      expect(orders.every((order) => typeof order === 'number')).toBe(true)
      expect(new Set(orders).size).toBe(orders.length)
    }
  })

  check('groups are for top-level fields, and display types for oneOf', () => {
    const top = Object.keys(root.properties ?? {}).map((name) => `/${name}`)
    all(({ path, schema }) => !isDefined(schema['group']) || top.includes(path))
    all(({ schema }) =>
      isDefined(schema.oneOf)
        ? ['dropdown', 'radio'].includes(String(schema['display_type']))
        : !isDefined(schema['display_type']),
    )
  })

  check('every field has a title, and a description that is a sentence', () => {
    all(({ schema }) => isDefined(schema.const) || (schema.title ?? '') !== '')
    all(({ schema }) => isDefined(schema.const) || /^\S.*\.$/.test(schema.description ?? ''))
  })

  check('secrets are marked', () => {
    all(({ name, schema }) => !SECRETS.includes(name) || schema['airbyte_secret'] === true)
    const marked = fields.filter(({ schema }) => schema['airbyte_secret'] === true).map(({ path }) => path)
    expect([...new Set(marked)].sort()).toEqual(SECRETS_OF[role])
  })

  check('secrets are text without a default or an example', () => {
    all(({ schema }) => schema['airbyte_secret'] !== true || schema.type === 'string')
    all(({ schema }) => !schema['airbyte_secret'] || !(isDefined(schema['default']) || isDefined(schema['examples'])))
  })

  check('every switch and every choice that is not required has a default that it allows', () => {
    all(({ schema }) => schema.type !== 'boolean' || typeof schema['default'] === 'boolean')
    all(({ schema }) => !isDefined(schema['default']) || ajv().validate(schema, schema['default']))
  })

  check('examples are what the field allows', () => {
    all(({ schema }) => ((schema['examples'] as unknown[] | undefined) ?? []).every((it) => ajv().validate(schema, it)))
  })
}

/** Formats are checked by the form, not by the platform: `2025-04-01` is fine where its format says date-time. */
function ajv(): Ajv {
  const keywords = ['order', 'airbyte_secret', 'airbyte_hidden', 'multiline', 'display_type', 'pattern_descriptor']
  return addFormats.default(new Ajv({ keywords, validateFormats: false }))
}

// ------------------------------------------------------------------------------------------------------------ samples

const s3 = { provider: 's3', bucket: 'b', region_name: 'eu-central-1' }
const azure = { provider: 'azure', azure_blob_storage_account_name: 'a', azure_blob_storage_container_name: 'c' }
const local = { provider: 'local', path: '/data' }
const segment = { service: 'segment', write_key: 'k' }
const rudderstack = { service: 'rudderstack', data_plane_url: 'https://example.com', write_key: 'k' }

const SOURCES: readonly object[] = [
  { storage: local },
  { storage: s3 },
  { storage: { ...s3, aws_access_key_id: 'i', aws_secret_access_key: 's', role_arn: 'r', external_id: 'e' } },
  { storage: { ...s3, endpoint: 'http://127.0.0.1:9000' } },
  { storage: { provider: 'gcs', bucket: 'b' } },
  { storage: { provider: 'gcs', bucket: 'b', service_account: '{}' } },
  { storage: azure },
  { storage: { ...azure, azure_blob_storage_account_key: 'k' } },
  { storage: { ...azure, sas_token: 's', azure_blob_storage_endpoint: 'https://a.blob.core.windows.net' } },
  { storage: local, path_prefix: 'currents/', start_date: '2025-04-01', end_date: '2025-04-01T17:00:00Z' },
  { storage: local, path_prefix: '', lookback_hours: 0, deduplicate: false, include_file_url: true },
  { storage: local, personal_data: { policy: 'hash', salt: 's', fields: ['email_address'] } },
  { storage: local, personal_data: {} },
  { storage: local, _added_by_a_platform: 1 },
]

const DESTINATIONS: readonly object[] = [
  { destination: segment },
  { destination: { ...segment, region: 'eu', endpoint: 'http://localhost:8080' } },
  { destination: rudderstack },
  { destination: { ...rudderstack, delivery: 'webhook' } },
  { destination: { service: 'rudderstack', data_plane_url: 'https://example.com/v1/webhook?writeKey=k' } },
  { destination: segment, routes: [{ field: 'app_id', value: 'a', write_key: 'k' }] },
  { destination: segment, mapping: {}, limits: {}, dry_run: true },
  { destination: segment, mapping: { event_names: 'raw', rename: [{ event_type: 'users.canvas.Entry', name: 'In' }] } },
  { destination: segment, mapping: { purchases: 'order_completed', message_id_prefix: 'backfill-' } },
  { destination: segment, limits: { max_events_per_second: 0.5, concurrent_requests: 64, gzip: true } },
  { destination: segment, object_storage_config: { storage_type: 'None' } },
  { destination: segment, object_storage_config: { storage_type: 'Local', bucket_path: '/data/rejected' } },
  {
    destination: segment,
    object_storage_config: { storage_type: 'S3', s3_bucket_name: 'b', s3_bucket_region: 'r', bucket_path: 'p' },
  },
]

const WRONG_SOURCES: readonly object[] = [
  {},
  { storage: {} },
  { storage: { provider: 'ftp', path: '/data' } },
  { storage: { provider: 's3', bucket: 'b' } },
  { storage: { ...local, path: '' } },
  { storage: local, start_date: 'yesterday' },
  { storage: local, start_date: '2025-04-01T17:00:00+02:00' },
  { storage: local, lookback_hours: -1 },
  { storage: local, lookback_hours: 1.5 },
  { storage: local, deduplicate: 'yes' },
  { storage: local, personal_data: { policy: 'encrypt' } },
]

const WRONG_DESTINATIONS: readonly object[] = [
  {},
  { destination: { service: 'segment' } },
  { destination: { ...segment, region: 'moon' } },
  { destination: { service: 'rudderstack', write_key: 'k' } },
  { destination: segment, routes: [{ field: 'user_id', value: 'a', write_key: 'k' }] },
  { destination: segment, mapping: { event_names: 'own' } },
  { destination: segment, mapping: { message_id_prefix: 'x'.repeat(41) } },
  { destination: segment, limits: { concurrent_requests: 0 } },
  { destination: segment, limits: { max_events_per_second: 0 } },
  { destination: segment, object_storage_config: { storage_type: 'Local' } },
]

/** What only code can check: the form can't see one field from another, nor into a URL. */
const WRONG_FOR_CODE_ONLY: readonly (readonly [typeof SourceConfig | typeof DestinationConfig, object])[] = [
  [SourceConfig, { storage: { ...s3, aws_access_key_id: 'i' } }],
  [SourceConfig, { storage: { ...s3, endpoint: 'http://example.com' } }],
  [SourceConfig, { storage: { ...azure, azure_blob_storage_account_key: 'k', sas_token: 's' } }],
  [SourceConfig, { storage: local, personal_data: { policy: 'hash' } }],
  [SourceConfig, { storage: local, start_date: '2025-13-01' }],
  [DestinationConfig, { destination: { service: 'rudderstack', data_plane_url: 'https://example.com' } }],
  [DestinationConfig, { destination: { ...rudderstack, data_plane_url: 'http://example.com' } }],
  [DestinationConfig, { destination: segment, mapping: { purchases: 'order_completed', loop_guard: false } }],
]

const specOf = { source: committed('spec.json'), destination: committed('spec.destination.json') }
const configOf = { source: SourceConfig, destination: DestinationConfig }
const accepted = (role: 'source' | 'destination', config: object) => ({
  form: ajv().validate(specOf[role].connectionSpecification, config),
  code: configOf[role].safeParse(config).success,
})

test.each(SOURCES)('source: the form and the code accept %j', (config) => {
  expect(accepted('source', config)).toEqual({ form: true, code: true })
})

test.each(DESTINATIONS)('destination: the form and the code accept %j', (config) => {
  expect(accepted('destination', config)).toEqual({ form: true, code: true })
})

test.each(WRONG_SOURCES)('source: the form and the code refuse %j', (config) => {
  expect(accepted('source', config)).toEqual({ form: false, code: false })
})

test.each(WRONG_DESTINATIONS)('destination: the form and the code refuse %j', (config) => {
  expect(accepted('destination', config)).toEqual({ form: false, code: false })
})

test.each(WRONG_FOR_CODE_ONLY)('the code refuses what the form can’t see', (schema, config) => {
  expect(schema.safeParse(config).success).toBe(false)
})

test('the examples are valid', () => {
  expect(accepted('source', committed('examples/source.json'))).toEqual({ form: true, code: true })
  expect(accepted('destination', committed('examples/segment.json'))).toEqual({ form: true, code: true })
  expect(accepted('destination', committed('examples/rudderstack.json'))).toEqual({ form: true, code: true })
})
