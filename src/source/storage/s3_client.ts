/** A client of the AWS SDK, and the credentials it uses. */
import { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandInput, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { StorageOf } from '../../config.ts'
import { kept } from './resume.ts'
import { credentialsFailure } from './s3_errors.ts'
import { wire } from './wire.ts'
import type { WireAnswer, WireRequest } from './wire_connection.ts'

type S3Config = StorageOf<'s3'>
type Credentials = Extract<S3ClientConfig['credentials'], (...args: never) => unknown>

export function clientFor(config: S3Config): S3Client {
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

/** Downloads objects by the shortest way. */
export interface Downloader {
  /** The answer that brings the object. What is no success is thrown as the SDK does. */
  get(input: GetObjectCommandInput): Promise<WireAnswer>
  close(): void
}

/** The SDK says where to ask, signs, and understands refusals. Sending and receiving as it does costs more than decoding. */
export function downloader(client: S3Client): Downloader {
  const { get, close } = wire()
  return {
    close,
    async get(input) {
      const command = new GetObjectCommand(input)
      const sent: WireAnswer[] = []
      command.middlewareStack.add(
        (next) => async (args) => {
          const answer = await get(requestIn(args))
          sent.push(answer)
          return answer.status < 300 ? { response: answer, output: { $metadata: {} } } : next(args)
        },
        { step: 'deserialize', priority: 'high' },
      )
      command.middlewareStack.add(() => async () => ({ response: refusalOf(sent) }), {
        step: 'deserialize',
        priority: 'low',
      })
      await client.send(command)
      const [answer] = sent
      if (!answer) throw new Error('the SDK sent no request')
      return answer
    },
  }
}

/** A request as the SDK gives it to whoever is to send it. */
interface SdkRequest extends WireRequest {
  readonly query?: Readonly<Record<string, string>>
}

function requestIn(args: { readonly request: unknown }): WireRequest {
  // The SDK leaves the type open; its documentation does not: https://github.com/smithy-lang/smithy-typescript/blob/main/packages/types/src/http.ts (read 2026-11)
  const request = args.request as SdkRequest
  const query = Object.entries(request.query ?? {}).map((pair) => pair.map(encodeURIComponent).join('='))
  return query.length === 0 ? request : { ...request, path: `${request.path}?${query.join('&')}` }
}

/** A response as the SDK expects it from whoever has sent a request. */
function refusalOf([answer]: readonly WireAnswer[]): object {
  return { statusCode: answer?.status, headers: answer?.headers, body: answer && Readable.from(kept(answer.body)) }
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
