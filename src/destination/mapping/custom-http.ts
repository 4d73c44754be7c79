/** An event as Braze itself sends it to a webhook: Custom HTTP JSON, rebuilt from the flat record. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { Mapping } from '../../config.ts'
import type { Mapper } from '../target.ts'
import { asObject } from './custom-properties.ts'
import { headers, rejected } from './header.ts'
import { rawOf } from './json.ts'
import { messageIds } from './message-id.ts'
import { customHttpNames, customHttpPlaces } from './places.ts'
import { planOf } from './plan.ts'
import type { WriteKeys } from './route.ts'
import type { StreamType } from './stream-type.ts'

/**
 * Source: Braze's Custom HTTP connector page and samples (read 2026-11). Names and layout are not ours to choose here,
 * so of the mapping's settings only those count that decide who and what is sent.
 */
export function customHttpMapper(type: StreamType, mapping: Mapping, eventBytes: number, writeKeys: WriteKeys): Mapper {
  const plan = planOf(customHttpPlaces(type), customHttpNames(type))
  const headerOf = headers(plan, mapping)
  const idOf = messageIds(mapping.message_id_prefix ?? '')
  const [time, user, custom] = [plan.numberOf('time'), plan.numberOf('user_id'), plan.numberOf('properties')]
  const isCustom = type.described?.schema.properties['properties'] !== undefined
  const eventType = rawOf(type.event_type)

  return ({ data }) => {
    const values = plan.read(data)
    const header = headerOf(values)
    if (header.status !== 'ok') return header
    // One event without any user would make RudderStack refuse the whole request.
    if (header.isSynthetic) values[user] = header.anonymousId
    if (isCustom) values[custom] = asObject(values[custom])
    const event =
      `{"event_type":${eventType},"id":${idOf(header.id)},"time":${secondsOf(values[time], header.timestamp)},` +
      `"user":{${plan.membersAt('user', values)}},"properties":{${plan.membersAt('properties', values)}}}`
    if (event.length > eventBytes) return OVERSIZE
    return { status: 'send', events: [event], writeKey: writeKeys.of(data), trimmed: [] }
  }
}

const OVERSIZE = rejected('oversize', 'The event is larger than Braze would send.')

/** A number, even if the record has milliseconds only, or its numbers as strings. */
const secondsOf = (time: ByteString | undefined, timestamp: string): ByteString =>
  time && !time.startsWith('"') ? time : String(Math.floor(Date.parse(timestamp) / 1000))
