/** What track and identify calls have in common. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { Mapping } from '../../config.ts'
import type { Dialect } from './dialect.ts'
import type { Header } from './header.ts'
import { rawOf } from './json.ts'
import { aroundId, messageIds } from './message-id.ts'
import type { Plan } from './plan.ts'
import { type Step, text } from './steps.ts'

/** Their first members after `type`. `suffix` tells apart the calls that are made of one event. */
export function openings(dialect: Dialect, { extra_fields, message_id_prefix }: Mapping, suffix = '') {
  const messageIdOf = messageIds(message_id_prefix ?? '', suffix)
  return ({ id, timestamp, userId, anonymousId }: Header): ByteString =>
    `"messageId":${messageIdOf(id)},"timestamp":"${timestamp}"${dialect.beside(timestamp, extra_fields)}` +
    (userId && `,"userId":${userId}`) +
    (anonymousId && `,"anonymousId":${anonymousId}`)
}

/** The same as steps, for events that name their user. */
export function openingSteps(dialect: Dialect, mapping: Mapping, plan: Plan): readonly Step[] {
  const { extra_fields, message_id_prefix, anonymous_users } = mapping
  const { before, after, room } = aroundId(message_id_prefix ?? '')
  const time: Step = { kind: 'time', number: plan.numberOf('time') }
  const beside = dialect.beside(TIMESTAMP, extra_fields).split(TIMESTAMP)
  const needId: readonly Step[] = [{ kind: 'need-id' }]
  return [
    ...text(`"messageId":${before}`),
    { kind: 'bare-id', number: plan.numberOf('id'), maxBytes: room },
    ...text(`${after},"timestamp":"`),
    ...(extra_fields ? [{ kind: 'absent', number: plan.numberOf('time_ms') } as const] : []),
    time,
    ...text('"'),
    ...beside.flatMap((part, i) => [...(i > 0 ? [time] : []), ...text(part)]),
    { kind: 'id', key: ',"userId":', number: plan.numberOf('external_user_id') },
    ...(anonymous_users === 'skip' ? needId : []),
    { kind: 'id', key: ',"anonymousId":', number: plan.numberOf('user_id') },
    ...needId,
  ]
}

/** Stands for the time in a text that holds it. */
const TIMESTAMP = '\0'

/** Their `integrations`, with the comma before it. */
export const loopGuard = (dialect: Dialect, { loop_guard }: Mapping): ByteString =>
  loop_guard ? `,"integrations":${rawOf(dialect.loopGuard)}` : ''
