/** A Currents event as a track call, for services that speak Segment's language. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { InputRecord } from '../../cdk/input.ts'
import type { Mapping } from '../../config.ts'
import type { Mapped, Mapper } from '../target.ts'
import { contexts } from './context.ts'
import type { Dialect } from './dialect.ts'
import { headers, rejected } from './header.ts'
import { identifying } from './identify.ts'
import { isDeeperThan } from './json.ts'
import { naming } from './names.ts'
import { loopGuard, openings } from './opening.ts'
import { joined, properties } from './properties.ts'
import type { WriteKeys } from './route.ts'
import type { StreamType } from './stream-type.ts'
import { trackCompiler } from './track-compiler.ts'
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
  writeKeys: WriteKeys,
): Mapper {
  const fields = properties(dialect, type, mapping)
  const { plan, read, of: propertiesOf } = fields
  const headerOf = headers(plan, mapping)
  const nameOf = naming(type, dialect.names, mapping, plan)
  const opening = openings(dialect, mapping)
  const contextOf = contexts(dialect, type, mapping)
  const withinLimit = fitting(plan, eventBytes)
  const identify = identifying(dialect, type, mapping, plan)
  const guard = loopGuard(dialect, mapping)

  const map = ({ data }: InputRecord): Mapped => {
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
    const writeKey = writeKeys.of(data)
    const profile = identify(header, values)
    if (!profile) return { status: 'send', events: [fitted.event], writeKey, trimmed: fitted.trimmed }
    return profile.length <= eventBytes
      ? { status: 'send', events: [fitted.event, profile], writeKey, trimmed: fitted.trimmed }
      : { status: 'send', events: [fitted.event], writeKey, trimmed: [...fitted.trimmed, 'identify'] }
  }
  const compile = trackCompiler(dialect, type, mapping, fields, writeKeys)
  return compile ? Object.assign(map, { compile }) : map
}

const NO_NAME = rejected('no_name', 'The custom event has no name, which the setting custom_events asks for.')
const OVERSIZE = rejected('oversize', 'The event is larger than the service takes, even when trimmed.')

/** The limit in RudderStack's documentation (read 2026-11). */
const MAX_DEPTH = 200
const TOO_DEEP = rejected('too_deep', `The event is nested more than ${MAX_DEPTH} levels deep.`)

/** Two levels are the event's own. */
const isTooDeep = (value: ByteString | undefined): boolean => value !== undefined && isDeeperThan(MAX_DEPTH - 2, value)
