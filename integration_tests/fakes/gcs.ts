/**
 * A small Google Cloud Storage: buckets, listings, downloads, metadata and the three kinds of upload of the JSON API.
 * https://cloud.google.com/storage/docs/json_api/v1 (read 2026-11). It asks for no credentials.
 */
import { gunzipSync } from 'node:zlib'
import type { StorageOf } from '../../src/config.ts'
import { type FakeObject, type FakeObjects, fakeObjects, md5 } from './objects.ts'
import {
  type Answer,
  contentAnswer,
  type FakeRequest,
  type FakeServer,
  fakeServer,
  type Operation,
  type Protocol,
  type Refusal,
} from './server.ts'

export interface FakeGcs extends FakeServer, FakeObjects {
  /** With this configuration the connector reaches it. */
  readonly config: StorageOf<'gcs'>
}

export interface FakeGcsOptions {
  readonly bucket?: string
  /** The most entries of a page. */
  readonly pageSize?: number
}

export async function fakeGcs({ bucket = 'exports', pageSize = 1000 }: FakeGcsOptions = {}): Promise<FakeGcs> {
  const objects = fakeObjects()
  const buckets = new Map([[bucket, objects]])
  const server = await fakeServer(protocolOf(buckets, pageSize))
  return { ...server, ...objects, config: { provider: 'gcs', bucket, endpoint: server.endpoint } }
}

type Buckets = Map<string, FakeObjects>

const protocolOf = (buckets: Buckets, pageSize: number): Protocol => {
  const uploads = new Map<string, { readonly bucket: string; readonly resource: Resource }>()
  return {
    operationOf,
    refusal: refused,
    answer(request) {
      const { kind, bucket, key } = placeOf(request)
      if (kind === 'resumed') return finishUpload(buckets, uploads, request)
      if (kind === 'buckets') return createBucket(buckets, request)
      const objects = buckets.get(bucket)
      if (!objects) return refused(NO_BUCKET)
      if (kind === 'upload') return upload(objects, uploads, bucket, request)
      return key === undefined ? listObjects(objects, pageSize, request.url) : getObject(objects, bucket, key, request)
    },
  }
}

interface Place {
  readonly kind: 'buckets' | 'objects' | 'upload' | 'resumed' | 'unknown'
  readonly bucket: string
  readonly key?: string
}

function placeOf({ target, url }: Pick<FakeRequest, 'target' | 'url'>): Place {
  if (url.searchParams.has('upload_id')) return { kind: 'resumed', bucket: '' }
  const path = target.split('?')[0] ?? ''
  if (path === '/storage/v1/b') return { kind: 'buckets', bucket: '' }
  const match = /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(path)
  if (!match) return { kind: 'unknown', bucket: '' }
  const [, isUpload, bucket = '', key] = match.map((part) => part && decodeURIComponent(part))
  return { kind: isUpload ? 'upload' : 'objects', bucket, ...(key === undefined ? {} : { key }) }
}

function operationOf(request: Pick<FakeRequest, 'method' | 'target' | 'url'>): Operation {
  const { kind, key } = placeOf(request)
  if (kind !== 'objects' || request.method !== 'GET') return 'other'
  if (key === undefined) return 'list'
  return request.url.searchParams.get('alt') === 'media' ? 'read' : 'other'
}

function listObjects(objects: FakeObjects, pageSize: number, { searchParams }: URL): Answer {
  const token = searchParams.get('pageToken')
  const { entries, next } = objects.list({
    prefix: searchParams.get('prefix') ?? '',
    delimiter: searchParams.get('delimiter') ?? '',
    from: searchParams.get('startOffset') ?? undefined,
    to: searchParams.get('endOffset') ?? undefined,
    after: token === null ? undefined : Buffer.from(token, 'base64').toString(),
    max: Math.min(pageSize, Number(searchParams.get('maxResults') ?? 1000)),
  })
  const prefixes = entries.flatMap((entry) => ('folder' in entry ? [entry.folder] : []))
  const items = entries.flatMap((entry) => ('object' in entry ? [metadataOf(entry.object)] : []))
  const fields = searchParams.get('fields')
  const wanted = fieldsIn(fields)
  const isAsked = (name: string) => fields === null || fields.split(',').includes(name)
  return json(200, {
    // Google leaves out what is empty.
    ...(prefixes.length > 0 && isAsked('prefixes') ? { prefixes } : {}),
    ...(items.length > 0 ? { items: items.map((item) => only(wanted, item)) } : {}),
    ...(next === undefined || !isAsked('nextPageToken') ? {} : { nextPageToken: Buffer.from(next).toString('base64') }),
  })
}

/** The names in `items(name,size),prefixes`. Undefined: all. */
const fieldsIn = (fields: string | null): readonly string[] | undefined =>
  fields?.match(/items\(([^)]*)\)/)?.[1]?.split(',')

const only = (names: readonly string[] | undefined, item: object): object =>
  Object.fromEntries(Object.entries(item).filter(([name]) => names?.includes(name) ?? true))

const metadataOf = (object: FakeObject) => ({
  kind: 'storage#object',
  name: object.key,
  size: String(object.content.length),
  generation: String(object.revision),
  metageneration: '1',
  timeCreated: object.modified.toISOString(),
  updated: object.modified.toISOString(),
  crc32c: crc32cOf(object),
  md5Hash: md5(object.content, 'base64'),
  ...(object.contentEncoding === undefined ? {} : { contentEncoding: object.contentEncoding }),
})

function getObject(objects: FakeObjects, bucket: string, key: string, request: FakeRequest): Answer {
  const { searchParams } = request.url
  const object = objects.get(key)
  const generation = searchParams.get('generation')
  if (!object || (generation !== null && generation !== String(object.revision))) {
    return refused({ status: 404, code: 'notFound', message: `No such object: ${bucket}/${key}` })
  }
  const match = searchParams.get('ifGenerationMatch')
  if (match !== null && match !== String(object.revision)) return refused({ status: 412, code: 'conditionNotMet' })
  if (searchParams.get('alt') !== 'media') return json(200, metadataOf(object))
  if (object.contentEncoding === 'gzip' && !/gzip/.test(String(request.headers['accept-encoding']))) {
    return { status: 200, body: gunzipSync(object.content) }
  }
  const answer = contentAnswer(object.content, request.headers.range, headersOf(object))
  return answer ?? refused({ status: 416, code: 'requestedRangeNotSatisfiable' })
}

function headersOf(object: FakeObject) {
  const { contentEncoding, content, revision } = object
  return {
    'content-type': 'application/octet-stream',
    'x-goog-generation': String(revision),
    'x-goog-hash': `crc32c=${crc32cOf(object)},md5=${md5(content, 'base64')}`,
    'x-goog-stored-content-encoding': contentEncoding ?? 'identity',
    'x-goog-stored-content-length': content.length,
    ...(contentEncoding === undefined ? {} : { 'content-encoding': contentEncoding }),
  }
}

interface Resource {
  readonly name: string
  readonly contentEncoding?: string
}

function createBucket(buckets: Buckets, { body }: FakeRequest): Answer {
  const { name } = JSON.parse(body.toString()) as { name: string }
  buckets.set(name, fakeObjects())
  return json(200, { kind: 'storage#bucket', name })
}

type Uploads = Map<string, { readonly bucket: string; readonly resource: Resource }>

function upload(objects: FakeObjects, uploads: Uploads, bucket: string, request: FakeRequest): Answer {
  const { searchParams } = request.url
  if (searchParams.get('uploadType') === 'resumable') {
    const resource = request.body.length > 0 ? (JSON.parse(request.body.toString()) as Partial<Resource>) : {}
    const id = String(uploads.size + 1)
    uploads.set(id, { bucket, resource: { ...resource, name: searchParams.get('name') ?? resource.name ?? '' } })
    const location = `http://${request.headers.host}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${id}`
    return { status: 200, headers: { location } }
  }
  const condition = searchParams.get('ifGenerationMatch')
  const name = searchParams.get('name') ?? ''
  if (condition !== null && condition !== String(objects.get(name)?.revision ?? 0)) {
    return refused({ status: 412, code: 'conditionNotMet' })
  }
  if (searchParams.get('uploadType') === 'media') return stored(objects, { name }, request.body)
  const { resource, content } = partsOf(request)
  return stored(objects, { ...resource, name: searchParams.get('name') ?? resource.name }, content)
}

function finishUpload(buckets: Buckets, uploads: Uploads, { url, body }: FakeRequest): Answer {
  const started = uploads.get(url.searchParams.get('upload_id') ?? '')
  const objects = started && buckets.get(started.bucket)
  return objects ? stored(objects, started.resource, body) : refused(NO_BUCKET)
}

function stored(objects: FakeObjects, { name, contentEncoding }: Resource, content: Buffer): Answer {
  return json(200, metadataOf(objects.put(name, content, contentEncoding === undefined ? {} : { contentEncoding })))
}

/** The two parts of a multipart upload: a JSON resource and the content. */
function partsOf({ headers, body }: FakeRequest): { resource: Resource; content: Buffer } {
  const boundary = /boundary="?([^";]+)/.exec(headers['content-type'] ?? '')?.[1] ?? ''
  const at = (text: string, from: number) => body.indexOf(text, from)
  const first = at('\r\n\r\n', 0) + 4
  const second = at(`\r\n--${boundary}`, first)
  const content = at('\r\n\r\n', second) + 4
  const end = body.lastIndexOf(`\r\n--${boundary}--`)
  return { resource: JSON.parse(body.subarray(first, second).toString()), content: body.subarray(content, end) }
}

const NO_BUCKET: Refusal = { status: 404, code: 'notFound', message: 'The specified bucket does not exist.' }

function refused({ status, code, message = code }: Refusal): Answer {
  return json(status, { error: { code: status, message, errors: [{ message, domain: 'global', reason: code }] } })
}

const json = (status: number, body: object): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(body),
})

const checksums = new WeakMap<Buffer, string>()

/** The checksum as Google writes it: https://cloud.google.com/storage/docs/data-validation (read 2026-11). */
function crc32cOf({ content }: FakeObject): string {
  const known = checksums.get(content)
  if (known !== undefined) return known
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32c(content))
  const text = bytes.toString('base64')
  checksums.set(content, text)
  return text
}

/** CRC-32 with Castagnoli's polynomial, reflected. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

function crc32c(content: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of content) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}
