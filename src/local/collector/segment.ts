/**
 * Segment's HTTP Tracking API: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ (read 2025-11).
 * It answers 200 to all but oversize and unparsable JSON (400), so what it loses is seen only in the counts.
 */
import { accepted, EVENT_BYTES, isText, type Judge, type JudgedEvent, objectOf, refused } from './rules.ts'
import { splitEvents } from './wire.ts'

const BATCH_BYTES = 500 * 1024
const BATCH_EVENTS = 2500
const LONGEST_MESSAGE_ID = 99
const CALLS = new Set(['track', 'identify', 'page', 'screen', 'group', 'alias'])

export const judgeAsSegment: Judge = ({ path, writeKey, contentType, body }, keys) => {
  const call = path.replace('/v1/', '')
  if (call !== 'batch' && !CALLS.has(call)) return refused(404, 'not found')
  if (!contentType?.startsWith('application/json')) return refused(400, 'content type must be application/json')
  const split = call === 'batch' ? splitEvents(body, 'batch') : { envelope: body, events: [body] }
  const envelope = split && objectOf(split.envelope)
  if (!split || !envelope) return refused(400, 'malformed JSON')
  if (body.length > BATCH_BYTES) return refused(400, 'request exceeds 500 KB')
  if (split.events.some((event) => event.length > EVENT_BYTES)) return refused(400, 'message exceeds 32 KB')
  const events = split.events.map(objectOf)
  if (events.includes(undefined)) return refused(400, 'malformed JSON')
  const key = writeKey ?? envelope['writeKey']
  const lost = lossOf(isText(key) && (keys?.has(key) ?? true), events.length)
  return accepted(
    '{"success":true}',
    events.map((event, i) => lost ?? judged(event ?? {}, call, split.events[i] ?? '')),
  )
}

/** Why none of the events arrives. */
function lossOf(isKnownKey: boolean, events: number): string | undefined {
  if (!isKnownKey) return 'unknown write key'
  return events > BATCH_EVENTS ? 'more than 2,500 events in a batch' : undefined
}

function judged(body: Readonly<Record<string, unknown>>, call: string, text: string): JudgedEvent {
  const { type = call, event: name, userId, anonymousId, messageId, timestamp } = body
  if (!isText(type) || !CALLS.has(type)) return 'no known type'
  if (type === 'track' && !isText(name)) return 'no event name'
  if (!isText(userId) && !isText(anonymousId)) return 'neither userId nor anonymousId'
  if (!isText(messageId)) return 'no messageId'
  if (messageId.length > LONGEST_MESSAGE_ID) return 'messageId of 100 characters or more'
  if (timestamp !== undefined && !isIsoDate(timestamp)) return 'timestamp is no ISO 8601 date'
  return { messageId, name: type === 'track' ? String(name) : type, text }
}

const isIsoDate = (value: unknown): boolean =>
  isText(value) &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
  !Number.isNaN(Date.parse(value))
