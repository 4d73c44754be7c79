/**
 * A small S3: CreateBucket, ListObjectsV2, GetObject, HeadObject, PutObject with conditions, signatures that are verified, and AssumeRole
 * of STS at the same address. No multipart or streamed uploads, no presigned URLs. https://docs.aws.amazon.com/AmazonS3/latest/API/ (read 2026-11).
 */
import type { StorageOf } from '../../src/config.ts'
import { type FakeObjects, fakeObjects, type Listed, md5 } from './objects.ts'
import {
  type Answer,
  contentAnswer,
  type FakeRequest,
  type FakeServer,
  fakeServer,
  type Operation,
  type Protocol,
  type Refusal,
  xml,
} from './server.ts'
import { expectedSignature, signatureOf, timeOf } from './signature_v4.ts'

export interface FakeS3 extends FakeServer, FakeObjects {
  /** With this configuration the connector reaches it. */
  readonly config: StorageOf<'s3'>
}

export interface FakeS3Options {
  readonly bucket?: string
  /** The region of the bucket. */
  readonly region?: string
  /** More buckets, and their regions. */
  readonly elsewhere?: Readonly<Record<string, string>>
  /** The most entries of a page. */
  readonly pageSize?: number
  /** The one role that may be assumed. */
  readonly role?: { readonly arn: string; readonly externalId?: string }
}

const KEY = { id: 'AKIAFAKEFAKEFAKEFAKE', secret: 'fake-secret/+fake-secret' }
const SESSION = { id: 'ASIAFAKEFAKEFAKEFAKE', secret: 'session-secret', token: 'fake+session/token==' }
const SKEW_MS = 15 * 60_000

export async function fakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const { bucket = 'exports', region = 'eu-central-1', elsewhere = {} } = options
  const objects = fakeObjects()
  const others = Object.keys(elsewhere).map((name) => [name, fakeObjects()] as const)
  const server = await fakeServer(protocolOf(new Map([[bucket, objects], ...others]), { ...options, region }))
  return {
    ...server,
    ...objects,
    config: {
      provider: 's3',
      bucket,
      region_name: region,
      aws_access_key_id: KEY.id,
      aws_secret_access_key: KEY.secret,
      endpoint: server.endpoint,
    },
  }
}

interface Settings extends FakeS3Options {
  readonly region: string
}

const protocolOf = (buckets: Map<string, FakeObjects>, settings: Settings): Protocol => ({
  operationOf,
  refusal: refused,
  answer(request) {
    const problem = problemWith(request, settings)
    if (problem) return refused(problem, request)
    const [bucket, key] = pathOf(request)
    if (request.method === 'POST' && bucket === '') return assumeRole(request, settings)
    if (request.method === 'POST' || isChunked(request))
      return refused({ status: 501, code: 'NotImplemented' }, request)
    if (request.method === 'PUT' && key === '') return createBucket(buckets, bucket)
    const objects = buckets.get(bucket)
    if (!objects) return refused({ status: 404, code: 'NoSuchBucket' }, request)
    if (request.method === 'PUT') return putObject(objects, key, request)
    if (key !== '') return getObject(objects, key, request)
    return request.method === 'HEAD' ? { status: 200 } : listObjects(objects, bucket, request, settings)
  },
})

function operationOf(request: Pick<FakeRequest, 'method' | 'target'>): Operation {
  if (request.method !== 'GET') return 'other'
  return pathOf(request)[1] === '' ? 'list' : 'read'
}

function pathOf({ target }: Pick<FakeRequest, 'target'>): [bucket: string, key: string] {
  const [, bucket = '', key = ''] = /^\/([^/?]*)\/?([^?]*)/.exec(target) ?? []
  return [bucket, decodeURIComponent(key)]
}

/** Why the request is refused whatever it asks for. */
function problemWith(request: FakeRequest, settings: Settings): Refusal | undefined {
  const region = settings.elsewhere?.[pathOf(request)[0]] ?? settings.region
  const signed = signatureOf(request)
  if (!signed) return { status: 403, code: 'AccessDenied' }
  const key = [KEY, SESSION].find(({ id }) => id === signed.accessKeyId)
  if (!key) return { status: 403, code: 'InvalidAccessKeyId' }
  if (Math.abs(Date.parse(isoTime(timeOf(request))) - Date.now()) > SKEW_MS) {
    return { status: 403, code: 'RequestTimeTooSkewed' }
  }
  if (signed.region !== region) {
    return { status: 400, code: 'AuthorizationHeaderMalformed', message: `expecting '${region}'` }
  }
  if (expectedSignature(request, signed, key.secret) !== signed.signature) {
    return { status: 403, code: 'SignatureDoesNotMatch' }
  }
  const token = request.headers['x-amz-security-token']
  return key === SESSION && token !== SESSION.token ? { status: 400, code: 'InvalidToken' } : undefined
}

const isoTime = (time: string): string =>
  time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')

function createBucket(buckets: Map<string, FakeObjects>, bucket: string): Answer {
  buckets.set(bucket, fakeObjects())
  return { status: 200 }
}

function listObjects(
  objects: FakeObjects,
  bucket: string,
  request: FakeRequest,
  { pageSize = 1000 }: Settings,
): Answer {
  const { searchParams } = request.url
  const token = searchParams.get('continuation-token')
  if (token !== null && toToken(fromToken(token)) !== token) {
    return refused({ status: 400, code: 'InvalidArgument' }, request)
  }
  const page = objects.list({
    prefix: searchParams.get('prefix') ?? '',
    delimiter: searchParams.get('delimiter') ?? '',
    after: token === null ? (searchParams.get('start-after') ?? undefined) : fromToken(token),
    max: Math.min(pageSize, Number(searchParams.get('max-keys') ?? 1000)),
  })
  const encode = searchParams.get('encoding-type') === 'url' ? urlEncoded : xml
  return answerXml(
    200,
    `<ListBucketResult><Name>${bucket}</Name><KeyCount>${page.entries.length}</KeyCount>${
      encode === xml ? '' : '<EncodingType>url</EncodingType>'
    }${nextOf(page)}${page.entries
      .map((entry) =>
        'folder' in entry
          ? `<CommonPrefixes><Prefix>${encode(entry.folder)}</Prefix></CommonPrefixes>`
          : `<Contents><Key>${encode(entry.object.key)}</Key><LastModified>${entry.object.modified.toISOString()}</LastModified><ETag>${xml(etagOf(entry.object))}</ETag><Size>${entry.object.content.length}</Size></Contents>`,
      )
      .join('')}</ListBucketResult>`,
  )
}

const nextOf = ({ next }: Listed): string =>
  next === undefined
    ? '<IsTruncated>false</IsTruncated>'
    : `<IsTruncated>true</IsTruncated><NextContinuationToken>${toToken(next)}</NextContinuationToken>`
const toToken = (key: string): string => Buffer.from(key).toString('base64')
const fromToken = (token: string): string => Buffer.from(token, 'base64').toString()
/** As Java's URLEncoder does it, which is what S3 answers look like: a space is a plus sign. */
const urlEncoded = (key: string): string => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/')
const etags = new WeakMap<Buffer, string>()

function etagOf({ content }: { readonly content: Buffer }): string {
  const etag = etags.get(content) ?? `"${md5(content)}"`
  etags.set(content, etag)
  return etag
}

function getObject(objects: FakeObjects, key: string, request: FakeRequest): Answer {
  const object = objects.get(key)
  if (!object) return refused({ status: 404, code: 'NoSuchKey' }, request)
  const etag = etagOf(object)
  const wanted = request.headers['if-match']
  if (wanted !== undefined && wanted !== etag) return refused({ status: 412, code: 'PreconditionFailed' }, request)
  const headers = { etag, 'last-modified': object.modified.toUTCString(), 'accept-ranges': 'bytes' }
  const answer = contentAnswer(object.content, request.headers.range, headers)
  return answer ?? refused({ status: 416, code: 'InvalidRange' }, request)
}

const isChunked = ({ headers }: FakeRequest): boolean => headers['content-encoding']?.includes('aws-chunked') ?? false

function putObject(objects: FakeObjects, key: string, request: FakeRequest): Answer {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers
  const old = objects.get(key)
  if (ifMatch !== undefined && !old) return refused({ status: 404, code: 'NoSuchKey' }, request)
  const isOther = ifMatch !== undefined && old !== undefined && ifMatch !== etagOf(old)
  if (isOther || (ifNoneMatch === '*' && old)) return refused({ status: 412, code: 'PreconditionFailed' }, request)
  return { status: 200, headers: { etag: etagOf(objects.put(key, request.body)) } }
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function assumeRole(request: FakeRequest, { role }: Settings): Answer {
  const form = new URLSearchParams(request.body.toString())
  const isAllowed = role?.arn === form.get('RoleArn') && (role?.externalId ?? null) === form.get('ExternalId')
  if (!isAllowed) {
    return refused({ status: 403, code: 'AccessDenied', message: 'not authorized to perform: sts:AssumeRole' }, request)
  }
  const expiration = new Date(Date.now() + 3_600_000).toISOString()
  return answerXml(
    200,
    `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${SESSION.id}</AccessKeyId><SecretAccessKey>${SESSION.secret}</SecretAccessKey><SessionToken>${SESSION.token}</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  )
}

function refused({ status, code, message = code }: Refusal, { method, url }: FakeRequest): Answer {
  if (method === 'POST' && url.pathname === '/') return refusedBySts(status, STS_CODES[code] ?? code, message)
  const region = /^expecting '(.+)'$/.exec(message)?.[1]
  return answerXml(
    status,
    `<Error><Code>${xml(code)}</Code><Message>${xml(message)}</Message>${region ? `<Region>${region}</Region>` : ''}<Resource>${xml(url.pathname)}</Resource></Error>`,
  )
}

const STS_CODES: Readonly<Record<string, string>> = { InvalidAccessKeyId: 'InvalidClientTokenId' }

const refusedBySts = (status: number, code: string, message: string): Answer =>
  answerXml(
    status,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error></ErrorResponse>`,
  )

const answerXml = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
})
