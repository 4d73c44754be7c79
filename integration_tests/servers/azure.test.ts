/** The Azure store against Azurite. `npm run test:servers` starts it. */
import { randomUUID } from 'node:crypto'
import {
  BlobServiceClient,
  type ContainerClient,
  ContainerSASPermissions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ConfigError } from '../../src/cdk/errors.ts'
import type { StorageOf } from '../../src/config.ts'
import { azureStore } from '../../src/source/storage/azure.ts'
import { ChangedObjectError, MissingObjectError } from '../../src/source/storage/store.ts'
import { storeContract } from '../../test/source/storage/contract.ts'
import { bytesOf, keysOf, only } from '../../test/source/storage/read.ts'
import { CONTENT, inTheMiddle, waiting } from './download.ts'
import { type CuttingProxy, cuttingProxy } from './proxy.ts'

const { endpoint, account, key } = JSON.parse(process.env['TEST_AZURE'] ?? '{}') as {
  readonly endpoint: string
  readonly account: string
  readonly key: string
}
const service = new BlobServiceClient(endpoint, new StorageSharedKeyCredential(account, key))

const configFor = (container: string): StorageOf<'azure'> => ({
  provider: 'azure',
  azure_blob_storage_account_name: account,
  azure_blob_storage_container_name: container,
  azure_blob_storage_account_key: key,
  azure_blob_storage_endpoint: endpoint,
})

async function newContainer(objects: Iterable<readonly [string, Uint8Array]> = []): Promise<ContainerClient> {
  const { containerClient } = await service.createContainer(`test-${randomUUID()}`)
  const uploads = [...objects]
  const uploading = Array.from({ length: 24 }, async () => {
    for (let next = uploads.pop(); next; next = uploads.pop()) {
      await containerClient.getBlockBlobClient(next[0]).uploadData(next[1])
    }
  })
  await Promise.all(uploading)
  return containerClient
}

storeContract('Azurite', {
  open: async (objects) => azureStore(configFor((await newContainer(objects)).containerName), waiting),
  openMissing: async () => azureStore(configFor('no-such-container'), waiting),
  ordersByUtf16: true,
  // Azure itself, too, makes a slash of it: Azurite's blobStorageContext.middleware (read 2026-11).
  without: ['\\'],
})

let container: ContainerClient
let proxy: CuttingProxy
beforeAll(async () => {
  container = await newContainer([['file', CONTENT]])
  proxy = await cuttingProxy(endpoint)
})
afterAll(() => proxy.close())

const throughProxy = (name: string, howToWait = waiting) =>
  azureStore({ ...configFor(name), azure_blob_storage_endpoint: proxy.endpoint }, howToWait)

test('a download goes on after lost connections', async () => {
  const object = await only(azureStore(configFor(container.containerName), waiting))
  proxy.cutAfter(100, 3_000_000, 7_654_321)
  expect((await bytesOf(throughProxy(container.containerName).read(object))).equals(CONTENT)).toBe(true)
})

test.each([
  ['changed', ChangedObjectError, (blobs: ContainerClient) => blobs.getBlockBlobClient('file').upload('other', 5)],
  ['gone', MissingObjectError, (blobs: ContainerClient) => blobs.deleteBlob('file')],
])('an object that is %s in the middle of a download is called so', async (_, kind, change) => {
  const blobs = await newContainer([['file', CONTENT]])
  const object = await only(azureStore(configFor(blobs.containerName), waiting))
  proxy.cutAfter(1_000_000)
  const middle = inTheMiddle(() => change(blobs))
  const store = throughProxy(blobs.containerName, middle.waiting)
  await expect(bytesOf(store.read(object), middle.change)).rejects.toThrow(kind)
})

const hours = (count: number) => new Date(Date.now() + count * 3_600_000)

/** A configuration with a token instead of the key. */
async function withToken(permissions: string, more: { startsOn?: Date; expiresOn?: Date } = {}) {
  const url = await container.generateSasUrl({
    permissions: ContainerSASPermissions.parse(permissions),
    expiresOn: hours(1),
    ...more,
  })
  const { azure_blob_storage_account_key: _, ...config } = configFor(container.containerName)
  return { ...config, sas_token: new URL(url).search }
}

test('a SAS token lists and reads', async () => {
  const store = azureStore(await withToken('rl'), waiting)
  expect((await bytesOf(store.read(await only(store), 0, 100))).equals(CONTENT.subarray(0, 100))).toBe(true)
})

test.each([
  ['that has expired', 'rl', { startsOn: hours(-2), expiresOn: hours(-1) }, /expired on/],
  ['that may not list', 'r', {}, /refused to be listed.*Read and List/],
])('a SAS token %s is told so', async (_, permissions, more, message) => {
  const error = keysOf(azureStore(await withToken(permissions, more), waiting))
  await expect(error).rejects.toThrow(ConfigError)
  await expect(error).rejects.toThrow(message)
})

test('a SAS token that may not read is told so', async () => {
  const store = azureStore(await withToken('l'), waiting)
  await expect(bytesOf(store.read(await only(store)))).rejects.toThrow(/refused to be read.*Read and List/)
})

test.each([
  ['another key', { azure_blob_storage_account_key: 'd3Jvbmc=' }, /Check azure_blob_storage_account_key/],
  ['another container', { azure_blob_storage_container_name: 'missing' }, /Container "missing" does not exist/],
])('%s than the server knows', async (_, wrong, message) => {
  const error = keysOf(azureStore({ ...configFor(container.containerName), ...wrong }, waiting))
  await expect(error).rejects.toThrow(ConfigError)
  await expect(error).rejects.toThrow(message)
})
