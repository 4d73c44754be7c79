/** A client of the AWS SDK, and the credentials it uses. */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { StorageOf } from '../../config.ts'
import { credentialsFailure } from './s3_errors.ts'

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
    // All requests of a kind go through the same middlewares, which need be put in order only once.
    cacheMiddleware: true,
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
