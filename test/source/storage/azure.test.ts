import { expect, test } from '@jest/globals'
import { type FakeAzure, fakeAzure } from '../../../integration_tests/fakes/azure.ts'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import type { StorageOf } from '../../../src/config.ts'
import { azureStore, azureWritableStore } from '../../../src/source/storage/azure.ts'
import { ChangedObjectError, MissingObjectError, type ObjectStore } from '../../../src/source/storage/store.ts'
import { storeContract } from './contract.ts'
import { type FaultyProvider, faultContract } from './faults.ts'
import { closedAfterwards } from './opened.ts'
import { writableContract } from './writable_contract.ts'

// Of all identities that a machine may have only that of the environment is tried: no metadata service is asked.
process.env['AZURE_TOKEN_CREDENTIALS'] = 'EnvironmentCredential'

const fake = closedAfterwards(fakeAzure)

storeContract('Azure', {
  open: async (objects) => {
    const azure = await fake()
    for (const [key, content] of objects) azure.put(key, content)
    return azureStore(azure.config)
  },
  openMissing: async () => azureStore({ ...(await fake()).config, azure_blob_storage_container_name: 'missing' }),
  more: ['\uffff'],
})

writableContract('Azure', {
  open: async () => {
    const opened = await fake()
    return { fake: opened, store: (waiting) => azureWritableStore(opened.config, waiting) }
  },
  openMissing: async () =>
    azureWritableStore({ ...(await fake()).config, azure_blob_storage_container_name: 'missing' }),
  denied: [
    { status: 403, code: 'AuthorizationPermissionMismatch' },
    /state refused to be written \(403\).*Blob Data Contributor/,
  ],
})

const refusals: FaultyProvider['refusals'] = [
  [
    { status: 404, code: 'ContainerNotFound' },
    'list',
    ConfigError,
    /Container "exports" does not exist at 127.* Check/,
  ],
  [{ status: 404, code: 'ContainerNotFound' }, 'read', ConfigError, /Container "exports" does not exist/],
  [{ status: 404, code: 'BlobNotFound' }, 'read', MissingObjectError, /exports\/file is gone/],
  [{ status: 403, code: 'AuthorizationPermissionMismatch' }, 'list', ConfigError, /"exports" refused to be listed/],
  [{ status: 403, code: 'AuthorizationPermissionMismatch' }, 'read', ConfigError, /exports\/file refused to be read/],
  [{ status: 409, code: 'BlobArchived' }, 'read', ConfigError, /is archived. Move it/],
  [{ status: 400, code: 'InvalidResourceName' }, 'list', ConfigError, /"exports" is no name of a container/],
  [{ status: 403, code: 'AccountIsDisabled' }, 'list', ConfigError, /"fakeaccount" is disabled/],
  [{ status: 405, code: 'UnsupportedHttpVerb' }, 'list', ConfigError, /answered UnsupportedHttpVerb 405/],
  [{ status: 503, code: 'ServerBusy' }, 'read', TransientError, /answered ServerBusy 503/],
]
const throttled = [
  { status: 503, code: 'ServerBusy' },
  { status: 500, code: 'OperationTimedOut' },
  { status: 500, code: 'InternalError' },
  { status: 429, code: 'TooManyRequests' },
]

faultContract('Azure with an account key', {
  open: async (options) => {
    const azure = await fakeAzure(options)
    const { azure_blob_storage_account_key: key = '' } = azure.config
    return { fake: azure, store: (waiting) => azureStore(azure.config, waiting), secrets: [key] }
  },
  throttled,
  refusals: [
    ...refusals,
    [{ status: 403, code: 'AuthenticationFailed' }, 'list', ConfigError, /Check azure_blob_storage_account_key/],
    [{ status: 403, code: 'KeyBasedAuthenticationNotPermitted' }, 'list', ConfigError, /does not permit account keys/],
    [{ status: 403, code: 'AuthorizationPermissionMismatch' }, 'list', ConfigError, /Storage Blob Data Reader/],
  ],
})

faultContract('Azure with a SAS token', {
  open: async (options) => {
    const azure = await fakeAzure(options)
    const { azure_blob_storage_account_key: _, ...config } = { ...azure.config, sas_token: azure.sas() }
    const signature = new URLSearchParams(config.sas_token).get('sig') ?? ''
    return { fake: azure, store: (waiting) => azureStore(config, waiting), secrets: [signature] }
  },
  throttled,
  refusals: [
    ...refusals,
    [{ status: 403, code: 'AuthenticationFailed' }, 'list', ConfigError, /SAS token is not accepted/],
    [{ status: 403, code: 'AuthorizationPermissionMismatch' }, 'list', ConfigError, /SAS token.*Read and List/],
  ],
})

const keysIn = async (store: ObjectStore): Promise<string[]> => {
  const keys = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}
const withoutKey = ({ azure_blob_storage_account_key: _, ...config }: StorageOf<'azure'>) => config
const waiting = { random: () => 0, sleep: async () => {} }

test.each([
  ['alone', (sas: string) => sas],
  ['with its question mark', (sas: string) => `?${sas}`],
  ['with an address before it', (sas: string) => `https://fakeaccount.blob.core.windows.net/exports?${sas}`],
])('a SAS token may be given %s', async (_, given) => {
  const azure = await fake()
  azure.put('file', 'content')
  const store = azureStore({ ...withoutKey(azure.config), sas_token: given(azure.sas()) }, waiting)
  await expect(keysIn(store)).resolves.toEqual(['file'])
  for await (const chunk of store.read({ key: 'file', size: 7, modified: new Date(0) })) {
    expect(String(chunk)).toBe('content')
  }
  expect(store.url('file')).toBe(`${azure.endpoint}/fakeaccount/exports/file`)
})

test.each([
  [
    'that has expired',
    (azure: FakeAzure) => azure.sas('rl', new Date('2020-01-02T03:04:05Z')),
    /expired on 2020-01-02T03:04:05Z/,
  ],
  ['that is not valid yet', (azure: FakeAzure) => `${azure.sas()}&st=2999-01-01T00:00:00Z`, /valid from 2999-01-01/],
  ['that was tampered with', (azure: FakeAzure) => azure.sas().replace('sp=rl', 'sp=rwl'), /not accepted/],
  ['that may not list', (azure: FakeAzure) => azure.sas('r'), /refused to be listed.*Read and List/],
])('a SAS token %s is told so', async (_, given, message) => {
  const azure = await fake()
  const error = keysIn(azureStore({ ...withoutKey(azure.config), sas_token: given(azure) }, waiting))
  await expect(error).rejects.toThrow(ConfigError)
  await expect(error).rejects.toThrow(message)
})

test('a key of another account is told so', async () => {
  const azure = await fake()
  const error = keysIn(azureStore({ ...azure.config, azure_blob_storage_account_key: 'd3Jvbmc=' }, waiting))
  await expect(error).rejects.toThrow(ConfigError)
  await expect(error).rejects.toThrow(/Check azure_blob_storage_account_key/)
})

test.each([
  ['gone', false, MissingObjectError],
  ['changed', true, ChangedObjectError],
])('an object that is %s is called so by a server that names only the failed condition', async (_, isThere, kind) => {
  const azure = await fake()
  if (isThere) azure.put('file', 'content')
  azure.fault({ on: 'read', refuse: { status: 412, code: 'ConditionNotMet' } })
  const read = azureStore(azure.config, waiting).read({ key: 'file', size: 7, modified: new Date(0), version: '"1"' })
  await expect(read[Symbol.asyncIterator]().next()).rejects.toThrow(kind)
})

test('a machine without an identity is told what to do', async () => {
  const config = { ...withoutKey((await fake()).config), azure_blob_storage_endpoint: 'https://127.0.0.1:1' }
  const error = keysIn(azureStore(config, waiting))
  await expect(error).rejects.toThrow(ConfigError)
  await expect(error).rejects.toThrow(/No Azure identity.*"fakeaccount".*Set azure_blob_storage_account_key/)
})

test('a server that does not know where to start lists from the beginning, and nothing comes twice', async () => {
  const azure = await fake({ knowsStartFrom: false, pageSize: 2 })
  for (const key of ['a', 'b', 'c', 'd']) azure.put(key, '')
  const keys = []
  for await (const { key } of azureStore(azure.config, waiting).list('', 'b')) keys.push(key)
  expect(keys).toEqual(['c', 'd'])
})

test('a name that cannot be an account is told so', () => {
  expect(() => azureStore({ ...CONFIG, azure_blob_storage_account_name: 'my account' })).toThrow(ConfigError)
})

test('the identity of the machine does not cross a network without encryption', async () => {
  const azure = await fake()
  const error = keysIn(azureStore(withoutKey(azure.config), waiting))
  await expect(error).rejects.toThrow(ConfigError)
  await expect(error).rejects.toThrow(/https:/)
  expect(azure.requests).toEqual([])
})

test('the address of the public cloud is made from the account name', () => {
  expect(azureStore(CONFIG, waiting).url('a/b')).toBe('https://fakeaccount.blob.core.windows.net/exports/a/b')
})

const CONFIG = {
  provider: 'azure',
  azure_blob_storage_account_name: 'fakeaccount',
  azure_blob_storage_container_name: 'exports',
  azure_blob_storage_account_key: 'a2V5',
} as const
