import { START } from '../../test/destination/delivery/fakes.ts'
import type { ReceivedRequest, Script } from '../fakes/service.ts'
import { ALL_WELL, again, type Fault, failed, fromTheSecond, STOPPED, second } from './fault.ts'

const HTML = { 'content-type': 'text/html' }

const PAGE = '<html><head><style>p{}</style></head><body><h1>Bad Gateway</h1></body></html>'

const STORE = { object_storage_config: { storage_type: 'Local', bucket_path: '{folder}' } }

const holds = ({ events }: ReceivedRequest, ...ids: readonly string[]): boolean =>
  events.some(({ messageId }) => ids.includes(String(messageId)))

/** As a service does that says which event it means. */
const refusing =
  (status: number, ...ids: readonly string[]): Script =>
  (request) =>
    holds(request, ...ids) ? { status, body: 'event is not valid' } : 200

const answered = (status: number, seconds?: string) => again(`{service} answered ${status}`, seconds)

const refused = (status: number, remedy: string) => `{service} at {host} refused the request (${status}). ${remedy}`

const rejectedAs = (reason: string) =>
  `users.messages.email.Send: a record is rejected as ${reason}: event is not valid.`

/** What a service answers. */
export const ANSWERS: readonly Fault[] = [
  { fault: 'takes everything', expected: ALL_WELL },
  {
    fault: 'answers 200 with something that is no JSON',
    script: second({ status: 200, body: '}{' }),
    expected: ALL_WELL,
  },
  {
    fault: 'answers 200 with a web page, as a proxy does that asks for a login',
    script: fromTheSecond({ status: 200, headers: HTML, body: PAGE, keeps: false }),
    expected: {
      ...STOPPED,
      says: '{service} at {host} answered with a web page (200) instead of taking the events. Set the address that takes the events itself: events and keys are not sent elsewhere.',
    },
  },
  {
    fault: 'redirects to another address',
    script: fromTheSecond({ status: 307, headers: { location: 'https://elsewhere.example/v1/batch?key=1' } }),
    expected: {
      ...STOPPED,
      says: '{service} at {host} redirects to elsewhere.example (307). Set the address that takes the events itself: events and keys are not sent elsewhere.',
    },
  },
  {
    fault: 'answers 400 because of two events, and rejected records are kept',
    script: refusing(400, 'e13', 'e17'),
    config: STORE,
    expected: { ...ALL_WELL, once: 28, kept: 2, says: rejectedAs('refused_by_service') },
  },
  {
    fault: 'answers 400 because of two events, and rejected records are not kept',
    script: refusing(400, 'e13', 'e17'),
    expected: {
      ...STOPPED,
      once: 28,
      says: '2 records were rejected: users.messages.email.Send: 2 refused_by_service (event is not valid). Everything else was delivered, but no state that covers them was returned: the next sync meets them again. Set object_storage_config, so that rejected records are kept and the sync goes on, or mend their cause.',
    },
  },
  {
    fault: 'answers 400 to every event, of 300',
    script: () => ({ status: 400, body: 'event is not valid' }),
    events: 300,
    expected: {
      ...STOPPED,
      once: 0,
      states: 'none',
      says: 'The service refused each of the first 100 events (400: event is not valid) and took none. Check the address, the write key and the mapping.',
    },
  },
  {
    fault: 'answers 401',
    script: fromTheSecond({ status: 401, body: '' }),
    expected: {
      ...STOPPED,
      says: refused(401, 'Check the write key, and that it belongs to this service and region.'),
    },
  },
  {
    fault: 'answers 403',
    script: fromTheSecond({ status: 403, body: '' }),
    expected: {
      ...STOPPED,
      says: refused(403, 'Check the write key, and that it belongs to this service and region.'),
    },
  },
  {
    fault: 'answers 404',
    script: fromTheSecond({ status: 404, body: '' }),
    expected: { ...STOPPED, says: refused(404, 'Check the address, and that the source of the write key is enabled.') },
  },
  { fault: 'answers 408', script: second(408), expected: { ...ALL_WELL, says: answered(408) } },
  {
    fault: 'answers 413 to more than four events',
    script: ({ events }) => (events.length > 4 ? 413 : 200),
    expected: ALL_WELL,
  },
  {
    fault: 'answers 413 to one event, however few are with it, and rejected records are kept',
    script: refusing(413, 'e13'),
    config: STORE,
    expected: { ...ALL_WELL, once: 29, kept: 1, says: rejectedAs('too_large_for_service') },
  },
  {
    fault: 'answers 415 to compressed requests',
    script: ({ headers }) => (headers['content-encoding'] ? { status: 415, body: '' } : 200),
    config: { limits: { gzip: true } },
    expected: {
      ...STOPPED,
      once: 0,
      states: 'none',
      says: refused(415, 'Switch off limits.gzip: this server takes no compressed requests.'),
    },
  },
  {
    fault: 'answers 429 with `Retry-After: 600`',
    script: second({ status: 429, headers: { 'retry-after': '600' } }),
    expected: { ...ALL_WELL, waitedMs: 600_000, says: answered(429, '600.0') },
  },
  {
    fault: 'answers 429 with `Retry-After` as a date',
    script: second({ status: 429, headers: { 'retry-after': new Date(START + 91_000).toUTCString() } }),
    expected: { ...ALL_WELL, waitedMs: 90_000, says: answered(429, '90.0') },
  },
  {
    fault: 'answers 429 with `X-RateLimit-Reset: 30` only',
    script: second({ status: 429, headers: { 'x-ratelimit-reset': '30' } }),
    expected: { ...ALL_WELL, waitedMs: 30_000, says: answered(429, '30.0') },
  },
  {
    fault: 'answers 429, and does not say for how long',
    script: second(429),
    expected: { ...ALL_WELL, says: answered(429) },
  },
  {
    fault: 'answers 429 with `Retry-After: 600` for more than twelve hours',
    script: fromTheSecond({ status: 429, headers: { 'retry-after': '600' } }),
    expected: { ...STOPPED, failure: 'transient_error', waitedMs: 600_000, says: failed('{service} answered 429') },
  },
  { fault: 'answers 500', script: second(500), expected: { ...ALL_WELL, says: answered(500) } },
  {
    fault: 'answers 502 with a web page',
    script: second({ status: 502, headers: HTML, body: PAGE }),
    expected: { ...ALL_WELL, says: answered(502) },
  },
  {
    fault: 'answers 503 with `Retry-After: 60`',
    script: second({ status: 503, headers: { 'retry-after': '60' } }),
    expected: { ...ALL_WELL, waitedMs: 60_000, says: answered(503, '60.0') },
  },
  {
    fault: 'answers 503 for more than half an hour',
    script: fromTheSecond(503),
    expected: { ...STOPPED, failure: 'transient_error', waitedMs: 30_000, says: failed('{service} answered 503') },
  },
]
