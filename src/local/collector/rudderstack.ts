/**
 * RudderStack's gateway: https://github.com/rudderlabs/rudder-server/tree/master/gateway (read 2025-11).
 * One bad event fails the whole request. The limit of 32 KB an event is documented, but nothing says what exceeds it.
 */
import {
  accepted,
  EVENT_BYTES,
  isText,
  type Judge,
  type JudgedEvent,
  objectOf,
  type ReceivedRequest,
  refused,
  type Verdict,
} from './rules.ts'
import { type Split, splitEvents } from './wire.ts'

const REQUEST_BYTES = 4000 * 1024
const CALLS = new Set(['track', 'identify', 'page', 'screen', 'group', 'alias', 'merge'])

export const judgeAsRudderstack: Judge = (request, keys) => {
  const call = request.path.replace('/v1/', '')
  if (call !== 'batch' && call !== 'webhook' && !CALLS.has(call)) return refused(404, 'not found')
  if (request.writeKey === undefined) return refused(401, 'failed to read writekey from header')
  if (keys && !keys.has(request.writeKey)) return refused(401, 'invalid write key')
  if (request.body.length > REQUEST_BYTES) return refused(413, 'request size exceeds max limit')
  if (call === 'webhook') return judgeEvents(request, 'events', brazeEvent)
  return call === 'batch' ? judgeEvents(request, 'batch', rudderEvent) : judgeOne(request, call)
}

type JudgeEvent = (event: Readonly<Record<string, unknown>>, text: string) => JudgedEvent | Verdict

function judgeEvents({ body }: ReceivedRequest, member: string, judge: JudgeEvent): Verdict {
  if (!objectOf(body)) return refused(400, 'invalid json')
  const split = splitEvents(body, member)
  return split && split.events.length > 0 ? judgeAll(split, judge) : refused(400, 'empty batch payload')
}

const judgeOne = ({ body }: ReceivedRequest, type: string): Verdict =>
  judgeAll({ envelope: '{}', events: [body] }, (event, text) => rudderEvent({ ...event, type }, text))

function judgeAll({ events }: Split, judge: JudgeEvent): Verdict {
  const judged: JudgedEvent[] = []
  for (const text of events) {
    const event = objectOf(text)
    const verdict = event ? judge(event, text) : refused(400, 'event is not a valid rudder event')
    if (typeof verdict === 'object' && 'status' in verdict) return verdict
    judged.push(verdict)
  }
  return accepted('OK', judged)
}

const rudderEvent: JudgeEvent = ({ type, event, userId, anonymousId, messageId }, text) => {
  if (!isText(userId) && !isText(anonymousId)) return refused(400, 'request neither has anonymousId nor userId')
  if (!isText(type) || !CALLS.has(type)) return refused(400, 'event is not a valid rudder event')
  if (type === 'track' && !isText(event)) return 'no event name'
  return kept(messageId, type === 'track' ? event : type, text)
}

/** A source of the type Braze takes what Braze's own connector posts. */
const brazeEvent: JudgeEvent = ({ id, event_type, user }, text) => {
  const { user_id, external_user_id } = Object(user) as Readonly<Record<string, unknown>>
  if (!isText(user_id) && !isText(external_user_id)) return refused(400, 'request neither has anonymousId nor userId')
  return isText(event_type) ? kept(id, event_type, text) : 'no event name'
}

function kept(messageId: unknown, name: unknown, text: string): JudgedEvent {
  if (!isText(messageId)) return 'no messageId'
  return text.length > EVENT_BYTES ? 'event over 32 KB' : { messageId, name: String(name), text }
}
