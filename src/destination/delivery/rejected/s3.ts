/** Rejected records in a bucket of Amazon S3, or of a server that speaks its protocol. The SDK loads when used. */
import type { S3Client } from '@aws-sdk/client-s3'
import { ConfigError, TransientError } from '../../../cdk/errors.ts'
import type { RejectedStore } from '../../../config.ts'
import type { RejectedSink, RunName } from './sink.ts'

export type S3Config = Extract<RejectedStore, { storage_type: 'S3' }>

/**
 * One object for every flush: `<bucket_path>/<name>/000001.jsonl` and so on. The platform's link to the rejected
 * records of a job leads to `<bucket_path>/<job id>/` (ConnectorObjectStorageService of airbyte-platform, read 2026-11).
 */
export function s3Sink(config: S3Config, { started, name }: RunName): RejectedSink {
  const folder = `${folderOf(config)}${name}/`
  // A second attempt at the same job must not write over what the first one kept.
  const run = started.getTime().toString(36)
  let client: Promise<S3Client> | undefined
  let part = 0
  return {
    place: `s3://${config.s3_bucket_name}/${folder}`,
    async append(bytes) {
      client ??= connect(config)
      part++
      await put(await client, config, `${folder}${run}-${String(part).padStart(6, '0')}.jsonl`, bytes)
    },
    async close() {
      if (client) (await client).destroy()
    },
  }
}

/** Throws unless records could be kept there. Leaves an empty object behind, as a proof without a right to delete. */
export async function checkS3(config: S3Config): Promise<void> {
  const client = await connect(config)
  await put(client, config, `${folderOf(config)}.check`, Buffer.alloc(0))
  client.destroy()
}

const folderOf = ({ bucket_path }: S3Config): string => bucket_path.replaceAll(/^\/+|\/+$/g, '').replace(/.$/, '$&/')

async function connect(config: S3Config): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3')
  const { s3_bucket_region: region, s3_endpoint: endpoint } = config
  const credentials = await credentialsOf(config)
  return new S3Client({
    region,
    // Servers other than Amazon's know fewer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    ...(credentials && { credentials }),
    ...(endpoint && { endpoint, forcePathStyle: true }),
  })
}

async function credentialsOf({ access_key_id, secret_access_key, role_arn, s3_bucket_region }: S3Config) {
  const key =
    access_key_id && secret_access_key ? { accessKeyId: access_key_id, secretAccessKey: secret_access_key } : undefined
  if (!role_arn) return key
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers')
  return fromTemporaryCredentials({
    params: { RoleArn: role_arn, RoleSessionName: 'braze-currents' },
    clientConfig: { region: s3_bucket_region },
    ...(key && { masterCredentials: key }),
  })
}

async function put(client: S3Client, { s3_bucket_name }: S3Config, key: string, body: Buffer): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  try {
    const input = { Bucket: s3_bucket_name, Key: key, Body: body, ContentType: 'application/x-ndjson' }
    await client.send(new PutObjectCommand(input))
  } catch (error) {
    throw unwritable(s3_bucket_name, error)
  }
}

/** The SDK has tried three times by now. The name and status of its errors hold nothing secret, the rest may. */
function unwritable(bucket: string, error: unknown): Error {
  const { name, code, $metadata } = error as { name?: string; code?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  const what = [name, code, status].filter((part) => part !== undefined).join(', ')
  const fact = `Rejected records can't be written to the bucket "${bucket}" (${what}).`
  const mayPass = status === undefined ? name !== 'CredentialsProviderError' : status >= 500 || status === 429
  if (mayPass) return new TransientError(`${fact} Run the sync again, and check s3_endpoint if it stays so.`)
  return new ConfigError(`${fact} Check object_storage_config, and grant s3:PutObject to its key.`)
}
