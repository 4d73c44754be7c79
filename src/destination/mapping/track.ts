/** A Currents event as a track call, for services that speak Segment's language. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { InputRecord } from '../../cdk/input.ts'
import type { Mapping } from '../../config.ts'
import type { Mapper } from '../target.ts'
import type { Dialect } from './dialect.ts'
import { type Header, headers, rejected } from './header.ts'
import { identifying } from './identify.ts'
import { isDeeperThan, rawOf } from './json.ts'
import { naming } from './names.ts'
import { loopGuard, openings } from './opening.ts'
import { joined, properties } from './properties.ts'
import type { StreamType } from './stream-type.ts'
import { fitting } from './trim.ts'

/**
 * - `messageId` is the event's own id, so that a record delivered twice counts once.
 * - `time` is in seconds since the Unix epoch; `timestamp` is ISO 8601.
 * - `userId` is the customer's id of the user, `anonymousId` is Braze's.
 */
export function trackMapper(
  dialect: Dialect,
  type: StreamType,
  mapping: Mapping,
  eventBytes: number,
  writeKeyOf: (data: InputRecord['data']) => string,
): Mapper {
  const { plan, read, of: propertiesOf } = properties(dialect, type, mapping)
  const headerOf = headers(plan, mapping)
  const nameOf = naming(type, dialect.names, mapping, plan)
  const opening = openings(dialect, mapping)
  const contextOf = contexts(dialect, type, mapping)
  const withinLimit = fitting(plan, eventBytes)
  const identify = identifying(dialect, type, mapping, plan)
  const guard = loopGuard(dialect, mapping)

  return ({ data }) => {
    const values = read(data)
    const header = headerOf(values)
    if (header.status !== 'ok') return header
    const name = nameOf(values)
    if (name === '') return NO_NAME
    if (values.some(isTooDeep)) return TOO_DEEP
    const fitted = withinLimit(values, (values, truncated) => {
      const context = joined(contextOf(header, truncated), plan.membersAt('context', values))
      const traits = plan.membersAt('traits', values)
      return (
        `{"type":"track","event":${name},${opening(header)}` +
        `${context && `,"context":{${context}}`}${guard}${traits && `,"traits":{${traits}}`}` +
        `,"properties":{${propertiesOf(header.id, values)}}}`
      )
    })
    if (!fitted) return OVERSIZE
    const writeKey = writeKeyOf(data)
    const profile = identify(header, values)
    if (!profile) return { status: 'send', events: [fitted.event], writeKey, trimmed: fitted.trimmed }
    return profile.length <= eventBytes
      ? { status: 'send', events: [fitted.event, profile], writeKey, trimmed: fitted.trimmed }
      : { status: 'send', events: [fitted.event], writeKey, trimmed: [...fitted.trimmed, 'identify'] }
  }
}

const NO_NAME = rejected('no_name', 'The custom event has no name, which the setting custom_events asks for.')
const OVERSIZE = rejected('oversize', 'The event is larger than the service takes, even when trimmed.')

/** The limit in RudderStack's documentation (read 2026-11). */
const MAX_DEPTH = 200
const TOO_DEEP = rejected('too_deep', `The event is nested more than ${MAX_DEPTH} levels deep.`)

/** Two levels are the event's own. */
const isTooDeep = (value: ByteString | undefined): boolean => value !== undefined && isDeeperThan(MAX_DEPTH - 2, value)

/** The members of `context` that no field of the event decides. */
function contexts(dialect: Dialect, { event_type }: StreamType, { extra_fields }: Mapping) {
  const constant = rawOf(dialect.context(extra_fields)).slice(1, -1)
  const braze = extra_fields ? { event_type } : {}
  const usual = joined(constant, extra_fields ? `"braze":${rawOf(braze)}` : '')
  return ({ isSynthetic }: Header, truncated: readonly string[]): ByteString => {
    if (!isSynthetic && truncated.length === 0) return usual
    const marks = { ...(isSynthetic && { synthetic_id: true }), ...(truncated.length > 0 && { truncated }) }
    return joined(constant, `"braze":${rawOf({ ...braze, ...marks })}`)
  }
}
