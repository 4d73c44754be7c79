/**
 * A small Azure Blob Storage: one container, List Blobs, Get Blob, Get Blob Properties and Put Blob, with shared keys and service
 * SAS tokens that are verified. https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api (read 2026-11)
 */
import { createHmac } from 'node:crypto'
import type { StorageOf } from '../../src/config.ts'
import { type FakeObject, type FakeObjects, fakeObjects } from './objects.ts'
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

export interface FakeAzure extends FakeServer, FakeObjects {
  /** With this configuration, which holds the account key, the connector reaches it. */
  readonly config: StorageOf<'azure'>
  /** A SAS token for the container, with permissions such as `rl`. Default: one that may read and list for an hour. */
  sas(permissions?: string, expires?: Date): string
}

export interface FakeAzureOptions {
  readonly container?: string
  /** The most entries of a page. */
  readonly pageSize?: number
  /** False: a server that does not know startFrom, and ignores it. */
  readonly knowsStartFrom?: boolean
}

const ACCOUNT = 'fakeaccount'
const KEY = Buffer.from('the key of the fake storage account').toString('base64')

export async function fakeAzure(options: FakeAzureOptions = {}): Promise<FakeAzure> {
  const settings = { container: 'exports', pageSize: 5000, knowsStartFrom: true, ...options }
  const objects = fakeObjects()
  const server = await fakeServer(protocolOf(objects, settings))
  const hourAhead = () => new Date(Date.now() + 3_600_000)
  return {
    ...server,
    ...objects,
    config: {
      provider: 'azure',
      azure_blob_storage_account_name: ACCOUNT,
      azure_blob_storage_container_name: settings.container,
      azure_blob_storage_account_key: KEY,
      azure_blob_storage_endpoint: `${server.endpoint}/${ACCOUNT}`,
    },
    sas: (permissions = 'rl', expires = hourAhead()) => sasToken(settings.container, permissions, expires),
  }
}

type Settings = Required<FakeAzureOptions>

const protocolOf = (objects: FakeObjects, settings: Settings): Protocol => ({
  operationOf,
  refusal: refused,
  answer(request) {
    const problem = problemWith(request)
    if (problem) return refused(problem)
    const [container, key] = pathOf(request)
    if (container !== settings.container) return refused({ status: 404, code: 'ContainerNotFound' })
    if (request.method === 'PUT') return putBlob(objects, key, request)
    return key === '' ? listBlobs(objects, settings, request.url) : getBlob(objects, key, request)
  },
})

function operationOf(request: Pick<FakeRequest, 'method' | 'target'>): Operation {
  if (request.method !== 'GET') return 'other'
  return pathOf(request)[1] === '' ? 'list' : 'read'
}

function pathOf({ target }: Pick<FakeRequest, 'target'>): [container: string, key: string] {
  const [, container = '', key = ''] = /^\/[^/]*\/([^/?]*)\/?([^?]*)/.exec(target) ?? []
  return [decodeURIComponent(container), decodeURIComponent(key)]
}

/** Why the request is refused whatever it asks for. */
function problemWith(request: FakeRequest): Refusal | undefined {
  if (request.headers.authorization !== undefined) {
    return request.headers.authorization === `SharedKey ${ACCOUNT}:${hmac(sharedKeyText(request))}`
      ? undefined
      : { status: 403, code: 'AuthenticationFailed' }
  }
  const { searchParams } = request.url
  if (!searchParams.has('sig')) return { status: 401, code: 'NoAuthenticationInformation' }
  if (searchParams.get('sig') !== hmac(sasText(pathOf(request)[0], searchParams))) {
    return { status: 403, code: 'AuthenticationFailed', message: 'Signature did not match.' }
  }
  if (Date.parse(searchParams.get('se') ?? '') < Date.now()) {
    return { status: 403, code: 'AuthenticationFailed', message: 'Signature not valid in the specified time frame' }
  }
  const needed = request.method === 'PUT' ? 'w' : operationOf(request) === 'list' ? 'l' : 'r'
  const isAllowed = searchParams.get('sp')?.includes(needed)
  return isAllowed ? undefined : { status: 403, code: 'AuthorizationPermissionMismatch' }
}

const hmac = (text: string): string => createHmac('sha256', Buffer.from(KEY, 'base64')).update(text).digest('base64')

/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key (read 2026-11) */
function sharedKeyText({ method, target, url, headers }: FakeRequest): string {
  const standard = [
    'content-encoding',
    'content-language',
    'content-length',
    'content-md5',
    'content-type',
    'date',
    'if-modified-since',
    'if-match',
    'if-none-match',
    'if-unmodified-since',
    'range',
  ].map((name) => (name === 'content-length' && headers[name] === '0' ? '' : (headers[name] ?? '')))
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${headers[name]}`)
  const query = [...url.searchParams].map(([name, value]) => `${name.toLowerCase()}:${value}`).sort()
  return [method, ...standard, ...own, `/${ACCOUNT}${target.split('?')[0]}`, ...query].join('\n')
}

const SAS_VERSION = '2021-12-02'

/** https://learn.microsoft.com/rest/api/storageservices/create-service-sas (read 2026-11) */
function sasText(container: string, token: URLSearchParams): string {
  const field = (name: string) => token.get(name) ?? ''
  const place = `/blob/${ACCOUNT}/${container}`
  const limits = [field('sp'), field('st'), field('se'), place, field('si'), field('sip'), field('spr'), field('sv')]
  const resource = [field('sr'), field('snapshot'), field('ses')]
  const headers = ['rscc', 'rscd', 'rsce', 'rscl', 'rsct'].map(field)
  return [...limits, ...resource, ...headers].join('\n')
}

function sasToken(container: string, permissions: string, expires: Date): string {
  const token = new URLSearchParams({
    sv: SAS_VERSION,
    sr: 'c',
    sp: permissions,
    se: expires.toISOString().replace(/\.\d+Z$/, 'Z'),
  })
  token.set('sig', hmac(sasText(container, token)))
  return token.toString()
}

function listBlobs(objects: FakeObjects, { pageSize, knowsStartFrom }: Settings, { searchParams }: URL): Answer {
  const marker = searchParams.get('marker')
  const { entries, next } = objects.list({
    prefix: searchParams.get('prefix') ?? '',
    delimiter: searchParams.get('delimiter') ?? '',
    from: knowsStartFrom ? (searchParams.get('startFrom') ?? undefined) : undefined,
    after: marker ? Buffer.from(marker, 'base64').toString() : undefined,
    max: Math.min(pageSize, Number(searchParams.get('maxresults') ?? 5000)),
  })
  const found = entries.map((entry) =>
    'folder' in entry
      ? `<BlobPrefix>${nameOf(entry.folder)}</BlobPrefix>`
      : `<Blob>${nameOf(entry.object.key)}${propertiesOf(entry.object)}</Blob>`,
  )
  const token = next === undefined ? '' : Buffer.from(next).toString('base64')
  return answerXml(
    200,
    `<EnumerationResults ServiceEndpoint="http://fake/"><Blobs>${found.join('')}</Blobs><NextMarker>${token}</NextMarker></EnumerationResults>`,
  )
}

const propertiesOf = (object: FakeObject): string =>
  `<Properties><Last-Modified>${object.modified.toUTCString()}</Last-Modified><Etag>${etagOf(object)}</Etag><Content-Length>${object.content.length}</Content-Length><Content-Type>application/octet-stream</Content-Type><BlobType>BlockBlob</BlobType></Properties>`

/** As listings write it: without quotes. */
const etagOf = ({ revision }: FakeObject): string => `0x${revision.toString(16).toUpperCase()}`

function putBlob(objects: FakeObjects, key: string, { headers, body }: FakeRequest): Answer {
  const old = objects.get(key)
  if (headers['if-none-match'] === '*' && old) return refused({ status: 409, code: 'BlobAlreadyExists' })
  if (headers['if-match'] !== undefined && (!old || headers['if-match'] !== `"${etagOf(old)}"`)) {
    return refused({ status: 412, code: 'ConditionNotMet' })
  }
  return { status: 201, headers: { etag: `"${etagOf(objects.put(key, body))}"` } }
}

function getBlob(objects: FakeObjects, key: string, { headers }: FakeRequest): Answer {
  const object = objects.get(key)
  if (!object) return refused({ status: 404, code: 'BlobNotFound' })
  const etag = `"${etagOf(object)}"`
  if (headers['if-match'] !== undefined && headers['if-match'] !== etag) {
    return refused({ status: 412, code: 'ConditionNotMet' })
  }
  const asked = [headers['x-ms-range'], headers.range].flat().find((range) => range !== undefined)
  const common = {
    etag,
    'last-modified': object.modified.toUTCString(),
    'content-type': 'application/octet-stream',
    'x-ms-blob-type': 'BlockBlob',
    ...(object.contentEncoding === undefined ? {} : { 'content-encoding': object.contentEncoding }),
  }
  return contentAnswer(object.content, asked, common) ?? refused({ status: 416, code: 'InvalidRange' })
}

function refused({ status, code, message = code }: Refusal): Answer {
  const answer = answerXml(status, `<Error><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error>`)
  return { ...answer, headers: { ...answer.headers, 'x-ms-error-code': code } }
}

/** Since version 2021-02-12: https://learn.microsoft.com/rest/api/storageservices/list-blobs (read 2026-11) */
const nameOf = (name: string): string =>
  /[\ufffe\uffff]/.test(name) ? `<Name Encoded="true">${encodeURIComponent(name)}</Name>` : `<Name>${xml(name)}</Name>`

const answerXml = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="utf-8"?>${body}`,
})
