import { readFileSync } from 'node:fs'
import { parseJson } from '../../../src/cdk/json-file.ts'
import { ConfiguredAirbyteCatalog } from '../../../src/cdk/protocol.ts'
import { Redaction } from '../../../src/cdk/redact.ts'
import { unknownKeys } from '../../../src/cdk/unknown-keys.ts'
import { validate } from '../../../src/cdk/validate.ts'
import { DestinationConfig, SourceConfig } from '../../../src/config.ts'
import { targetOf } from '../../../src/destination/target-of.ts'
import { hoursSince } from '../../../src/source/hours.ts'
import { policyOf } from '../../../src/source/privacy.ts'
import type { Target } from '../target.ts'
import { check, configured, isObject } from './check.ts'

const specOf = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).connectionSpecification
const SPECS = [specOf('spec.json'), specOf('spec.destination.json')]

/** A configuration or catalogue is taken or refused in words; and what is taken can be used. */
export const config: Target = {
  name: 'config',
  words: [
    ...'storage provider local s3 gcs azure path bucket start_date lookback_hours personal_data policy fields salt destination service write_key routes mapping limits streams sync_mode __proto__ constructor toString'
      .split(' ')
      .map((name) => `"${name}"`),
    '"2025-04-01"',
    '"2025-02-30T25:00:00Z"',
    '1e999',
    '{}',
    '[]',
    'null',
  ],
  seeds: () =>
    [
      {
        storage: { provider: 'local', path: '/data' },
        start_date: '2025-04-01',
        end_date: '2025-05-01T03:00:00Z',
        lookback_hours: 5,
      },
      {
        storage: {
          provider: 's3',
          bucket: 'b',
          region_name: 'eu-west-1',
          aws_access_key_id: 'i',
          aws_secret_access_key: 's',
        },
        personal_data: { policy: 'hash', fields: ['email_address'], salt: 'secret' },
      },
      { storage: { provider: 'gcs', bucket: 'b', service_account: '{"type":"service_account"}' } },
      {
        storage: {
          provider: 'azure',
          azure_blob_storage_account_name: 'name',
          azure_blob_storage_container_name: 'container',
          sas_token: 't',
        },
      },
      {
        destination: { service: 'segment', write_key: 'key', region: 'eu' },
        routes: [{ field: 'app_id', value: 'a', write_key: 'other' }],
        mapping: { rename: [{ event_type: 'a', name: 'b' }], message_id_prefix: 'p' },
        limits: { max_events_per_second: 10 },
        object_storage_config: { storage_type: 'Local', path: '/tmp' },
      },
      {
        destination: {
          service: 'rudderstack',
          data_plane_url: 'https://example.com?writeKey=k',
          write_key: 'w',
          delivery: 'webhook',
        },
      },
      {
        streams: [
          {
            stream: { name: 'a', json_schema: {}, supported_sync_modes: ['incremental'] },
            sync_mode: 'incremental',
            destination_sync_mode: 'append',
          },
        ],
      },
    ].map((value) => Buffer.from(JSON.stringify(value))),
  run(input) {
    const json = configured(() => parseJson(input.toString('utf8'), 'The configuration'))
    if (!('value' in json)) return 'no JSON'
    return [sourceOf(json.value), destinationOf(json.value), catalogOf(json.value)].join()
  },
}

function sourceOf(value: unknown): string {
  tellOf(value)
  const result = configured(() => validate(SourceConfig, value, 'The configuration'))
  if (!('value' in result)) return 'refused'
  const { personal_data, storage } = result.value
  for (const since of [0, 1e12, 8.64e15]) hoursSince(since, result.value)
  check(policyOf(personal_data)?.replace('"x"') !== 'x', 'a policy gives JSON')
  return storage.provider
}

function destinationOf(value: unknown): string {
  const result = configured(() => validate(DestinationConfig, value, 'The configuration'))
  if (!('value' in result)) return 'refused'
  const target = configured(() => targetOf(result.value))
  if (!('value' in target)) return 'no target'
  for (const key of target.value.writeKeys) {
    check(URL.canParse(target.value.url(key)), 'an address is one', target.value.url(key))
    new Headers(target.value.headers(key))
  }
  return result.value.destination.service
}

function catalogOf(value: unknown): string {
  const result = configured(() => validate(ConfiguredAirbyteCatalog, value, 'The catalog'))
  return 'value' in result ? 'catalog' : 'refused'
}

/** What is done with a configuration before it is known to be good. */
function tellOf(value: unknown): void {
  if (!isObject(value)) return
  for (const spec of SPECS) {
    unknownKeys(spec, value)
    new Redaction().learn(spec, value)
  }
}
