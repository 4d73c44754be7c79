/** What the answers of Google Cloud Storage mean to a person. Codes: https://cloud.google.com/storage/docs/json_api/v1/status-codes (read 2026-11). */
import { ConfigError, TransientError } from '../../cdk/errors.ts'
import type { StorageOf } from '../../config.ts'
import { causeOf, type Doing, explained, generalFailure, networkCode, type Refusal } from './failure.ts'
import { ChangedObjectError, MissingObjectError } from './store.ts'

type GcsConfig = StorageOf<'gcs'>

export function gcsFailure(error: unknown, doing: Doing, config: GcsConfig): Error {
  const known = explained(error)
  if (known) return known
  const refusal = refusalOf(error)
  const cause = causeOf(refusal)
  const isMissing = refusal.status === 404 && doing.action === 'read' && !/bucket does not exist/.test(refusal.message)
  if (isMissing) return new MissingObjectError(`${doing.url} is gone.`, { cause })
  if (refusal.status === 412) {
    return new ChangedObjectError(`${doing.url} was changed while being read. The next sync reads it again.`, { cause })
  }
  if (isThrottled(refusal)) {
    return new TransientError(
      `${doing.url}: Google answered ${refusal.status} ${refusal.code}. Try again later, or with fewer syncs at once.`,
      { cause },
    )
  }
  const advice = tokenAdvice(refusal, config) ?? ADVICE[refusal.code] ?? STATUS_ADVICE[refusal.status]
  if (advice !== undefined) return new ConfigError(advice(config, doing), { cause })
  return generalFailure(refusal, doing)
}

export const isNotFound = (error: unknown): boolean => refusalOf(error).status === 404

type Advice = (config: GcsConfig, doing: Doing) => string

/** Trouble with the access token, before the bucket was asked at all. */
function tokenAdvice({ code, message }: Refusal, { service_account }: GcsConfig): Advice | undefined {
  if (/Could not load the default credentials/.test(message)) return noCredentials
  if (code !== 'invalid_grant' && !/invalid_grant/.test(message)) return undefined
  return service_account === undefined
    ? () => 'Google no longer accepts the credentials of this machine. Renew them, or set service_account.'
    : () =>
        "Google does not accept the service account's key. Check that the key was not deleted or disabled, and that this machine's clock is right."
}

const noCredentials: Advice = ({ bucket }) =>
  `No Google credentials were found on this machine for bucket "${bucket}". Set service_account, or give the machine a service account.`

const ADVICE: Readonly<Record<string, Advice>> = {
  UserProjectMissing: ({ bucket }) =>
    `Bucket "${bucket}" bills its readers (requester pays), which is not supported. Switch that off for the bucket.`,
  UserProjectAccountProblem: ({ bucket }) =>
    `The project of bucket "${bucket}" has a billing problem. Settle it in the Google Cloud console.`,
  accountDisabled: ({ bucket }) =>
    `The account of bucket "${bucket}" is disabled. Enable it in the Google Cloud console.`,
  invalidBucketName: ({ bucket }) => `"${bucket}" is no name of a bucket. Set bucket to the name alone, without gs://.`,
}

const STATUS_ADVICE: Readonly<Record<number, Advice>> = {
  401: (config) =>
    config.service_account === undefined
      ? noCredentials(config, { action: 'list', url: '', host: '' })
      : 'Google does not accept the access token of the service account. Check service_account.',
  403: ({ bucket }, { action, url }) =>
    action === 'list'
      ? `Bucket "${bucket}" refused to be listed (403). Grant storage.objects.list (role Storage Object Viewer) on the bucket to the service account.`
      : `${url} refused to be read (403). Grant storage.objects.get (role Storage Object Viewer) on the bucket to the service account.`,
  404: ({ bucket }, { host }) => `Bucket "${bucket}" does not exist at ${host}. Check bucket.`,
}

/** Google also answers 403 to too many requests. */
const isThrottled = ({ status, code }: Refusal): boolean =>
  status === 429 || (status === 403 && /^(rate|userRate|quota|dailyL|l)imitExceeded$|^quotaExceeded$/i.test(code))

interface SdkError {
  /** A status, or a network error's code. */
  readonly code?: unknown
  readonly status?: unknown
  readonly message?: string
  readonly errors?: readonly { readonly reason?: string }[]
  readonly response?: { readonly status?: number; readonly data?: { readonly error?: unknown } }
}

function refusalOf(error: unknown): Refusal {
  const { code, status, message = String(error), errors, response } = (error ?? {}) as SdkError
  const found = [code, status, response?.status].map(Number).find((number) => number >= 100 && number < 600) ?? 0
  const reason = errors?.[0]?.reason ?? reasonIn(message) ?? response?.data?.error
  return { code: typeof reason === 'string' ? reason : networkCode(error), status: found, message }
}

/** A failed download's message is the answer's body. */
const reasonIn = (message: string): string | undefined => /"reason":\s*"(\w+)"/.exec(message)?.[1]
