import { expect, test } from '@jest/globals'
import { ConfigError } from '../../../src/cdk/errors.ts'
import type { Storage, StorageOf } from '../../../src/config.ts'
import { isReadBy, objectAt } from '../../../src/local/sync/state-place.ts'

const local: Storage = { provider: 'local', path: '/export' }
const s3: StorageOf<'s3'> = {
  provider: 's3',
  bucket: 'exports',
  region_name: 'eu-west-1',
  aws_access_key_id: 'id',
  aws_secret_access_key: 'secret',
  role_arn: 'role',
  endpoint: 'http://s3.local',
}
const gcs: StorageOf<'gcs'> = { provider: 'gcs', bucket: 'exports', service_account: '{}' }
const azure: StorageOf<'azure'> = {
  provider: 'azure',
  azure_blob_storage_account_name: 'mine',
  azure_blob_storage_container_name: 'exports',
  azure_blob_storage_account_key: 'key',
}
const machine = (account: string, host: string, container: string) => ({
  provider: 'azure',
  azure_blob_storage_account_name: account,
  azure_blob_storage_endpoint: `https://${host}`,
  azure_blob_storage_container_name: container,
})
const custom = { ...azure, azure_blob_storage_endpoint: 'http://127.0.0.1:10000/mine/' }
const AWS = { AWS_REGION: 'us-west-2' }

test.each<[url: string, source: Storage, environment: NodeJS.ProcessEnv, storage: object, key: string]>([
  ['s3://exports/state.json', s3, {}, s3, 'state.json'],
  ['s3://other/a/b?c#d 100%.json', s3, AWS, { ...s3, bucket: 'other' }, 'a/b?c#d 100%.json'],
  ['s3://other/a', gcs, AWS, { provider: 's3', bucket: 'other', region_name: 'us-west-2' }, 'a'],
  [
    's3://other/a',
    local,
    { AWS_DEFAULT_REGION: 'eu-west-3', AWS_ENDPOINT_URL: 'http://minio' },
    { provider: 's3', bucket: 'other', region_name: 'eu-west-3', endpoint: 'http://minio' },
    'a',
  ],
  ['gs://other/a/b', gcs, {}, { ...gcs, bucket: 'other' }, 'a/b'],
  ['GS://other/a/b', s3, {}, { provider: 'gcs', bucket: 'other' }, 'a/b'],
  ['https://mine.blob.core.windows.net/exports/a/b', azure, {}, azure, 'a/b'],
  [
    'https://mine.blob.core.windows.net/state/a%20b/%C3%A9',
    azure,
    {},
    { ...azure, azure_blob_storage_container_name: 'state' },
    'a b/é',
  ],
  [
    'http://127.0.0.1:10000/mine/state/a/b',
    custom,
    {},
    { ...custom, azure_blob_storage_container_name: 'state' },
    'a/b',
  ],
  // The key of one account does not open another.
  [
    'https://theirs.blob.core.windows.net/state/a',
    azure,
    {},
    machine('theirs', 'theirs.blob.core.windows.net', 'state'),
    'a',
  ],
  [
    'https://theirs.blob.core.chinacloudapi.cn/state/a',
    local,
    {},
    machine('theirs', 'theirs.blob.core.chinacloudapi.cn', 'state'),
    'a',
  ],
])('%s is found', (url, source, environment, storage, key) => {
  expect(objectAt(url, source, environment)).toEqual({ storage, key })
})

test.each([
  ['s3://bucket', /"s3:\/\/bucket" \(--state\) is no place for a state\. Give the path of a file, s3:/],
  ['s3://bucket/', /no place for a state/],
  ['s3://bucket/folder/', /no place for a state/],
  ['s3:///key', /no place for a state/],
  ['ftp://host/key', /no place for a state/],
  ['https://example.com/container/key', /no place for a state/],
  ['https://mine.blob.core.windows.net/container', /no place for a state/],
  ['https://mine.blob.core.windows.net.evil.com/exports/key', /no place for a state/],
  ['http://mine.blob.core.windows.net/exports/key', /no place for a state/],
  ['https://:bad:/x', /no place for a state/],
  ['https://mine.blob.core.windows.net/c/k?sv=1&sig=very-secret', /must not hold a "\?".*sas_token of the source/],
])('%s is refused', (url, message) => {
  const refused = () => objectAt(url, azure, AWS)
  expect(refused).toThrow(ConfigError)
  expect(refused).toThrow(message)
  expect(refused).not.toThrow('very-secret')
})

test('a bucket whose region nobody tells is asked for', () => {
  expect(() => objectAt('s3://bucket/key', local, {})).toThrow(
    'The region of the bucket "bucket" (--state) is not known. Set the environment variable AWS_REGION.',
  )
})

test.each([
  ['s3://exports/currents/state.json', true],
  ['s3://exports/currents/state', false],
  ['s3://exports/state.json', false],
  ['s3://other/currents/state.json', false],
  ['gs://exports/currents/state.json', false],
])('%s is read with the export: %j', (url, expected) => {
  expect(isReadBy({ storage: s3, path_prefix: 'currents/' }, objectAt(url, s3, {}))).toBe(expected)
})
