/**
 * Requests for objects as the AWS SDK makes them, without most of its work. For each request it resolves the endpoint by
 * rules, serializes by a schema, and goes through some twenty middlewares: more CPU time than a file of fifty events
 * takes to read. So it makes only one, which is not sent. Ours are made like that one, and signed by its signer.
 */
import type { Readable } from 'node:stream'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Connections, type Get, type Origin } from './connections/connections.ts'
import { directly } from './directly.ts'
import { escaped } from './escaped.ts'
import { streamed } from './incoming.ts'
import { type GetPart, type Part, rangeOf } from './opener.ts'

export interface ObjectGetter {
  /** Fails with whatever the SDK fails with. */
  readonly get: GetPart
  close(): void
}

/** For one bucket. */
export function objectGetter(client: S3Client, Bucket: string, connect = connectTo): ObjectGetter {
  let liking: Promise<Like | undefined> | undefined
  let connections: Gets | undefined
  const get = directly({
    async direct(part, receiver) {
      liking ??= likeOf(client, Bucket)
      const like = await liking
      if (!like) return undefined
      connections ??= connect(like.request)
      return connections.get(await signed(client, like, part), receiver)
    },
    async library({ key: Key, bytes, version }, receiver) {
      const input = { Bucket, Key, IfMatch: version, Range: bytes && rangeOf(bytes) }
      const { Body, ETag, ContentRange } = await client.send(new GetObjectCommand(input))
      return streamed(Body as Readable, { version: ETag, contentRange: ContentRange }, receiver)
    },
    busy: (httpStatusCode) => Object.assign(new Error(`HTTP ${httpStatusCode}`), { $metadata: { httpStatusCode } }),
  })
  return { get, close: () => connections?.close() }
}

type Gets = Pick<Connections, 'get' | 'close'>
const connectTo = (origin: Origin): Gets => new Connections(origin, 'etag')

/** What requests for objects of a bucket have in common. */
interface Like {
  readonly request: Request
  /** All of its path but the key. */
  readonly path: string
  readonly signer: Promise<Signer>
}

type Signer = Awaited<ReturnType<S3Client['config']['signer']>>
type Scheme = Parameters<S3Client['config']['signer']>[0]
type Request = Parameters<Signer['sign']>[0]

/** Has the SDK make a request, and keeps it from sending it. Undefined where it signs them in another way. */
async function likeOf(client: S3Client, Bucket: string): Promise<Like | undefined> {
  let like: Like | undefined
  const command = new Unsent({ Bucket, Key: ANY_KEY })
  command.middlewareStack.add(
    (_, context) => async (args) => {
      const { authSchemes } = (context['endpointV2'] as { properties?: { authSchemes?: Scheme[] } }).properties ?? {}
      const request = args.request as Request
      const scheme = authSchemes?.[0]
      if (scheme?.name === 'sigv4' && request.path.endsWith(ANY_KEY)) {
        like = { request, path: request.path.slice(0, -ANY_KEY.length), signer: client.config.signer(scheme) }
      }
      return { response: {}, output: { $metadata: {} } }
    },
    { step: 'build', priority: 'high', name: 'keep' },
  )
  try {
    await client.send(command)
  } catch {
    // What is wrong shows when it sends one.
  }
  return like
}

/** Middlewares are kept for each kind of command. */
class Unsent extends GetObjectCommand {}

const ANY_KEY = 'key'

/** The SHA-256 of no bytes, which is what a GET sends. */
const NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

async function signed({ config }: S3Client, like: Like, { key, bytes, version }: Part): Promise<Get> {
  const { protocol, hostname, port, query = {} } = like.request
  const headers = {
    host: port === undefined ? hostname : `${hostname}:${port}`,
    'x-amz-content-sha256': NOTHING,
    ...(bytes && { range: rangeOf(bytes) }),
    ...(version !== undefined && { 'if-match': version }),
  }
  const path = like.path + escaped(key)
  const request = { method: 'GET', protocol, hostname, port, path, query, headers }
  const signingDate = new Date(Date.now() + config.systemClockOffset)
  const { headers: all } = await (await like.signer).sign(request as Request, { signingDate })
  return { path: `${path}?${new URLSearchParams(query as Record<string, string>)}`, headers: all }
}
