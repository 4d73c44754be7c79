/** Amazon S3 and servers that speak its protocol. This file and s3_client.ts alone know the AWS SDK. */
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { StorageOf } from '../../config.ts'
import type { Doing } from './failure.ts'
import { opener } from './opener.ts'
import { entriesOf, type Listing, objectsOf, type Page } from './pages.ts'
import { resumed } from './resume.ts'
import { inRealTime, type Waiting } from './retry.ts'
import { clientFor } from './s3_client.ts'
import { regionOf, s3Failure, withoutToken } from './s3_errors.ts'
import { objectGetter } from './s3_get.ts'
import type { ObjectStore } from './store.ts'
import { type Access, contentOf, replaced, type WritableStore, withoutVersion } from './writable.ts'

type S3Config = StorageOf<'s3'>

export function s3Store(config: S3Config, waiting: Waiting = inRealTime): ObjectStore {
  const client = clientFor(config)
  const getter = objectGetter(client, config.bucket)
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
      const limit = Math.min(end, object.size)
      const open = opener(getter.get, object, limit, url)
      const failure = (error: unknown) => s3Failure(error, doing('read', url), config)
      return resumed({ url, start, end: limit, open, failure }, waiting)
    },
    url: (key) => `${bucket}/${key}`,
    close() {
      getter.close()
      client.destroy()
    },
  }
}

/** The bucket may lie in another region than the configured one: S3 tells which, and then it is asked there. */
export function s3WritableStore(config: S3Config, waiting: Waiting = inRealTime): WritableStore {
  let there = { config, client: clientFor(config) }
  const urlOf = (key: string) => `s3://${config.bucket}/${key}`

  async function inItsRegion<T>(request: (client: S3Client) => Promise<T>): Promise<T> {
    try {
      return await request(there.client)
    } catch (error) {
      const region_name = regionOf(error) ?? there.config.region_name
      if (region_name === there.config.region_name) throw error
      there.client.destroy()
      const moved = { ...config, region_name }
      there = { config: moved, client: clientFor(moved) }
      return await request(there.client)
    }
  }

  const access = (key: string): Access => ({
    url: urlOf(key),
    ...accessTo(inItsRegion, { Bucket: config.bucket, Key: key }),
    failure: (error, action) => s3Failure(error, { action, url: urlOf(key), host: hostOf(there.config) }, there.config),
  })
  return {
    get: (key) => contentOf(access(key), waiting),
    put: (key, bytes, version) => replaced(access(key), bytes, version, waiting),
    url: urlOf,
    close: () => there.client.destroy(),
  }
}

type Ask = <T>(request: (client: S3Client) => Promise<T>) => Promise<T>

/** Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html (read 2026-11) */
const accessTo = (ask: Ask, place: { readonly Bucket: string; readonly Key: string }): Pick<Access, 'get' | 'put'> => ({
  async get() {
    const { Body, ETag } = await ask((client) => client.send(new GetObjectCommand(place)))
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array()
    return { bytes, version: ETag ?? withoutVersion({ url: `s3://${place.Bucket}/${place.Key}` }) }
  },
  async put(bytes, version) {
    const condition = version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version }
    const content = { Body: bytes, ContentLength: bytes.length, ContentType: 'application/json' }
    const input = { ...place, ...content, ...condition }
    return (await ask((client) => client.send(new PutObjectCommand(input)))).ETag
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

const hostOf = ({ endpoint, region_name }: S3Config): string =>
  endpoint === undefined ? `s3.${region_name}.amazonaws.com` : new URL(endpoint).host
