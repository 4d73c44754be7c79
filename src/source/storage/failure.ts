/** What errors of any provider's SDK have in common. Nothing of what they carry (requests, tokens) is passed on. */
import { inspect } from 'node:util'
import { ConfigError, TransientError } from '../../cdk/errors.ts'
import { ChangedObjectError } from './store.ts'

/** An SDK's error, reduced to what may be shown. */
export interface Refusal {
  /** The provider's or the operating system's code: `NoSuchBucket`, `ECONNREFUSED`. */
  readonly code: string
  /** HTTP status, 0 if there was no answer. */
  readonly status: number
  readonly message: string
}

/** What was being done when it failed. */
export interface Doing {
  readonly action: 'list' | 'read' | 'write'
  /** The address of the bucket or object. */
  readonly url: string
  /** The name of the server, from which a wrong setting can be guessed. */
  readonly host: string
}

/** A failure that an earlier step has explained already, if it is one. */
export const explained = (error: unknown): ConfigError | TransientError | undefined =>
  error instanceof ConfigError || error instanceof TransientError ? error : undefined

/** An error's message. Some libraries throw other things than errors, or errors whose message is an object. */
export function messageOf(error: unknown): string {
  const message: unknown = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  return typeof message === 'string' ? message : inspect(message, { depth: 1 })
}

/** The text of an error as a cause, without the request it belongs to. */
export const causeOf = ({ code, status, message }: Refusal): Error =>
  new Error([code, status || '', message].filter(Boolean).join(' '))

/** Servers repeat requests in their answers. Takes out `secrets`, and what looks like a signature or a token. */
export function withoutSecrets(text: string, secrets: readonly (string | undefined)[]): string {
  const long = secrets.filter((secret) => secret !== undefined && secret.length >= SHORTEST_SECRET) as string[]
  const known = long.flatMap((secret) => [secret, encodeURIComponent(secret)])
  return known
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text)
    .replace(/\b(sig|signature|x-amz-signature|x-amz-security-token|access_token|assertion)=[^&\s"<]+/gi, '$1=***')
    .replace(/\bBearer\s+\S+/gi, 'Bearer ***')
    .replace(/\bya29\.[\w.-]+/g, '***')
}

/** Characters. Shorter ones are mistakes, and parts of ordinary words. */
const SHORTEST_SECRET = 8

/** The object is not the one that the request was made for. */
export const changed = ({ action, url }: Doing, cause: Error): ChangedObjectError =>
  new ChangedObjectError(
    action === 'write'
      ? `${url} was changed by another process meanwhile. Let only one write it at a time.`
      : `${url} was changed while being read. The next sync reads it again.`,
    { cause },
  )

/** Errors that say nothing about the provider: no network, a proxy's page, an overloaded server. */
export function generalFailure(refusal: Refusal, { action, url, host }: Doing): ConfigError | TransientError {
  const cause = causeOf(refusal)
  const { code, status } = refusal
  const fact = `${url} could not be ${PARTICIPLES[action]}: ${host}`
  if (TLS_CODES.test(code)) {
    return new ConfigError(
      `${fact} has a certificate that is not trusted (${code}). Check the endpoint, or name your own authority's certificate in NODE_EXTRA_CA_CERTS.`,
      { cause },
    )
  }
  if (/\bERR_INVALID_/.test(cause.message)) {
    return new ConfigError(
      `${url} could not be asked for (${cause.message}). Check the storage settings for characters that do not belong there.`,
      { cause },
    )
  }
  if (status >= 400 && status < 500 && !PASSING.includes(status)) {
    return new ConfigError(`${fact} answered ${cause.message}. Check the storage settings.`, { cause })
  }
  if (status >= 200) return new TransientError(`${fact} answered ${cause.message}. Try again later.`, { cause })
  return new TransientError(`${fact} did not answer (${cause.message}). ${remedyFor(code)}`, { cause })
}

const PARTICIPLES = { list: 'listed', read: 'read', write: 'written' } as const
const PASSING = [408, 425, 429]
const TLS_CODES = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS/

const remedyFor = (code: string): string =>
  code === 'ENOTFOUND' || code === 'EAI_AGAIN'
    ? 'Check the name of the host, which is made from the storage settings, and the name service of this machine.'
    : 'Check the network, the firewall and the endpoint.'

/** The first of the codes in an error's chain of causes, which tells a refused connection from a wrong name. */
export function networkCode(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 4) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : Reflect.get(error, 'cause')
  return networkCode(inner, depth + 1)
}
