import { describe, expect, test } from '@jest/globals'
import { type Answer, outcomeOf, outcomeOfFault } from '../../../src/destination/delivery/outcome.ts'

const NOW = Date.parse('2026-11-22T00:00:00Z')
const TO = { name: 'Testify', host: 'testify.example', gzip: false }

const outcome = (code: number, headers: Answer['headers'] = {}, text = '', gzip = false) =>
  outcomeOf({ code, headers, text }, { ...TO, gzip }, NOW)

/** Every status that a service, or something between us and it, is known to send. */
const TABLE: readonly [status: string, codes: readonly number[]][] = [
  ['delivered', [200, 201, 202, 204, 207, 299]],
  ['refused', [400, 413, 422]],
  ['failed', [408, 425, 429, 460, 500, 502, 503, 504, 507, 508, 520, 521, 522, 524, 529, 530, 599]],
  [
    'stopped',
    [300, 301, 302, 303, 304, 307, 308, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 414, 415, 416].concat([
      417, 418, 421, 423, 424, 426, 428, 431, 451, 499, 501, 505, 511,
    ]),
  ],
]

test.each(TABLE.flatMap(([status, codes]) => codes.map((code) => [code, status] as const)))(
  '%i is %s',
  (code, status) => {
    expect(outcome(code).status).toBe(status)
  },
)

test('a web page is no answer to events, whatever its status', () => {
  expect(outcome(200, { 'content-type': 'text/html; charset=utf-8' })).toEqual({
    status: 'stopped',
    message:
      'Testify at testify.example answered with a web page (200) instead of taking the events. ' +
      'Set the address that takes the events itself: events and keys are not sent elsewhere.',
  })
  expect(outcome(502, { 'content-type': 'text/html' }).status).toBe('failed')
})

describe('the wait that a service asks for', () => {
  test.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['fractions of a second', { 'retry-after': '0.5' }, 500],
    ['a date', { 'retry-after': 'Sun, 22 Nov 2026 00:01:30 GMT' }, 90_000],
    ['a date that has passed', { 'retry-after': 'Sat, 21 Nov 2026 00:00:00 GMT' }, 0],
    ['seconds until the limit is reset', { 'x-ratelimit-reset': '20' }, 20_000],
    ['the time at which the limit is reset', { 'x-ratelimit-reset': String(NOW / 1000 + 60) }, 60_000],
    ['both, of which the first counts', { 'retry-after': '3', 'x-ratelimit-reset': '20' }, 3_000],
    ['nothing', {}, undefined],
    ['an empty text', { 'retry-after': ' ' }, undefined],
    ['something else', { 'retry-after': 'soon' }, undefined],
  ])('as %s', (_, headers, ms) => {
    const { retryAfterMs } = outcome(429, headers) as { retryAfterMs?: number }
    expect(retryAfterMs).toBe(ms)
  })
})

test('only 429 is a limit of the rate', () => {
  expect([429, 503].map((code) => outcome(code))).toMatchObject([{ rateLimited: true }, { rateLimited: false }])
})

describe('a message names the thing, the fact and the remedy', () => {
  test.each([
    [
      401,
      'Testify at testify.example refused the request (401: no). Check the write key, and that it belongs to this service and region.',
    ],
    [
      404,
      'Testify at testify.example refused the request (404: no). Check the address, and that the source of the write key is enabled.',
    ],
    [
      407,
      'Testify at testify.example refused the request (407: no). Check the proxy that requests of this machine go through.',
    ],
    [
      418,
      'Testify at testify.example refused the request (418: no). Check the address and the settings of the source there.',
    ],
  ])('for %i', (code, message) => {
    expect(outcome(code, {}, 'no')).toEqual({ status: 'stopped', message })
  })

  test('for compressed requests that a server does not take', () => {
    expect(outcome(415, {}, '', true)).toMatchObject({ message: expect.stringContaining('Switch off limits.gzip') })
    expect(outcome(415, {}, '', false)).toMatchObject({ message: expect.not.stringContaining('gzip') })
  })

  test.each([
    ['https://login.example/path?writeKey=secret', 'login.example'],
    ['/elsewhere?writeKey=secret', 'another path'],
    [undefined, 'nowhere'],
  ])('for a redirect to %s', (location, host) => {
    const { message } = outcome(302, { location }) as { message: string }
    expect(message).toContain(`redirects to ${host} (302)`)
    expect(message).not.toContain('secret')
  })
})

describe('without an answer', () => {
  test('a name that DNS does not know is a wrong one, if the service has never answered', () => {
    expect(outcomeOfFault('ENOTFOUND', TO, false)).toEqual({
      status: 'stopped',
      message:
        'There is no host testify.example to send to Testify (ENOTFOUND). Check data_plane_url or endpoint for a misspelling, and the DNS of this machine.',
    })
  })

  test.each(['EAI_AGAIN', 'ECONNREFUSED'])('%s may pass, even at first', (code) => {
    expect(outcomeOfFault(code, TO, false)).toMatchObject({ status: 'failed' })
  })

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH'])(
    '%s may pass',
    (code) => {
      expect(outcomeOfFault(code, TO)).toEqual({
        status: 'failed',
        reason: `Testify at testify.example gave no answer (${code})`,
        rateLimited: false,
      })
    },
  )

  test.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('%s does not', (code) => {
    expect(outcomeOfFault(code, TO).status).toBe('stopped')
  })
})

describe('the words', () => {
  const REMEDIES = {
    key: 'Check the write key, and that it belongs to this service and region.',
    address: 'Set the address that takes the events itself: events and keys are not sent elsewhere.',
    proxy: 'Check the proxy that requests of this machine go through.',
    settings: 'Check the address and the settings of the source there.',
  }

  test.each([
    [
      100,
      `Testify at testify.example answered with a web page (100) instead of taking the events. ${REMEDIES.address}`,
    ],
    [300, `Testify at testify.example redirects to nowhere (300). ${REMEDIES.address}`],
    [399, `Testify at testify.example redirects to nowhere (399). ${REMEDIES.address}`],
    [402, `Testify at testify.example refused the request (402). ${REMEDIES.settings}`],
    [403, `Testify at testify.example refused the request (403). ${REMEDIES.key}`],
    [409, `Testify at testify.example refused the request (409). ${REMEDIES.settings}`],
    [511, `Testify at testify.example refused the request (511). ${REMEDIES.proxy}`],
  ])('for %i without a text', (code, message) => {
    expect(outcome(code)).toEqual({ status: 'stopped', message })
  })

  test('for other refusals of a server, with gzip as without', () => {
    expect(outcome(410, {}, '', true)).toEqual(outcome(410))
  })

  test('of a refusal are those of the service, or its status', () => {
    expect(outcome(400, {}, 'no userId')).toEqual({ status: 'refused', code: 400, reason: 'no userId' })
    expect(outcome(422)).toEqual({ status: 'refused', code: 422, reason: 'status 422' })
  })

  test('of a failure tell who answered what, and no wait that was not asked for', () => {
    const failed = { status: 'failed', reason: 'Testify answered 503', rateLimited: false }
    expect(outcome(503)).toStrictEqual(failed)
    expect(outcome(503, { 'retry-after': '2' })).toStrictEqual({ ...failed, retryAfterMs: 2000 })
  })

  test.each([
    [
      'CERT_HAS_EXPIRED',
      'The certificate of Testify at testify.example is not trusted (CERT_HAS_EXPIRED). ' +
        'Check the address, or add the certificate authority with NODE_EXTRA_CA_CERTS.',
    ],
    [
      'ERR_SSL_PACKET_LENGTH_TOO_LONG',
      'Testify at testify.example speaks no TLS (ERR_SSL_PACKET_LENGTH_TOO_LONG). Check the address, its port above all.',
    ],
  ])('of a fault: %s', (code, message) => {
    expect(outcomeOfFault(code, TO)).toEqual({ status: 'stopped', message })
  })
})

test.each([
  ['text/html', 'stopped'],
  ['  TEXT/HTML;charset=utf-8', 'stopped'],
  ['text/html5', 'delivered'],
  ['application/json', 'delivered'],
  ['application/x; was=text/html', 'delivered'],
  ['x-text/html', 'delivered'],
  [undefined, 'delivered'],
])('an answer of the type %s is %s', (type, status) => {
  expect(outcome(200, { 'content-type': type }).status).toBe(status)
})
