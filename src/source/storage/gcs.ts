/** Google Cloud Storage. The only file that knows its SDK. */
import { createPrivateKey } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type Bucket, type GetFilesOptions, Storage, type StorageOptions } from '@google-cloud/storage'
import { z } from 'zod'
import { ConfigError } from '../../cdk/errors.ts'
import type { StorageOf } from '../../config.ts'
import type { Doing } from './failure.ts'
import { gcsFailure, isNotFound } from './gcs_errors.ts'
import { entriesOf, type Listing, objectsOf, type Page } from './pages.ts'
import { rangeIgnored, resumed } from './resume.ts'
import { inRealTime, type Waiting } from './retry.ts'
import { ChangedObjectError, type ObjectStore, type StoredObject } from './store.ts'

type GcsConfig = StorageOf<'gcs'>

export function gcsStore(config: GcsConfig, waiting: Waiting = inRealTime): ObjectStore {
  const bucket = new Storage(optionsFor(config)).bucket(config.bucket)
  const address = `gs://${config.bucket}`
  const doing = (action: Doing['action'], url: string): Doing => ({ action, url, host: hostOf(config) })
  const listing = (query: GetFilesOptions): Listing => ({
    url: address,
    page: (token) => pageOf(bucket, { ...query, ...(token === undefined ? {} : { pageToken: token }) }),
    failure: (error) => gcsFailure(error, doing('list', address), config),
  })
  return {
    list(prefix, after = '') {
      // startOffset includes its own key, unlike S3's StartAfter.
      return objectsOf(listing({ prefix, ...(after === '' ? {} : { startOffset: after }) }), after, waiting)
    },
    level: (prefix) => entriesOf(listing({ prefix, delimiter: '/' }), prefix, waiting),
    read(object, start = 0, end = object.size) {
      const url = `${address}/${object.key}`
      const limit = Math.min(end, object.size)
      const failure = async (error: unknown): Promise<Error> =>
        isNotFound(error) && (await isThere(bucket, object))
          ? new ChangedObjectError(`${url} was changed while being read. The next sync reads it again.`)
          : gcsFailure(error, doing('read', url), config)
      return resumed(
        { url, start, end: limit, failure, open: async (at) => opened(bucket, object, at, limit) },
        waiting,
      )
    },
    url: (key) => `${address}/${key}`,
    close() {},
  }
}

/** The parts of an answer that we ask for. https://cloud.google.com/storage/docs/json_api/v1/objects/list (read 2026-11) */
const Answer = z.object({
  items: z
    .array(z.object({ name: z.string(), size: z.string(), generation: z.string(), timeCreated: z.string() }))
    .default([]),
  prefixes: z.array(z.string()).default([]),
  nextPageToken: z.string().optional(),
})
const FIELDS = 'items(name,size,generation,timeCreated),prefixes,nextPageToken'

async function pageOf(bucket: Bucket, query: GetFilesOptions): Promise<Page> {
  const [, , answer] = await bucket.getFiles({ ...query, fields: FIELDS, autoPaginate: false })
  const { items, prefixes, nextPageToken } = Answer.parse(answer)
  return {
    objects: items.map(({ name, size, generation, timeCreated }) => ({
      key: name,
      // Not `updated`, which changes with the metadata too: when an object ages into another storage class, say.
      modified: new Date(timeCreated),
      size: Number(size),
      version: generation,
    })),
    folders: prefixes,
    next: nextPageToken,
  }
}

function opened(bucket: Bucket, { key, size, version }: StoredObject, start: number, end: number): Readable {
  const file = bucket.file(key, version === undefined ? {} : { generation: version })
  // `end` is inclusive here. Each file says for itself whether it is whole, so its checksum is not computed.
  const range = start === 0 && end === size ? {} : { start, end: end - 1 }
  const stream = file.createReadStream({ ...range, validation: false, decompress: false })
  stream.on('response', ({ headers }) => {
    if (start > 0 && !headers['content-range']?.startsWith(`bytes ${start}-`)) stream.destroy(rangeIgnored(key))
  })
  return stream
}

/** Whether the object exists in any version. */
async function isThere(bucket: Bucket, { key, version }: StoredObject): Promise<boolean> {
  if (version === undefined) return false
  return bucket
    .file(key)
    .exists()
    .then(([exists]) => exists)
    .catch(() => false)
}

/** Retries are ours: see retry.ts. */
function optionsFor({ endpoint, service_account }: GcsConfig): StorageOptions {
  return {
    retryOptions: { autoRetry: false },
    ...(service_account === undefined ? {} : { credentials: credentialsIn(service_account) }),
    ...(endpoint === undefined ? {} : { apiEndpoint: endpoint, useAuthWithCustomEndpoint: !isLoopback(endpoint) }),
  }
}

const ServiceAccount = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().transform((pem) => pem.replaceAll('\\n', '\n')),
})

/** The key in a service account's JSON. Nothing of it shows in an error. */
function credentialsIn(text: string): z.infer<typeof ServiceAccount> {
  const account = ServiceAccount.safeParse(parsed(text))
  if (!account.success) {
    const fields = account.error.issues.map(({ path }) => path.join('.') || 'JSON').join(', ')
    throw new ConfigError(
      `service_account is no service account key (${fields}). Paste the whole JSON file of the key.`,
    )
  }
  try {
    createPrivateKey(account.data.private_key)
  } catch {
    throw new ConfigError('The private_key in service_account is damaged. Paste the whole JSON file of the key.')
  }
  return account.data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const hostOf = ({ endpoint }: GcsConfig): string =>
  endpoint === undefined ? 'storage.googleapis.com' : new URL(endpoint).host

/** Servers on this machine know no Google accounts. */
const isLoopback = (endpoint: string): boolean => /^(localhost|\[::1\]|127\..*)$/.test(new URL(endpoint).hostname)
