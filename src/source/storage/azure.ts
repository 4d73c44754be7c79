/** Azure Blob Storage. Only this file and azure_get.ts know its SDK. */
import type { Readable } from 'node:stream'
import { AnonymousCredential, ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { ConfigError } from '../../cdk/errors.ts'
import { hasProxy } from '../../cdk/proxy.ts'
import type { StorageOf } from '../../config.ts'
import { azureFailure } from './azure_errors.ts'
import { type Authorize, blobGet, bySas, bySharedKey, byToken } from './azure_get.ts'
import { Connections } from './connections/connections.ts'
import { directly } from './directly.ts'
import type { Doing } from './failure.ts'
import { streamed } from './incoming.ts'
import { type GetPart, opener, rangeOf } from './opener.ts'
import { entriesOf, type Listing, objectsOf, type Page } from './pages.ts'
import { resumed } from './resume.ts'
import { inRealTime, type Waiting } from './retry.ts'
import { ChangedObjectError, MissingObjectError, type ObjectStore } from './store.ts'
import { type Access, contentOf, replaced, type WritableStore, withoutVersion } from './writable.ts'

type AzureConfig = StorageOf<'azure'>

export function azureStore(config: AzureConfig, waiting: Waiting = inRealTime): ObjectStore {
  const address = addressOf(config)
  let logged: Promise<Login> | undefined
  const login = () => {
    logged ??= loginOf(config, address)
    return logged
  }
  const container = async () => (await login()).client
  // The SDK knows when requests go through a proxy.
  const connections = hasProxy(process.env) ? undefined : new Connections(new URL(address), 'etag')
  const get = partGetter(login, new URL(address), connections)
  const doing = (action: Doing['action'], url: string): Doing => ({ action, url, host: new URL(address).host })
  const listing = (pages: Pages): Listing => ({
    url: address,
    page: async (token) => pageOf(pages(await container()), token),
    failure: (error) => azureFailure(error, doing('list', address), config),
  })
  return {
    list(prefix, after = '') {
      // startFrom includes its own name, and servers that do not know it yet list from the beginning.
      const from = after.startsWith(prefix) && after !== '' ? { startFrom: after } : {}
      return objectsOf(
        listing((blobs) => blobs.listBlobsFlat({ prefix, ...from })),
        after,
        waiting,
      )
    },
    level: (prefix) =>
      entriesOf(
        listing((blobs) => blobs.listBlobsByHierarchy('/', { prefix })),
        prefix,
        waiting,
      ),
    read(object, start = 0, end = object.size) {
      const url = `${address}/${object.key}`
      const limit = Math.min(end, object.size)
      const open = opener(get, object, limit, url)
      const failure = async (error: unknown) => {
        const failure = azureFailure(error, doing('read', url), config)
        // Servers differ in which of its two faults they name of an object that is gone.
        const isGone = failure instanceof ChangedObjectError && !(await isThere(await container(), object.key))
        return isGone ? new MissingObjectError(`${url} is gone.`, { cause: failure.cause }) : failure
      }
      return resumed({ url, start, end: limit, open, failure }, waiting)
    },
    url: (key) => `${address}/${key}`,
    close: () => connections?.close(),
  }
}

export function azureWritableStore(config: AzureConfig, waiting: Waiting = inRealTime): WritableStore {
  const address = addressOf(config)
  const container = loginOf(config, address).then(({ client }) => client)
  container.catch(() => {})
  const urlOf = (key: string) => `${address}/${key}`
  const access = (key: string): Access => ({
    url: urlOf(key),
    ...accessTo(container, key),
    failure: (error, action) => azureFailure(error, { action, url: urlOf(key), host: new URL(address).host }, config),
  })
  return {
    get: (key) => contentOf(access(key), waiting),
    put: (key, bytes, version) => replaced(access(key), bytes, version, waiting),
    url: urlOf,
    close() {},
  }
}

/** Conditions: https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations (read 2026-11) */
const accessTo = (container: Promise<ContainerClient>, key: string): Pick<Access, 'get' | 'put'> => ({
  async get() {
    const blob = (await container).getBlobClient(key)
    const { readableStreamBody, etag } = await blob.download(0, undefined, { maxRetryRequests: 0 })
    const bytes = Buffer.concat(await (readableStreamBody as Readable).toArray())
    return { bytes, version: etag ?? withoutVersion({ url: key }) }
  },
  async put(bytes, version) {
    const conditions = version === undefined ? { ifNoneMatch: '*' } : { ifMatch: version }
    const blobHTTPHeaders = { blobContentType: 'application/json' }
    const blob = (await container).getBlockBlobClient(key)
    return (await blob.upload(Buffer.from(bytes), bytes.length, { conditions, blobHTTPHeaders })).etag
  },
})

/** What both kinds of listing have in common. */
type Pages = (container: ContainerClient) => {
  byPage(settings: { continuationToken?: string }): AsyncIterator<{
    readonly continuationToken?: string
    readonly segment: {
      readonly blobItems: readonly BlobItem[]
      readonly blobPrefixes?: readonly { readonly name: string }[]
    }
  }>
}

interface BlobItem {
  readonly name: string
  readonly properties: { readonly lastModified: Date; readonly contentLength?: number; readonly etag: string }
}

async function pageOf(pages: ReturnType<Pages>, token: string | undefined): Promise<Page> {
  const { value } = await pages.byPage(token === undefined ? {} : { continuationToken: token }).next()
  const { blobItems, blobPrefixes = [] } = value.segment
  return {
    objects: blobItems.map(({ name, properties }: BlobItem) => ({
      key: name,
      modified: properties.lastModified,
      size: properties.contentLength ?? 0,
      // A listing gives etags without the quotes that a condition needs.
      version: properties.etag.startsWith('"') ? properties.etag : `"${properties.etag}"`,
    })),
    folders: blobPrefixes.map(({ name }: { readonly name: string }) => name),
    next: value.continuationToken || undefined,
  }
}

/** Gets parts of the container's blobs. */
const partGetter = (login: () => Promise<Login>, container: URL, connections: Connections | undefined): GetPart =>
  directly({
    async direct({ key, bytes, version }, receiver) {
      if (!connections) return undefined
      const { authorize } = await login()
      const headers = {
        ...(bytes && { 'x-ms-range': rangeOf(bytes) }),
        ...(version !== undefined && { 'if-match': version }),
      }
      return connections.get(await authorize(blobGet(container, key, headers)), receiver)
    },
    async library({ key, bytes, version }, receiver) {
      const blob = (await login()).client.getBlobClient(key)
      const [start, count] = bytes ? [bytes.start, bytes.end - bytes.start] : []
      const conditions = { conditions: version === undefined ? {} : { ifMatch: version } }
      const answer = await blob.download(start, count, { maxRetryRequests: 0, ...conditions })
      const { readableStreamBody, contentRange, etag } = answer
      return streamed(readableStreamBody as Readable, { version: etag, contentRange }, receiver)
    },
    // Shaped like an error of the SDK.
    busy: (statusCode) => Object.assign(new Error(`HTTP ${statusCode}`), { statusCode }),
  })

const isThere = (container: ContainerClient, key: string): Promise<boolean> =>
  container
    .getBlobClient(key)
    .exists()
    .catch(() => true)

/** The container's address, with nothing secret in it. */
function addressOf(config: AzureConfig): string {
  const { azure_blob_storage_account_name: account, azure_blob_storage_container_name: container } = config
  const endpoint = config.azure_blob_storage_endpoint ?? `https://${account}.blob.core.windows.net`
  if (!URL.canParse(endpoint)) {
    throw new ConfigError(`"${account}" is no name of a storage account. Check azure_blob_storage_account_name.`)
  }
  return `${endpoint.replace(/\/+$/, '')}/${encodeURIComponent(container)}`
}

/** How the service knows us. */
interface Login {
  readonly client: ContainerClient
  readonly authorize: Authorize
}

/** Retries are ours: see retry.ts. */
async function loginOf(config: AzureConfig, address: string): Promise<Login> {
  const options = { retryOptions: { maxTries: 1 } }
  const { azure_blob_storage_account_name: account, azure_blob_storage_account_key: key, sas_token } = config
  if (key !== undefined) {
    const credential = new StorageSharedKeyCredential(account, key)
    return { client: new ContainerClient(address, credential, options), authorize: bySharedKey(credential) }
  }
  if (sas_token !== undefined) {
    // What portals show begins with a question mark, or with a whole address before it.
    const query = sas_token.slice(sas_token.indexOf('?') + 1)
    const client = new ContainerClient(`${address}?${query}`, new AnonymousCredential(), options)
    return { client, authorize: bySas(query) }
  }
  const { DefaultAzureCredential } = await import('@azure/identity')
  const credential = new DefaultAzureCredential()
  return { client: new ContainerClient(address, credential, options), authorize: byToken(credential) }
}
