/** What the answers of S3 and STS mean to a person. Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (read 2026-11). */
import { ConfigError, TransientError } from '../../cdk/errors.ts'
import type { StorageOf } from '../../config.ts'
import {
  causeOf,
  changed,
  type Doing,
  explained,
  generalFailure,
  messageOf,
  networkCode,
  type Refusal,
  withoutSecrets,
} from './failure.ts'
import { MissingObjectError } from './store.ts'

type S3Config = StorageOf<'s3'>

/** An error of S3 itself. */
export function s3Failure(error: unknown, doing: Doing, config: S3Config): Error {
  const known = explained(error)
  if (known) return known
  const refusal = refusalOf(error, config)
  const cause = causeOf(refusal)
  if (refusal.status === 412 || (doing.action === 'write' && refusal.code === 'NoSuchKey')) return changed(doing, cause)
  if (refusal.code === 'NoSuchKey') return new MissingObjectError(`${doing.url} is gone.`, { cause })
  if (/^Region not accepted/.test(refusal.message)) {
    return new ConfigError(
      `"${config.region_name}" is no name of a region. Set region_name to one like eu-central-1.`,
      {
        cause,
      },
    )
  }
  const advice = ADVICE.get(refusal.code)?.(config, doing, regionOf(error))
  if (advice !== undefined) return new ConfigError(advice, { cause })
  if (PASSING.includes(refusal.code)) return passing(refusal, doing)
  // Servers without error bodies, and answers to HEAD, tell only the status.
  if (refusal.status === 403) return new ConfigError(denied(config, doing), { cause })
  return generalFailure(refusal, doing)
}

/** An error on the way to credentials: the chain of the machine, or STS. */
export function credentialsFailure(error: unknown, config: S3Config): Error {
  const known = explained(error)
  if (known) return known
  const refusal = refusalOf(error, config)
  const cause = causeOf(refusal)
  if (refusal.code === 'CredentialsProviderError' || refusal.code === 'TokenProviderError') {
    return new ConfigError(
      `No AWS credentials were found on this machine for bucket "${config.bucket}". Set aws_access_key_id and aws_secret_access_key, or give the machine a role.`,
      { cause },
    )
  }
  const host = config.endpoint === undefined ? `sts.${config.region_name}.amazonaws.com` : new URL(config.endpoint).host
  const role = config.role_arn ?? 'of this machine'
  const asked = { action: 'read', url: `The role ${role}`, host } as const
  if (KEY_CODES.includes(refusal.code)) return s3Failure(error, asked, config)
  if (refusal.status === 403) {
    return new ConfigError(
      `Role ${role} may not be assumed (${refusal.code}). Let its trust policy name your key's user or machine, check external_id, and grant sts:AssumeRole.`,
      { cause },
    )
  }
  return generalFailure(refusal, asked)
}

type Advice = (config: S3Config, doing: Doing, region: string | undefined) => string

const wrongKeyId: Advice = () =>
  'AWS does not know the access key ID. Check aws_access_key_id, and that the key was not deleted or deactivated.'
const expired: Advice = () =>
  'The AWS credentials have expired. Renew them: keys that come with a session token live for hours only, so use a lasting key or a role.'
const wrongRegion: Advice = ({ bucket, region_name }, _, region) =>
  region === undefined || region === region_name
    ? `Bucket "${bucket}" is not in region ${region_name}. Set region_name to the bucket's region.`
    : `Bucket "${bucket}" is in region ${region}, not ${region_name}. Set region_name to ${region}.`

/** A map, since codes come from the service: one may be called like what every object has. */
const ADVICE: ReadonlyMap<string, Advice> = new Map<string, Advice>(
  Object.entries({
    NoSuchBucket: ({ bucket }, { host }) => `Bucket "${bucket}" does not exist at ${host}. Check bucket.`,
    InvalidBucketName: ({ bucket }) =>
      `"${bucket}" is no name of a bucket. Set bucket to the name alone, without s3://.`,
    PermanentRedirect: wrongRegion,
    TemporaryRedirect: wrongRegion,
    AuthorizationHeaderMalformed: wrongRegion,
    IllegalLocationConstraintException: wrongRegion,
    InvalidAccessKeyId: wrongKeyId,
    InvalidClientTokenId: wrongKeyId,
    SignatureDoesNotMatch: () =>
      'The AWS secret access key does not belong to the access key ID. Check aws_secret_access_key.',
    ExpiredToken: expired,
    ExpiredTokenException: expired,
    TokenRefreshRequired: expired,
    InvalidToken: () => 'AWS does not accept the session token. Renew the credentials of this machine.',
    AccessDenied: denied,
    AllAccessDisabled: ({ bucket }) => `All access to bucket "${bucket}" is disabled. Ask its owner.`,
    AccountProblem: ({ bucket }) => `The AWS account of bucket "${bucket}" has a problem. Ask AWS support.`,
    InvalidObjectState: (_, { url }) =>
      `${url} is archived. Restore it, or keep the export out of Glacier for as long as you want it read.`,
    'KMS.DisabledException': (_, { url }) => `${url} is encrypted with a disabled KMS key. Enable it.`,
  }),
)

function denied({ bucket }: S3Config, { action, url }: Doing): string {
  if (action === 'write')
    return `${url} refused to be written (403). Grant s3:PutObject on it to the key or role, and kms:GenerateDataKey if the bucket is encrypted with your own KMS key.`
  return action === 'list'
    ? `Bucket "${bucket}" refused to be listed (403). Grant s3:ListBucket on arn:aws:s3:::${bucket} to the key or role.`
    : `${url} refused to be read (403). Grant s3:GetObject on arn:aws:s3:::${bucket}/* to the key or role, and kms:Decrypt if the bucket is encrypted with your own KMS key.`
}

const KEY_CODES = [
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'ExpiredTokenException',
]

/** Codes of trouble that passes; the last two are those of two writes at one moment. The SDK signs with the server's clock from the second attempt on. */
const PASSING = [
  'SlowDown',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'Throttling',
  'ThrottlingException',
  'BadDigest',
  'ConditionalRequestConflict',
  'OperationAborted',
]

function passing(refusal: Refusal, { url }: Doing): TransientError {
  const remedy =
    refusal.code === 'RequestTimeTooSkewed'
      ? "Set this machine's clock."
      : 'Try again later, or with fewer syncs at once.'
  return new TransientError(`${url}: S3 answered ${refusal.code}. ${remedy}`, { cause: causeOf(refusal) })
}

export const withoutToken = (bucket: string): TransientError =>
  new TransientError(
    `The listing of bucket "${bucket}" was cut short without a continuation token. Check the S3 server.`,
  )

interface SdkError {
  readonly name?: string
  readonly code?: unknown
  readonly Region?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> }
}

function refusalOf(error: unknown, config: S3Config): Refusal {
  const secrets = [config.aws_secret_access_key, config.aws_access_key_id]
  const { name = '', $metadata, $response } = (error ?? {}) as SdkError
  const network = networkCode(error)
  const status = $metadata?.httpStatusCode ?? $response?.statusCode ?? 0
  return { code: status === 0 && network ? network : name, status, message: withoutSecrets(messageOf(error), secrets) }
}

/** Where the bucket is, if the answer tells. */
export const regionOf = (error: unknown): string | undefined => {
  const { Region, $response } = (error ?? {}) as SdkError
  return Region ?? $response?.headers?.['x-amz-bucket-region']
}
