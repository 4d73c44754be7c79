import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { fakeS3 } from '../../../integration_tests/fakes/s3.ts'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import type { StorageOf } from '../../../src/config.ts'
import { s3Store, s3WritableStore } from '../../../src/source/storage/s3.ts'
import { MissingObjectError, type ObjectStore } from '../../../src/source/storage/store.ts'
import { storeContract } from './contract.ts'
import { faultContract } from './faults.ts'
import { closedAfterwards } from './opened.ts'
import { writableContract } from './writable_contract.ts'

const fake = closedAfterwards(fakeS3)

storeContract('S3', {
  open: async (objects) => {
    const s3 = await fake()
    for (const [key, content] of objects) s3.put(key, content)
    return s3Store(s3.config)
  },
  openMissing: async () => s3Store({ ...(await fake()).config, bucket: 'missing' }),
  more: ['\uffff', '\u0001', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085'],
})

writableContract('S3', {
  open: async () => {
    const opened = await fake()
    return { fake: opened, store: (waiting) => s3WritableStore(opened.config, waiting) }
  },
  openMissing: async () => s3WritableStore({ ...(await fake()).config, bucket: 'missing' }),
  denied: [{ status: 403, code: 'AccessDenied' }, /state refused to be written \(403\)\. Grant s3:PutObject/],
})

test('a single object is read and written in the region of its bucket, whatever region was given', async () => {
  const s3 = await fake()
  const store = s3WritableStore({ ...s3.config, region_name: 'us-east-1' })
  const version = await store.put('state', Buffer.from('1'), undefined)
  expect((await store.get('state'))?.version).toBe(version)
  // Only the first request went to the wrong region.
  expect(s3.requests.length).toBe(3)
  store.close()
})

test('a bucket that is in no region is not looked for on and on', async () => {
  const s3 = await fake()
  const refuse = { status: 400, code: 'AuthorizationHeaderMalformed', message: "expecting 'mars-1'" }
  s3.fault({ refuse, times: 10 })
  const store = s3WritableStore(s3.config)
  await expect(store.get('state')).rejects.toThrow('not in region mars-1')
  expect(s3.requests.length).toBe(2)
  store.close()
})

faultContract('S3', {
  open: async (options) => {
    const s3 = await fakeS3(options)
    const { aws_access_key_id: id = '', aws_secret_access_key: secret = '' } = s3.config
    return { fake: s3, store: (waiting) => s3Store(s3.config, waiting), secrets: [secret, id] }
  },
  throttled: [
    { status: 503, code: 'SlowDown' },
    { status: 429, code: 'TooManyRequests' },
    { status: 500, code: 'InternalError' },
    { status: 503, code: 'ServiceUnavailable' },
    { status: 400, code: 'RequestTimeout' },
    { status: 403, code: 'RequestTimeTooSkewed' },
  ],
  refusals: [
    [
      { status: 404, code: 'NoSuchBucket' },
      'list',
      ConfigError,
      /Bucket "exports" does not exist at 127.* Check bucket\./,
    ],
    [{ status: 404, code: 'NoSuchBucket' }, 'read', ConfigError, /Bucket "exports" does not exist/],
    [{ status: 404, code: 'NoSuchKey' }, 'read', MissingObjectError, /s3:\/\/exports\/file is gone/],
    [{ status: 403, code: 'AccessDenied' }, 'list', ConfigError, /"exports" refused to be listed.*s3:ListBucket/],
    [{ status: 403, code: 'AccessDenied' }, 'read', ConfigError, /exports\/file refused to be read.*s3:GetObject/],
    [{ status: 403, code: 'Forbidden' }, 'read', ConfigError, /s3:GetObject/],
    [{ status: 403, code: 'InvalidAccessKeyId' }, 'list', ConfigError, /Check aws_access_key_id/],
    [{ status: 403, code: 'SignatureDoesNotMatch' }, 'list', ConfigError, /Check aws_secret_access_key/],
    [{ status: 400, code: 'ExpiredToken' }, 'list', ConfigError, /have expired. Renew/],
    [{ status: 301, code: 'PermanentRedirect' }, 'list', ConfigError, /not in region eu-central-1. Set region_name/],
    [
      { status: 400, code: 'AuthorizationHeaderMalformed', message: "expecting 'us-west-2'" },
      'list',
      ConfigError,
      /is in region us-west-2, not eu-central-1. Set region_name to us-west-2/,
    ],
    [{ status: 403, code: 'InvalidObjectState' }, 'read', ConfigError, /is archived. Restore it/],
    [{ status: 400, code: 'InvalidBucketName' }, 'list', ConfigError, /without s3:\/\//],
    [{ status: 405, code: 'MethodNotAllowed' }, 'list', ConfigError, /answered MethodNotAllowed 405/],
    [{ status: 403, code: 'RequestTimeTooSkewed' }, 'list', TransientError, /Set this machine's clock/],
    [{ status: 503, code: 'SlowDown' }, 'read', TransientError, /SlowDown.*fewer syncs/],
  ],
})

const first = async (store: ObjectStore): Promise<string | undefined> => {
  for await (const { key } of store.list('')) return key
  return undefined
}
const waiting = { random: () => 0, sleep: async () => {} }
const storeOf = (config: StorageOf<'s3'>) => s3Store(config, waiting)
const withoutKeys = ({ aws_access_key_id: _, aws_secret_access_key: __, ...config }: StorageOf<'s3'>) => config

describe('credentials for S3:', () => {
  const ROLE = { arn: 'arn:aws:iam::123456789012:role/reader', externalId: 'tenant-7' }
  const environment = { ...process.env }
  beforeEach(() => {
    process.env = { ...environment, AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' }
    for (const name of Object.keys(process.env))
      if (/^AWS_(ACCESS|SECRET|SESSION|PROFILE)/.test(name)) delete process.env[name]
  })
  afterEach(() => {
    process.env = environment
  })

  const asMachine = ({ aws_access_key_id, aws_secret_access_key }: StorageOf<'s3'>) =>
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: aws_access_key_id, AWS_SECRET_ACCESS_KEY: aws_secret_access_key })

  test.each(['keys', 'the identity of the machine'])('a role is assumed with %s and the external ID', async (base) => {
    const s3 = await fake({ role: ROLE })
    s3.put('file', '')
    const config = { ...s3.config, role_arn: ROLE.arn, external_id: ROLE.externalId }
    if (base !== 'keys') asMachine(s3.config)
    await expect(first(storeOf(base === 'keys' ? config : withoutKeys(config)))).resolves.toBe('file')
    expect(s3.requests.map(({ operation }) => operation)).toEqual(['other', 'list'])
  })

  test('the identity of the machine is used without keys', async () => {
    const s3 = await fake()
    s3.put('file', '')
    asMachine(s3.config)
    await expect(first(storeOf(withoutKeys(s3.config)))).resolves.toBe('file')
  })

  test('a role that does not let the key in is named', async () => {
    const s3 = await fake({ role: ROLE })
    const error = first(storeOf({ ...s3.config, role_arn: ROLE.arn }))
    await expect(error).rejects.toThrow(ConfigError)
    await expect(error).rejects.toThrow(/Role arn:aws:iam::123456789012:role\/reader may not be assumed.*external_id/)
  })

  test('a key that STS does not know is called wrong, not the role', async () => {
    const s3 = await fake({ role: ROLE })
    const config = { ...s3.config, aws_access_key_id: 'AKIAWRONG', role_arn: ROLE.arn }
    await expect(first(storeOf(config))).rejects.toThrow(/Check aws_access_key_id/)
  })

  test('a role is asked for again when STS is busy', async () => {
    const s3 = await fake({ role: ROLE })
    s3.put('file', '')
    s3.fault({ on: 'other', times: 2, refuse: { status: 503, code: 'ServiceUnavailable' } })
    const config = { ...s3.config, role_arn: ROLE.arn, external_id: ROLE.externalId }
    await expect(first(storeOf(config))).resolves.toBe('file')
  })

  test('a machine without credentials is told what to do', async () => {
    const s3 = await fake()
    const error = first(storeOf(withoutKeys(s3.config)))
    await expect(error).rejects.toThrow(ConfigError)
    await expect(error).rejects.toThrow(/No AWS credentials were found.*"exports".*Set aws_access_key_id/)
    expect(s3.requests).toEqual([])
  })

  test.each([
    ['another key ID than the server knows', { aws_access_key_id: 'AKIAWRONG' }, /Check aws_access_key_id/],
    ['another secret', { aws_secret_access_key: 'wrong' }, /Check aws_secret_access_key/],
    ['another region', { region_name: 'us-east-1' }, /is in region eu-central-1, not us-east-1/],
    ['another bucket', { bucket: 'missing' }, /"missing" does not exist/],
    ['a region that cannot be', { region_name: 'eu central 1' }, /"eu central 1" is no name of a region/],
    ['an address for a bucket', { bucket: 's3://exports' }, /without s3:/],
    ['a line feed in the key ID', { aws_access_key_id: 'AKIA\nFAKE' }, /characters that do not belong/],
  ])('a wrong setting is named: %s', async (_, wrong, message) => {
    const s3 = await fake()
    const error = first(storeOf({ ...s3.config, ...wrong }))
    await expect(error).rejects.toThrow(ConfigError)
    await expect(error).rejects.toThrow(message)
  })
})

test('a listing that is cut short without a way on is an error', async () => {
  const s3 = await fake()
  const body = '<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a</Key></Contents></ListBucketResult>'
  s3.fault({ times: 100, answer: { status: 200, body } })
  await expect(first(storeOf(s3.config))).rejects.toThrow(/without a continuation token/)
})

test('a clock that is a day off is put right by the server', async () => {
  const s3 = await fake()
  s3.put('file', '')
  const now = Date.now
  Date.now = () => now() - 86_400_000
  try {
    await expect(first(storeOf(s3.config))).resolves.toBe('file')
  } finally {
    Date.now = now
  }
})

test('the SDK keeps its announcements about Node versions off stderr', async () => {
  const url = JSON.stringify(new URL('../../../src/source/storage/s3.ts', import.meta.url))
  const script = `import(${url}).then(({ s3Store }) => s3Store({ bucket: 'exports', region_name: 'eu-central-1' }).close())`
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', script])
  expect(stderr).toBe('')
})

test('keys are asked for in an encoding that holds every character', async () => {
  const s3 = await fake()
  s3.put('a\u0001+ %2F', '')
  await expect(first(storeOf(s3.config))).resolves.toBe('a\u0001+ %2F')
  expect(s3.requests[0]?.url.searchParams.get('encoding-type')).toBe('url')
})

test('many downloads at a time wait for none', async () => {
  const s3 = await fake()
  s3.put('file', Buffer.alloc(100_000))
  const store = storeOf(s3.config)
  const object = { key: 'file', size: 100_000, modified: new Date(0) }
  const begun = Array.from({ length: 80 }, () => store.read(object)[Symbol.asyncIterator]())
  await Promise.all(begun.map((read) => read.next()))
  expect(s3.count('read')).toBe(80)
  await Promise.all(begun.map((read) => read.return?.()))
  store.close()
})
