import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, test } from '@jest/globals'
import { fakeGcs } from '../../../integration_tests/fakes/gcs.ts'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import { gcsStore, gcsWritableStore } from '../../../src/source/storage/gcs.ts'
import { tokenFailure } from '../../../src/source/storage/gcs_errors.ts'
import { MissingObjectError } from '../../../src/source/storage/store.ts'
import { storeContract } from './contract.ts'
import { faultContract } from './faults.ts'
import { closedAfterwards } from './opened.ts'
import { writableContract } from './writable_contract.ts'

const NO_BUCKET = { status: 404, code: 'notFound', message: 'The specified bucket does not exist.' }

const fake = closedAfterwards(fakeGcs)

storeContract('Gcs', {
  open: async (objects) => {
    const gcs = await fake()
    for (const [key, content] of objects) gcs.put(key, content)
    return gcsStore(gcs.config)
  },
  openMissing: async () => gcsStore({ ...(await fake()).config, bucket: 'missing' }),
  more: ['\uffff', '\u0001', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085'],
})

writableContract('Google Cloud Storage', {
  open: async () => {
    const opened = await fake()
    return { fake: opened, store: (waiting) => gcsWritableStore(opened.config, waiting) }
  },
  openMissing: async () => gcsWritableStore({ ...(await fake()).config, bucket: 'missing' }),
  denied: [{ status: 403, code: 'forbidden' }, /state refused to be written \(403\)\. Grant storage\.objects\.create/],
})

faultContract('Google Cloud Storage', {
  open: async (options) => {
    const gcs = await fakeGcs(options)
    return { fake: gcs, store: (waiting) => gcsStore(gcs.config, waiting), secrets: ['ya29.secret-token'] }
  },
  throttled: [
    { status: 429, code: 'rateLimitExceeded' },
    { status: 403, code: 'rateLimitExceeded' },
    { status: 403, code: 'userRateLimitExceeded' },
    { status: 503, code: 'backendError' },
    { status: 500, code: 'internalError' },
    { status: 408, code: 'requestTimeout' },
  ],
  refusals: [
    [{ status: 404, code: 'notFound' }, 'list', ConfigError, /Bucket "exports" does not exist at 127.* Check bucket\./],
    [NO_BUCKET, 'read', ConfigError, /Bucket "exports" does not exist/],
    [{ status: 404, code: 'notFound' }, 'read', MissingObjectError, /gs:\/\/exports\/file is gone/],
    [{ status: 403, code: 'forbidden' }, 'list', ConfigError, /"exports" refused to be listed.*storage\.objects\.list/],
    [
      { status: 403, code: 'forbidden' },
      'read',
      ConfigError,
      /exports\/file refused to be read.*storage\.objects\.get/,
    ],
    [{ status: 401, code: 'authError' }, 'list', ConfigError, /does not accept the credentials.*service_account/],
    [{ status: 400, code: 'UserProjectMissing' }, 'list', ConfigError, /requester pays/],
    [{ status: 405, code: 'methodNotAllowed' }, 'list', ConfigError, /answered methodNotAllowed 405/],
    [{ status: 429, code: 'rateLimitExceeded' }, 'read', TransientError, /rateLimitExceeded.*fewer syncs/],
  ],
})

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const store = (service_account: string) => () => gcsStore({ provider: 'gcs', bucket: 'exports', service_account })
const key = (more: object = {}) =>
  JSON.stringify({ type: 'service_account', client_email: 'a@b.iam.gserviceaccount.com', private_key: PEM, ...more })
test.each([
  ['no JSON', 'hush-hush', /\(JSON\)/],
  ['no object', '"hush-hush"', /\(JSON\)/],
  ['other fields', '{"password":"hush-hush"}', /\(type, client_email, private_key\)/],
  ['another kind of credentials', key({ type: 'authorized_user', private_key: 'hush-hush' }), /\(type\)/],
  ['a damaged key', key({ private_key: 'hush-hush' }), /private_key in service_account is damaged/],
  ['a key cut short', key({ private_key: PEM.slice(0, 200) }), /private_key in service_account is damaged/],
])('a service account key that is %s is refused without being repeated', (_, text, message) => {
  expect(store(text)).toThrow(ConfigError)
  expect(store(text)).toThrow(message)
  const error = (() => {
    try {
      return store(text)()
    } catch (caught) {
      return caught
    }
  })()
  expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/hush-hush/)
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(PEM.slice(30, 60))
})

test('a service account key may have its line feeds escaped once more', () => {
  expect(store(key({ private_key: PEM.replaceAll('\n', '\\n') }))).not.toThrow()
})

test('a server on this machine is told no credentials', async () => {
  const gcs = await fake()
  gcs.put('file', 'content')
  const local = gcsStore({ ...gcs.config, service_account: key() })
  for await (const object of local.list('')) for await (const _ of local.read(object));
  expect(gcs.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
})

test.each([
  [
    'a revoked key',
    true,
    { response: { status: 400, data: { error: 'invalid_grant' } } },
    ConfigError,
    /not deleted or disabled/,
  ],
  [
    'a machine whose login ended',
    false,
    { response: { status: 400, data: { error: 'invalid_grant' } } },
    ConfigError,
    /of this machine/,
  ],
  [
    'a machine without any',
    false,
    new Error('Could not load the default credentials. See …'),
    ConfigError,
    /No Google credentials.*Set service_account/,
  ],
  [
    'a busy token server',
    true,
    { message: { toString: 'not a text' }, response: { status: 503 } },
    TransientError,
    /token server answered 503/,
  ],
  [
    'no network',
    true,
    { code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND oauth2.googleapis.com' },
    TransientError,
    /ENOTFOUND/,
  ],
])('credentials that fail are told from a bucket that refuses: %s', (_, hasKey, error, kind, message) => {
  const failure = tokenFailure(error, {
    provider: 'gcs',
    bucket: 'exports',
    ...(hasKey ? { service_account: '{}' } : {}),
  })
  expect(failure).toBeInstanceOf(kind)
  expect(failure.message).toMatch(message)
})
