/** What the answers of Google Cloud Storage mean to a person. Codes: https://cloud.google.com/storage/docs/json_api/v1/status-codes (read 2026-11). */
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
import { HttpError } from './http.ts'
import { MissingObjectError } from './store.ts'

type GcsConfig = StorageOf<'gcs'>

/** An error of the bucket itself. */
export function gcsFailure(error: unknown, doing: Doing, { bucket }: GcsConfig): Error {
  const known = explained(error)
  if (known) return known
  const refusal = refusalOf(error)
  const cause = causeOf(refusal)
  if (refusal.status === 404 && doing.action === 'read' && !/bucket does not exist/.test(refusal.message)) {
    return new MissingObjectError(`${doing.url} is gone.`, { cause })
  }
  if (refusal.status === 412) return changed(doing, cause)
  if (isThrottled(refusal)) {
    return new TransientError(
      `${doing.url}: Google answered ${refusal.status} ${refusal.code}. Try again later, or with fewer syncs at once.`,
      { cause },
    )
  }
  const advice = ADVICE.get(refusal.code) ?? STATUS_ADVICE[refusal.status]
  return advice ? new ConfigError(advice(bucket, doing), { cause }) : generalFailure(refusal, doing)
}

/** An error on the way to an access token, before the bucket was asked at all. */
export function tokenFailure(error: unknown, { bucket, service_account }: GcsConfig): Error {
  const refusal = refusalOf(error)
  const cause = causeOf(refusal)
  if (/Could not load the default credentials/.test(refusal.message)) {
    return new ConfigError(
      `No Google credentials were found on this machine for bucket "${bucket}". Set service_account, or give the machine a service account.`,
      { cause },
    )
  }
  if (refusal.status >= 400 && refusal.status < 500 && refusal.status !== 429) {
    return new ConfigError(
      service_account === undefined
        ? 'Google does not accept the credentials of this machine. Renew them, or set service_account.'
        : "Google does not accept the service account's key. Check that key and account were not deleted or disabled, and that this machine's clock is right.",
      { cause },
    )
  }
  return generalFailure(refusal, { action: 'list', url: `gs://${bucket}`, host: "Google's token server" })
}

type Advice = (bucket: string, doing: Doing) => string

/** A map, since codes come from the service: one may be called like what every object has. */
const ADVICE: ReadonlyMap<string, Advice> = new Map<string, Advice>(
  Object.entries({
    UserProjectMissing: (bucket) =>
      `Bucket "${bucket}" bills its readers (requester pays), which is not supported. Switch that off for the bucket.`,
    UserProjectAccountProblem: (bucket) =>
      `The project of bucket "${bucket}" has a billing problem. Settle it in the Google Cloud console.`,
    accountDisabled: (bucket) =>
      `The account of bucket "${bucket}" is disabled. Enable it in the Google Cloud console.`,
    invalid: (bucket) => `"${bucket}" may be no name of a bucket. Set bucket to the name alone, without gs://.`,
  }),
)

const STATUS_ADVICE: Readonly<Record<number, Advice>> = {
  401: (bucket) => `Google does not accept the credentials for bucket "${bucket}" (401). Check service_account.`,
  403: denied,
  404: (bucket, { host }) => `Bucket "${bucket}" does not exist at ${host}. Check bucket.`,
}

function denied(bucket: string, { action, url }: Doing): string {
  if (action === 'list')
    return `Bucket "${bucket}" refused to be listed (403). Grant storage.objects.list (role Storage Object Viewer) on the bucket to the service account.`
  return action === 'read'
    ? `${url} refused to be read (403). Grant storage.objects.get (role Storage Object Viewer) on the bucket to the service account.`
    : `${url} refused to be written (403). Grant storage.objects.create and storage.objects.delete (role Storage Object User) on the bucket to the service account.`
}

/** Google also answers 403 to too many requests. */
const isThrottled = ({ status, code }: Refusal): boolean =>
  status === 429 || (status === 403 && /^((userR|r)ateLimit|dailyLimit|quota)Exceeded$/.test(code))

/** What Google's own libraries throw: the token request's answer, or a code of the operating system. */
interface SdkError {
  readonly response?: { readonly status?: number; readonly data?: { readonly error?: unknown } }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof HttpError) {
    const [, reason = ''] = /"reason":\s*"(\w+)"/.exec(error.body) ?? []
    const [, message = error.body] = /"message":\s*("(?:[^"\\]|\\.)*")/.exec(error.body) ?? []
    return { code: reason, status: error.status, message: withoutKeys(message) }
  }
  const { response } = (error ?? {}) as SdkError
  const reason = response?.data?.error
  const code = typeof reason === 'string' ? withoutKeys(reason) : networkCode(error)
  return { code, status: response?.status ?? 0, message: withoutKeys(messageOf(error)) }
}

/** A token, or the assertion that one is asked for with, in whatever form a server repeats it. */
const withoutKeys = (text: string): string =>
  withoutSecrets(text, [])
    .replace(/\beyJ[\w-]+\.[\w.-]*/g, '***')
    .replace(/[\w+/=%-]{12,}/g, (run) => (isKey(run) ? '***' : run))

/** Names of projects and accounts have no capitals, names of permissions and methods no digits. */
const isKey = (run: string): boolean => /\d/.test(run) && (/[A-Z]/.test(run) || /^(?=.*[a-f])[\da-f]+$/.test(run))
