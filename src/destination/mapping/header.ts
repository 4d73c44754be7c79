/** What every call says first: which event, when, whose. Also who is left out, and what no service would take. */
import { createHash } from 'node:crypto'
import type { ByteString } from '../../cdk/bytes.ts'
import type { Mapping } from '../../config.ts'
import type { Mapped, RejectReason } from '../target.ts'
import type { FieldName } from './field-name.ts'
import { idOf } from './message-id.ts'
import type { Plan, Values } from './plan.ts'
import { timestampOf } from './timestamp.ts'

/** Ids are JSON strings, '' if there is none. */
export interface Header {
  readonly status: 'ok'
  readonly id: ByteString
  /** ISO 8601. */
  readonly timestamp: string
  readonly userId: ByteString
  readonly anonymousId: ByteString
  /** `anonymousId` was made of the event, which names no user. */
  readonly isSynthetic: boolean
}

export type Refusal = Exclude<Mapped, { readonly status: 'send' }>

export function headers(plan: Plan, mapping: Mapping): (values: Values) => Header | Refusal {
  const [id, time, timeMs] = (['id', 'time', 'time_ms'] as const).map(plan.numberOf) as [number, number, number]
  const usersOf = users(plan, mapping)
  return (values) => {
    const eventId = idOf(values[id])
    if (eventId === '') return rejected('no_id', 'The event has no id.')
    // Native connections know seconds only.
    const timestamp = timestampOf(values[time], mapping.extra_fields ? values[timeMs] : undefined)
    if (timestamp === undefined) return rejected('no_time', 'The event has no time between 1970 and 9999.')
    const user = usersOf(values, eventId)
    return 'status' in user ? user : { status: 'ok', id: eventId, timestamp, ...user }
  }
}

export const rejected = (reason: RejectReason, message: string): Refusal => ({ status: 'rejected', reason, message })

type User = Pick<Header, 'userId' | 'anonymousId' | 'isSynthetic'>

function users(plan: Plan, mapping: Mapping): (values: Values, eventId: ByteString) => User | Refusal {
  const [external, braze] = [plan.numberOf('external_user_id'), plan.numberOf('user_id')]
  const traces = TRACES.map(({ kind, field }) => ({ kind, number: plan.numberOf(field) }))
  return (values, eventId) => {
    const [userId, anonymousId] = [idOf(values[external]), idOf(values[braze])]
    if (userId === '' && anonymousId !== '' && mapping.anonymous_users === 'skip') return ANONYMOUS
    if (userId !== '' || anonymousId !== '') return { userId, anonymousId, isSynthetic: false }
    if (mapping.users_without_id === 'reject') return rejected('no_user', 'The event names no user.')
    const trace = traces.find(({ number }) => idOf(values[number]) !== '')
    const synthetic = trace ? syntheticId(trace.kind, idOf(values[trace.number])) : syntheticId('event', eventId)
    return { userId, anonymousId: synthetic, isSynthetic: true }
  }
}

const ANONYMOUS: Refusal = { status: 'skipped', reason: 'anonymous_user' }

/** What links events without a user to each other, best first. */
const TRACES: readonly { readonly kind: string; readonly field: FieldName }[] = [
  { kind: 'phone', field: 'user_phone_number' },
  { kind: 'phone', field: 'to_phone_number' },
  { kind: 'phone', field: 'phone_number' },
  { kind: 'line', field: 'native_line_id' },
  { kind: 'whatsapp', field: 'bsuid' },
  { kind: 'survey', field: 'survey_session_id' },
  { kind: 'request', field: 'request_id' },
]

/** The same for the same trace in every run. */
function syntheticId(kind: string, trace: ByteString): ByteString {
  const hash = createHash('sha256').update(`${kind}:${trace}`, 'latin1').digest('hex')
  return `"synthetic-${kind}-${hash.slice(0, 32)}"`
}
