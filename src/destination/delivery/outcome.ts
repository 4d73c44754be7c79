/** How an attempt to send ended: what each answer of a service, or none, means for the events of the request. */

export type Outcome =
  | { readonly status: 'delivered' }
  /** The service refuses an event of the request, or all (400), or the request is too large for it (413). */
  | { readonly status: 'refused'; readonly code: number; readonly reason: string }
  /** It may pass by itself. */
  | {
      readonly status: 'failed'
      readonly reason: string
      /** The service asked for fewer requests. */
      readonly rateLimited: boolean
      /** How long the service asked us to wait. */
      readonly retryAfterMs?: number
    }
  /** A person must change something before anything can be delivered. */
  | { readonly status: 'stopped'; readonly message: string }

/** What a service answered. */
export interface Answer {
  readonly code: number
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The beginning of the body. */
  readonly text: string
}

/** What the messages speak of. */
export interface Addressee {
  /** The service, as a person knows it. */
  readonly name: string
  /** Where the request went, without anything secret. */
  readonly host: string
  readonly gzip: boolean
}

type Verdict = 'refused' | 'failed' | 'stopped'

/**
 * What is not listed follows its class: 2xx delivered, 3xx and 4xx stopped, 5xx failed.
 *
 * Sources: the HTTP API page of Segment's documentation; responses of rudder-server's gateway; the Custom HTTP
 * connector page of Braze's documentation; the retry rules of analytics-node 3.1.0 (all read 2026-11).
 */
const VERDICTS: Readonly<Record<number, Verdict>> = {
  400: 'refused',
  408: 'failed',
  413: 'refused',
  422: 'refused',
  425: 'failed',
  429: 'failed',
  // A load balancer of AWS saw the connection close before its answer.
  460: 'failed',
  501: 'stopped',
  505: 'stopped',
  // The network wants a login.
  511: 'stopped',
}

export function outcomeOf(answer: Answer, to: Addressee, now: number): Outcome {
  const { code, text, headers } = answer
  switch (verdictOf(answer)) {
    case 'delivered':
      return { status: 'delivered' }
    case 'refused':
      return { status: 'refused', code, reason: text || `status ${code}` }
    case 'failed': {
      const retryAfterMs = waitAskedFor(headers, now)
      return {
        status: 'failed',
        reason: `${to.name} answered ${code}`,
        rateLimited: code === 429,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      }
    }
    case 'stopped':
      return { status: 'stopped', message: `${factOf(answer, to)} ${remedyOf(code, to)}` }
  }
}

/**
 * The outcome of a request that got no answer: `code` is Node's name for the fault. A name that DNS does not know is a
 * wrong one, unless the service has answered before.
 */
export function outcomeOfFault(code: string, { name, host }: Addressee, hasAnswered = true): Outcome {
  if (code === 'ENOTFOUND' && !hasAnswered) {
    const remedy = 'Check data_plane_url or endpoint for a misspelling, and the DNS of this machine.'
    return { status: 'stopped', message: `There is no host ${host} to send to ${name} (${code}). ${remedy}` }
  }
  if (CERTIFICATE_FAULT.test(code)) {
    const remedy = 'Check the address, or add the certificate authority with NODE_EXTRA_CA_CERTS.'
    return { status: 'stopped', message: `The certificate of ${name} at ${host} is not trusted (${code}). ${remedy}` }
  }
  if (NO_TLS_FAULT.test(code)) {
    const message = `${name} at ${host} speaks no TLS (${code}). Check the address, its port above all.`
    return { status: 'stopped', message }
  }
  return { status: 'failed', reason: `${name} at ${host} gave no answer (${code})`, rateLimited: false }
}

const CERTIFICATE_FAULT = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/
const NO_TLS_FAULT = /ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)/

function verdictOf({ code, headers }: Answer): Verdict | 'delivered' {
  if (code >= 200 && code < 300) return isWebPage(headers) ? 'stopped' : 'delivered'
  return VERDICTS[code] ?? (code >= 500 ? 'failed' : 'stopped')
}

/** No service answers events with a web page; a proxy's login page or a wrong address does, and keeps nothing. */
const isWebPage = (headers: Answer['headers']): boolean => /^\s*text\/html\b/i.test(headers['content-type'] ?? '')

function factOf({ code, headers, text }: Answer, { name, host }: Addressee): string {
  if (code < 300) return `${name} at ${host} answered with a web page (${code}) instead of taking the events.`
  if (code < 400) return `${name} at ${host} redirects to ${hostOf(headers['location'])} (${code}).`
  return `${name} at ${host} refused the request (${code}${text && `: ${text}`}).`
}

function remedyOf(code: number, { gzip }: Addressee): string {
  if (code < 400) return 'Set the address that takes the events itself: events and keys are not sent elsewhere.'
  if (code === 401 || code === 403) return 'Check the write key, and that it belongs to this service and region.'
  if (code === 404) return 'Check the address, and that the source of the write key is enabled.'
  if (code === 415 && gzip) return 'Switch off limits.gzip: this server takes no compressed requests.'
  if (code === 407 || code === 511) return 'Check the proxy that requests of this machine go through.'
  return 'Check the address and the settings of the source there.'
}

function hostOf(location: string | undefined): string {
  if (!location) return 'nowhere'
  return URL.canParse(location) ? new URL(location).host : 'another path'
}

/** `Retry-After` in seconds or as a date, else `X-RateLimit-Reset` in seconds from now or since the Unix epoch. */
function waitAskedFor(headers: Answer['headers'], now: number): number | undefined {
  return waitOf(headers['retry-after'], now) ?? waitOf(headers['x-ratelimit-reset'], now)
}

/** Larger numbers are a time, not a wait: this is the year 2001 in seconds, or 31 years. */
const EPOCH_SECONDS = 1e9

function waitOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined
  const seconds = Number(header)
  const ms = Number.isNaN(seconds)
    ? Date.parse(header) - now
    : seconds > EPOCH_SECONDS
      ? seconds * 1000 - now
      : seconds * 1000
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
