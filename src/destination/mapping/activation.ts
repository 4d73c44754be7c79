/** Records of any source as track and identify calls, once the user has mapped their fields to those of the call. */
import { createHash } from 'node:crypto'
import type { ByteString } from '../../cdk/bytes.ts'
import { ConfigError } from '../../cdk/errors.ts'
import type { RawObject } from '../../cdk/input.ts'
import type { ConfiguredAirbyteStream } from '../../cdk/protocol.ts'
import { writeRaw } from '../../cdk/raw-object.ts'
import type { Mapping } from '../../config.ts'
import type { Mapper } from '../target.ts'
import { among, asObject } from './custom-properties.ts'
import type { Dialect } from './dialect.ts'
import { rejected } from './header.ts'
import { rawOf, textOf } from './json.ts'
import { LIBRARY } from './library.ts'
import { idOf, messageIds } from './message-id.ts'
import { loopGuard } from './opening.ts'
import { isOperation, type Operation, operations } from './operations.ts'
import { planOf } from './plan.ts'
import { joined } from './properties.ts'
import type { WriteKeys } from './route.ts'

/** The operation that a stream is mapped to; undefined if its records are to be recognised as Currents events. */
export function operationOf({ stream, destination_object_name: name }: ConfiguredAirbyteStream): Operation | undefined {
  if (!name) return undefined
  if (isOperation(name)) return name
  const known = operations().map(({ object_name }) => object_name)
  throw new ConfigError(`Stream "${stream.name}" is mapped to "${name}". Map it to one of: ${known.join(', ')}.`)
}

/** Where the members stand that have no field of their own. */
const OBJECTS = { track: 'properties', identify: 'traits' } as const

type Field = 'event' | 'userId' | 'anonymousId' | 'messageId' | 'timestamp' | 'properties' | 'traits'

export function activationMapper(
  dialect: Dialect,
  operation: Operation,
  mapping: Mapping,
  eventBytes: number,
  writeKeys: WriteKeys,
): Mapper {
  const object = OBJECTS[operation]
  const own: readonly string[] = ['event', 'userId', 'anonymousId', 'messageId', 'timestamp', object]
  const plan = planOf<Field>((name) => (own.includes(name) ? [] : [`${object}.${name}`]))
  const number = plan.numberOf
  const [event, user, anonymous, id] = [number('event'), number('userId'), number('anonymousId'), number('messageId')]
  const [time, whole] = [number('timestamp'), number(object)]
  const messageIdOf = messageIds(mapping.message_id_prefix ?? '')
  const rest = `,"context":{"library":${rawOf(LIBRARY)}}${loopGuard(dialect, mapping)}`

  return ({ data }) => {
    const values = plan.read(data)
    const [name, userId, anonymousId] = [idOf(values[event]), idOf(values[user]), idOf(values[anonymous])]
    if (operation === 'track' && name === '') return rejected('no_name', 'The record names no event.')
    if (userId === '' && anonymousId === '') return rejected('no_user', 'The record names no user.')
    const timestamp = isoOf(values[time])
    if (timestamp === undefined) return rejected('no_time', 'The timestamp is no time.')
    const isTaken = (name: ByteString) => plan.hasMember(object, name, values)
    const members = joined(plan.membersAt(object, values), among(asObject(values[whole]), isTaken))
    const call =
      `{"type":"${operation}","messageId":${messageIdOf(idOf(values[id]) || idOfContent(data))}` +
      (operation === 'track' ? `,"event":${name}` : '') +
      (timestamp && `,"timestamp":"${timestamp}"`) +
      (userId && `,"userId":${userId}`) +
      (anonymousId && `,"anonymousId":${anonymousId}`) +
      `${rest},"${object}":{${members}}}`
    if (call.length > eventBytes) return rejected('oversize', 'The call is larger than the service takes.')
    return { status: 'send', events: [call], writeKey: writeKeys.of(data), trimmed: [] }
  }
}

/** The same for the same record in every run. */
const idOfContent = (data: RawObject): ByteString =>
  `"${createHash('sha256').update(writeRaw(data), 'latin1').digest('base64url')}"`

/** '' for no value; undefined for one that is no time. Numbers are seconds. */
function isoOf(raw: ByteString | undefined): string | undefined {
  if (!raw) return ''
  const text = textOf(raw) ?? ''
  const date = new Date(raw.startsWith('"') ? text : Number(text) * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
