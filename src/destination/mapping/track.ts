/** A Currents event as a track call, for services that speak Segment's language. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { Mapping } from '../../config.ts'
import type { Mapper } from '../target.ts'
import type { Dialect } from './dialect.ts'
import { type Header, headers, rejected } from './header.ts'
import { identifies, identifying } from './identify.ts'
import { isDeeperThan, rawOf } from './json.ts'
import { nameSteps, naming } from './names.ts'
import { loopGuard, openingSteps, openings } from './opening.ts'
import { joined, properties } from './properties.ts'
import type { WriteKeys } from './route.ts'
import { type Program, type Step, text } from './steps.ts'
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
  writeKeys: WriteKeys,
): Mapper {
  const { plan, read, of: propertiesOf, steps: propertySteps } = properties(dialect, type, mapping)
  const headerOf = headers(plan, mapping)
  const nameOf = naming(type, dialect.names, mapping, plan)
  const opening = openings(dialect, mapping)
  const contextOf = contexts(dialect, type, mapping)
  const withinLimit = fitting(plan, eventBytes)
  const identify = identifying(dialect, type, mapping, plan)
  const guard = loopGuard(dialect, mapping)

  const map: Mapper = ({ data }) => {
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
  if (writeKeys.always === undefined || identifies(type, mapping)) return map

  const writeKey = writeKeys.always
  const head = [
    ...text('{"type":"track","event":'),
    ...nameSteps(type, dialect.names, mapping, plan),
    ...text(','),
    ...openingSteps(dialect, mapping, plan),
  ]
  const context = text(usualContext(dialect, type, mapping))
  return Object.assign(map, {
    compile(names: readonly ByteString[]): Program | undefined {
      const outline = plan.outline(names)
      const properties = outline && propertySteps(outline)
      if (!properties) return undefined
      const steps: readonly Step[] = [
        ...head,
        { kind: 'object', key: ',"context":', steps: [...context, ...outline.stepsAt('context')] },
        ...text(guard),
        { kind: 'object', key: ',"traits":', steps: outline.stepsAt('traits') },
        ...text(',"properties":{'),
        ...properties,
        ...text('}}'),
      ]
      return { numbers: outline.numbers, steps, writeKey, isCurrent: outline.isCurrent }
    },
  })
}

const NO_NAME = rejected('no_name', 'The custom event has no name, which the setting custom_events asks for.')
const OVERSIZE = rejected('oversize', 'The event is larger than the service takes, even when trimmed.')

/** The limit in RudderStack's documentation (read 2026-11). */
const MAX_DEPTH = 200
const TOO_DEEP = rejected('too_deep', `The event is nested more than ${MAX_DEPTH} levels deep.`)

/** Two levels are the event's own. */
const isTooDeep = (value: ByteString | undefined): boolean => value !== undefined && isDeeperThan(MAX_DEPTH - 2, value)

/** The members of `context` that no field of the event decides. */
function contexts(dialect: Dialect, type: StreamType, mapping: Mapping) {
  const { extra_fields } = mapping
  const constant = constantContext(dialect, mapping)
  const braze = extra_fields ? { event_type: type.event_type } : {}
  const usual = usualContext(dialect, type, mapping)
  return ({ isSynthetic }: Header, truncated: readonly string[]): ByteString => {
    if (!isSynthetic && truncated.length === 0) return usual
    const marks = { ...(isSynthetic && { synthetic_id: true }), ...(truncated.length > 0 && { truncated }) }
    return joined(constant, `"braze":${rawOf({ ...braze, ...marks })}`)
  }
}

const constantContext = (dialect: Dialect, { extra_fields }: Mapping): ByteString =>
  rawOf(dialect.context(extra_fields)).slice(1, -1)

/** Of an event that has a user and is sent whole. */
const usualContext = (dialect: Dialect, { event_type }: StreamType, mapping: Mapping): ByteString =>
  joined(constantContext(dialect, mapping), mapping.extra_fields ? `"braze":${rawOf({ event_type })}` : '')
