/**
 * Google Cloud Storage, by its JSON API. Google's own library brings the credentials; its storage SDK (7.22) is not used,
 * as it waits for ever when a connection breaks in the middle of an answer: docs/decisions/0005-gcs-without-its-storage-sdk.md.
 */
import { createPrivateKey } from 'node:crypto'
import { GoogleAuth } from 'google-auth-library'
import * as z from 'zod'
import { ConfigError } from '../../cdk/errors.ts'
import type { StorageOf } from '../../config.ts'
import { Connections } from './connections/connections.ts'
import { directly } from './directly.ts'
import type { Doing } from './failure.ts'
import { gcsFailure, tokenFailure } from './gcs_errors.ts'
import { bytesIn, type Client, HttpError, httpClient, textOf } from './http.ts'
import { streamed } from './incoming.ts'
import { type GetPart, opener, type Part, rangeOf } from './opener.ts'
import { entriesOf, type Listing, objectsOf, type Page } from './pages.ts'
import { resumed } from './resume.ts'
import { inRealTime, SILENCE_MS, type Waiting } from './retry.ts'
import type { ObjectStore } from './store.ts'
import { type Access, contentOf, replaced, type WritableStore, withoutVersion } from './writable.ts'

type GcsConfig = StorageOf<'gcs'>
type Query = Readonly<Record<string, string>>

export function gcsStore(config: GcsConfig, waiting: Waiting = inRealTime): ObjectStore {
  const bucket = bucketOf(config, READ_ONLY)
  const get = partGetter(bucket)
  const address = `gs://${config.bucket}`
  const doing = (action: Doing['action'], url: string): Doing => ({ action, url, host: bucket.url.host })
  const listing = (query: Query): Listing => ({
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
      const open = opener(get, object, limit, url)
      const failure = (error: unknown) => gcsFailure(error, doing('read', url), config)
      return resumed({ url, start, end: limit, open, failure }, waiting)
    },
    url: (key) => `${address}/${key}`,
    close() {
      bucket.client.close()
      bucket.connections.close()
    },
  }
}

export function gcsWritableStore(config: GcsConfig, waiting: Waiting = inRealTime): WritableStore {
  const bucket = bucketOf(config, READ_WRITE)
  const urlOf = (key: string) => `gs://${config.bucket}/${key}`
  const access = (key: string): Access => ({
    url: urlOf(key),
    ...accessTo(bucket, key),
    failure: (error, action) => gcsFailure(error, { action, url: urlOf(key), host: bucket.url.host }, config),
  })
  return {
    get: (key) => contentOf(access(key), waiting),
    put: (key, bytes, version) => replaced(access(key), bytes, version, waiting),
    url: urlOf,
    close: () => bucket.client.close(),
  }
}

/** Generation 0 is that of an object which does not exist: https://cloud.google.com/storage/docs/request-preconditions (read 2026-11) */
const accessTo = ({ url, client, authorization }: Bucket, key: string): Pick<Access, 'get' | 'put'> => ({
  async get() {
    const address = withQuery(new URL(`${url.href}/${encodeURIComponent(key)}`), { alt: 'media' })
    const answer = await client.get(address, await authorization())
    const version = answer.headers[GENERATION]?.toString()
    return { bytes: await bytesIn(answer), version: version ?? withoutVersion({ url: key }) }
  },
  async put(bytes, version = '0') {
    const address = new URL(url)
    address.pathname = `/upload${url.pathname}`
    const query = { uploadType: 'media', name: key, ifGenerationMatch: version, fields: 'generation' }
    const headers = { ...(await authorization()), 'content-type': 'application/json' }
    const answer = await client.post(withQuery(address, query), headers, bytes)
    return Uploaded.parse(JSON.parse(await textOf(answer))).generation
  },
})

const Uploaded = z.object({ generation: z.string() })

/** The objects of a bucket, as a resource that answers requests. */
interface Bucket {
  readonly url: URL
  readonly client: Client
  readonly connections: Connections
  authorization(): Promise<Readonly<Record<string, string>>>
}

function bucketOf(config: GcsConfig, scope: string): Bucket {
  const { bucket, endpoint = 'https://storage.googleapis.com' } = config
  const url = new URL(`${endpoint.replace(/\/+$/, '')}/storage/v1/b/${encodeURIComponent(bucket)}/o`)
  const connections = new Connections(url, GENERATION)
  return { url, client: httpClient(url.protocol), connections, authorization: authorizationOf(config, url, scope) }
}

const READ_ONLY = 'https://www.googleapis.com/auth/devstorage.read_only'
const READ_WRITE = 'https://www.googleapis.com/auth/devstorage.read_write'

/** Servers on this machine know no Google accounts, and are asked without. */
function authorizationOf(config: GcsConfig, { hostname }: URL, scope: string): Bucket['authorization'] {
  const credentials = config.service_account === undefined ? undefined : credentialsIn(config.service_account)
  if (/^(localhost|\[::1\]|127\..*)$/.test(hostname)) return async () => ({})
  const auth = new GoogleAuth({ scopes: [scope], ...(credentials && { credentials }), clientOptions: LIMITED })
  return async () => {
    try {
      return await auth.getRequestHeaders()
    } catch (error) {
      throw tokenFailure(error, config)
    }
  }
}

/** Google's library asks no second time while it waits, so it must give up before we do. */
const LIMITED = { transporterOptions: { timeout: SILENCE_MS / 2 } }

/** The parts of an answer that we ask for. https://cloud.google.com/storage/docs/json_api/v1/objects/list (read 2026-11) */
const Answer = z.object({
  items: z
    .array(z.object({ name: z.string(), size: z.string(), generation: z.string(), timeCreated: z.string() }))
    .default([]),
  prefixes: z.array(z.string()).default([]),
  nextPageToken: z.string().optional(),
})
const FIELDS = 'items(name,size,generation,timeCreated),prefixes,nextPageToken'

async function pageOf({ url, client, authorization }: Bucket, query: Query): Promise<Page> {
  const answer = await client.get(withQuery(url, { ...query, fields: FIELDS }), await authorization())
  const { items, prefixes, nextPageToken } = Answer.parse(JSON.parse(await textOf(answer)))
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

/** Gets parts of the bucket's objects. */
function partGetter({ url, client, connections, authorization }: Bucket): GetPart {
  const request = async ({ key, bytes, version }: Part) => ({
    url: withQuery(new URL(`${url.href}/${encodeURIComponent(key)}`), {
      alt: 'media',
      ...(version === undefined ? {} : { ifGenerationMatch: version }),
    }),
    headers: {
      ...(await authorization()),
      // Without it Google unpacks objects that are stored with Content-Encoding: gzip, and ignores ranges of them.
      'accept-encoding': 'gzip',
      ...(bytes && { range: rangeOf(bytes) }),
    },
  })
  return directly({
    async direct(part, receiver) {
      const { url, headers } = await request(part)
      const { host, pathname, search } = url
      return connections.get({ path: pathname + search, headers: { host, ...headers } }, receiver)
    },
    async library(part, receiver) {
      const { url, headers } = await request(part)
      const answer = await client.get(url, headers)
      const { 'content-range': contentRange, [GENERATION]: generation } = answer.headers
      return streamed(answer, { version: generation?.toString(), contentRange }, receiver)
    },
    busy: (status) => new HttpError(status, ''),
  })
}

const GENERATION = 'x-goog-generation'

function withQuery(url: URL, query: Query): URL {
  const asked = new URL(url)
  asked.search = new URLSearchParams(query).toString().replaceAll('+', '%20')
  return asked
}

const ServiceAccount = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  // A key that went through an environment variable often has its line feeds escaped once more.
  private_key: z.string().transform((pem) => pem.replaceAll('\\n', '\n')),
})

/** The key in a service account's JSON. Nothing of it shows in an error. */
function credentialsIn(text: string): z.infer<typeof ServiceAccount> {
  const account = ServiceAccount.safeParse(parsed(text))
  if (!account.success) {
    const fields = account.error.issues.map(({ path }) => path.join('.') || 'JSON').join(', ')
    throw new ConfigError(
      `service_account is no key of a service account (${fields}). Paste the key's whole JSON file.`,
    )
  }
  try {
    createPrivateKey(account.data.private_key)
  } catch {
    throw new ConfigError("The private_key in service_account is damaged. Paste the key's whole JSON file.")
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
