/**
 * Requests for objects as the AWS SDK makes them, without most of its work. For each request it resolves the endpoint by
 * rules, serializes by a schema, and goes through some twenty middlewares: more CPU time than a file of fifty events
 * takes to read. So only the first one is its own. The next are made like that one, signed by its signer and sent by its
 * handler.
 */
import type { Readable } from 'node:stream'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'

interface ObjectRequest {
  readonly Bucket: string
  readonly Key: string
  readonly Range: string | undefined
  readonly IfMatch: string | undefined
}

interface ObjectAnswer {
  readonly body: Readable
  readonly etag: string | undefined
  readonly contentRange: string | undefined
}

/** Throws whatever the SDK throws. */
export type GetObject = (request: ObjectRequest) => Promise<ObjectAnswer>

/** For one bucket. */
export function objectGetter(client: S3Client): GetObject {
  const watched = watchedRequests(client)
  let like: Like | undefined

  async function throughSdk(request: ObjectRequest): Promise<ObjectAnswer> {
    const { Body, ETag, ContentRange } = await client.send(new GetObjectCommand(request))
    like = watched.like(request.Key)
    return { body: Body as Readable, etag: ETag, contentRange: ContentRange }
  }

  return async (request) => {
    if (!like) return throughSdk(request)
    const { statusCode, headers, body } = await sent(client, like, request)
    if (statusCode === 200 || statusCode === 206) {
      return { body, etag: headers['etag'], contentRange: headers['content-range'] }
    }
    body.destroy()
    if (statusCode >= 500) throw busy(statusCode)
    // It knows what any other answer means.
    return throughSdk(request)
  }
}

/** Shaped like an error of the SDK. A server that has too much to do is not asked twice. */
const busy = (httpStatusCode: number): Error =>
  Object.assign(new Error(`HTTP ${httpStatusCode}`), { $metadata: { httpStatusCode } })

/** What requests for objects of a bucket have in common. */
interface Like {
  readonly protocol: string
  readonly hostname: string
  readonly port: number | undefined
  /** All of the path but the key. */
  readonly path: string
  readonly query: Record<string, string | string[] | null>
  readonly signer: Promise<Signer>
}

type Signer = Awaited<ReturnType<S3Client['config']['signer']>>
type Scheme = Parameters<S3Client['config']['signer']>[0]
type Request = Parameters<Signer['sign']>[0]

/** Looks at the SDK's own requests for objects. */
function watchedRequests(client: S3Client) {
  let last: { readonly request: Request; readonly scheme: Scheme } | undefined
  client.middlewareStack.add(
    (next, context) => (args) => {
      const [scheme] =
        (context['endpointV2'] as { properties?: { authSchemes?: Scheme[] } })?.properties?.authSchemes ?? []
      if (context['commandName'] === 'GetObjectCommand') last = { request: args.request as Request, scheme }
      return next(args)
    },
    { step: 'build', name: 'watchRequests' },
  )
  return {
    /** Undefined where requests are signed in a way that differs from one to the next. */
    like(key: string): Like | undefined {
      if (!last?.request.path.endsWith(encoded(key)) || last.scheme?.name !== 'sigv4') return undefined
      const { protocol, hostname, port, path, query = {} } = last.request
      const signer = client.config.signer(last.scheme)
      return { protocol, hostname, port, path: path.slice(0, -encoded(key).length), query, signer }
    },
  }
}

/** The SHA-256 of no bytes, which is what a GET sends. */
const NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

async function sent({ config }: S3Client, like: Like, { Key, Range, IfMatch }: ObjectRequest) {
  const { protocol, hostname, port, path, query, signer } = like
  const headers = {
    host: port === undefined ? hostname : `${hostname}:${port}`,
    'x-amz-content-sha256': NOTHING,
    ...(Range !== undefined && { range: Range }),
    ...(IfMatch !== undefined && { 'if-match': IfMatch }),
  }
  const request = { method: 'GET', protocol, hostname, port, path: path + encoded(Key), query, headers }
  const signingDate = new Date(Date.now() + config.systemClockOffset)
  const signed = await (await signer).sign(request as Request, { signingDate })
  return (await config.requestHandler.handle(signed as never)).response
}

/** As in a path: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (read 2026-11). */
const encoded = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
