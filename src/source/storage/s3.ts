/** Amazon S3 and servers that speak its protocol. The only file that knows the AWS SDK. */
import type { Readable } from 'node:stream'
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import type { StorageOf } from '../../config.ts'
import type { Doing } from './failure.ts'
import { entriesOf, type Listing, objectsOf, type Page } from './pages.ts'
import { rangeIgnored, resumed } from './resume.ts'
import { inRealTime, type Waiting } from './retry.ts'
import { credentialsFailure, s3Failure, withoutToken } from './s3_errors.ts'
import type { ObjectStore, StoredObject } from './store.ts'
import { type Access, contentOf, replaced, type WritableStore, withoutVersion } from './writable.ts'

type S3Config = StorageOf<'s3'>
type Credentials = Extract<S3ClientConfig['credentials'], (...args: never) => unknown>

export function s3Store(config: S3Config, waiting: Waiting = inRealTime): ObjectStore {
  const client = clientFor(config)
  const bucket = `s3://${config.bucket}`
  const doing = (action: Doing['action'], url: string): Doing => ({ action, url, host: hostOf(config) })
  const listing = (query: object): Listing => ({
    url: bucket,
    page: async (token) => pageOf(await client.send(new ListObjectsV2Command(listInput(config.bucket, query, token)))),
    failure: (error) => s3Failure(error, doing('list', bucket), config),
  })
  return {
    list: (prefix, after = '') =>
      objectsOf(listing({ Prefix: prefix, StartAfter: after || undefined }), after, waiting),
    level: (prefix) => entriesOf(listing({ Prefix: prefix, Delimiter: '/' }), prefix, waiting),
    read(object, start = 0, end = object.size) {
      const url = `${bucket}/${object.key}`
      return resumed(
        {
          url,
          start,
          end: Math.min(end, object.size),
          open: opener(client, config.bucket, object, Math.min(end, object.size)),
          failure: (error) => s3Failure(error, doing('read', url), config),
        },
        waiting,
      )
    },
    url: (key) => `${bucket}/${key}`,
    close: () => client.destroy(),
  }
}

export function s3WritableStore(config: S3Config, waiting: Waiting = inRealTime): WritableStore {
  const client = clientFor(config)
  const urlOf = (key: string) => `s3://${config.bucket}/${key}`
  const access = (key: string): Access => ({
    url: urlOf(key),
    ...accessTo(client, { Bucket: config.bucket, Key: key }),
    failure: (error, action) => s3Failure(error, { action, url: urlOf(key), host: hostOf(config) }, config),
  })
  return {
    get: (key) => contentOf(access(key), waiting),
    put: (key, bytes, version) => replaced(access(key), bytes, version, waiting),
    url: urlOf,
    close: () => client.destroy(),
  }
}

/** Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html (read 2026-11) */
const accessTo = (
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
): Pick<Access, 'get' | 'put'> => ({
  async get() {
    const { Body, ETag } = await client.send(new GetObjectCommand(place))
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array()
    return { bytes, version: ETag ?? withoutVersion({ url: `s3://${place.Bucket}/${place.Key}` }) }
  },
  async put(bytes, version) {
    const condition = version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version }
    const content = { Body: bytes, ContentLength: bytes.length, ContentType: 'application/json' }
    return (await client.send(new PutObjectCommand({ ...place, ...content, ...condition }))).ETag
  },
})

/** A list request's input. Keys come back URL-encoded, because XML cannot hold every character of a key. */
const listInput = (bucket: string, query: object, token: string | undefined) => ({
  Bucket: bucket,
  EncodingType: 'url' as const,
  ...query,
  ...(token === undefined ? {} : { ContinuationToken: token }),
})

function pageOf(output: ListObjectsV2CommandOutput): Page {
  if (output.IsTruncated && !output.NextContinuationToken) throw withoutToken(output.Name ?? '')
  const decoded = output.EncodingType === 'url' ? decodeKey : (key: string) => key
  return {
    objects: (output.Contents ?? []).map((content) => ({
      key: decoded(content.Key ?? ''),
      modified: content.LastModified ?? new Date(0),
      size: content.Size ?? 0,
      ...(content.ETag === undefined ? {} : { version: content.ETag }),
    })),
    folders: (output.CommonPrefixes ?? []).map(({ Prefix = '' }) => decoded(Prefix)),
    next: output.IsTruncated ? output.NextContinuationToken : undefined,
  }
}

const decodeKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '))

/** Opens the object at any byte, and only the content that was listed, or that was met first. */
function opener(client: S3Client, bucket: string, { key, size, version }: StoredObject, end: number) {
  let pinned = version
  return async (start: number): Promise<Readable> => {
    const { Body, ETag, ContentRange } = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        // A request for the whole object needs no range, and no part of an empty object can be asked for.
        Range: start === 0 && end === size ? undefined : `bytes=${start}-${end - 1}`,
        IfMatch: pinned,
      }),
    )
    const stream = Body as Readable
    if (start > 0 && !ContentRange?.startsWith(`bytes ${start}-`)) {
      stream.destroy()
      throw rangeIgnored(`s3://${bucket}/${key}`)
    }
    pinned ??= ETag
    return stream
  }
}

function clientFor(config: S3Config): S3Client {
  // The SDK announces the Node versions of its future releases on stderr. Ours are fixed by the lock file.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  return new S3Client({
    ...connection(config),
    forcePathStyle: config.endpoint !== undefined,
    credentials: explaining(config),
    // Each file says for itself whether it is whole; a second check of every byte would only cost time.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** Retries are ours: see retry.ts. */
const connection = (config: S3Config) => ({
  region: config.region_name,
  ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 10_000,
    // A timer that outlives requests which could not even be sent, and so would keep the process.
    socketAcquisitionWarningTimeout: 200,
    httpAgent: { maxSockets: 256 },
    httpsAgent: { maxSockets: 256 },
  },
})

/** Credentials whose failures are told apart from the bucket's. */
function explaining(config: S3Config): Credentials {
  let provider: Promise<Credentials> | undefined
  return async () => {
    try {
      provider ??= credentialsFor(config)
      return await (await provider)()
    } catch (error) {
      throw credentialsFailure(error, config)
    }
  }
}

async function credentialsFor(config: S3Config): Promise<Credentials> {
  const keys = keysOf(config)
  if (keys && config.role_arn === undefined) return async () => keys
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
  const ofMachine = fromNodeProviderChain({ clientConfig: { region: config.region_name } })
  if (config.role_arn === undefined) return ofMachine
  return fromTemporaryCredentials({
    masterCredentials: keys ?? ofMachine,
    clientConfig: connection(config),
    params: {
      RoleArn: config.role_arn,
      RoleSessionName: 'braze-currents',
      ...(config.external_id === undefined ? {} : { ExternalId: config.external_id }),
    },
  })
}

function keysOf({ aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey }: S3Config) {
  return accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey }
}

const hostOf = ({ endpoint, region_name }: S3Config): string =>
  endpoint === undefined ? `s3.${region_name}.amazonaws.com` : new URL(endpoint).host
