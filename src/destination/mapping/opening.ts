/** What track and identify calls have in common. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { Mapping } from '../../config.ts'
import type { Dialect } from './dialect.ts'
import type { Header } from './header.ts'
import { rawOf } from './json.ts'
import { messageIds } from './message-id.ts'

/** Their first members after `type`. `suffix` tells apart the calls that are made of one event. */
export function openings(dialect: Dialect, { extra_fields, message_id_prefix }: Mapping, suffix = '') {
  const messageIdOf = messageIds(message_id_prefix ?? '', suffix)
  return ({ id, timestamp, userId, anonymousId }: Header): ByteString =>
    `"messageId":${messageIdOf(id)},"timestamp":"${timestamp}"${dialect.beside(timestamp, extra_fields)}` +
    (userId && `,"userId":${userId}`) +
    (anonymousId && `,"anonymousId":${anonymousId}`)
}

/** Their `integrations`, with the comma before it. */
export const loopGuard = (dialect: Dialect, { loop_guard }: Mapping): ByteString =>
  loop_guard ? `,"integrations":${rawOf(dialect.loopGuard)}` : ''
