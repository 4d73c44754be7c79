/** The identify calls that keep profiles up to date with what Braze knows of subscriptions and attributes. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { Mapping } from '../../config.ts'
import { among, asObject } from './custom-properties.ts'
import type { Dialect } from './dialect.ts'
import type { FieldName } from './field-name.ts'
import type { Header } from './header.ts'
import { rawOf, textOf } from './json.ts'
import { layoutOf } from './layout.ts'
import { newestOf } from './newest.ts'
import { loopGuard, openings } from './opening.ts'
import type { Place } from './places.ts'
import type { Plan, Values } from './plan.ts'
import type { StreamType } from './stream-type.ts'

/** Traits without braces, and what of the user they tell: news of the same subject replace each other. */
interface Traits {
  readonly subject: string
  readonly members: ByteString
}
type TraitsOf = (values: Values) => Traits | undefined

/**
 * The identify call of an event, or undefined if there is nothing to say about its user.
 *
 * - Off by default: Braze's own connections send none.
 * - `context.active` is false, for it was not the user who was active.
 * - What is older than what this run has said of the same user is not said any more.
 */
export function identifying(
  dialect: Dialect,
  type: StreamType,
  mapping: Mapping,
  plan: Plan,
): (header: Header, values: Values) => ByteString | undefined {
  const traitsOf = identifies(type, mapping) ? TRAITS[type.event_type]?.(plan) : undefined
  if (!traitsOf) return () => undefined
  const opening = openings(dialect, mapping, '-identify')
  const guard = loopGuard(dialect, mapping)
  const isNews = newestOf()
  return (header, values) => {
    const traits = header.isSynthetic ? undefined : traitsOf(values)
    if (!traits || !isNews(`${header.userId || header.anonymousId} ${traits.subject}`, header.timestamp))
      return undefined
    const context = `{"active":false${dialect.traitsInContext ? `,"traits":{${traits.members}}` : ''}}`
    return `{"type":"identify",${opening(header)},"context":${context}${guard},"traits":{${traits.members}}}`
  }
}

/** Whether events of the type have identify calls. */
export const identifies = ({ event_type }: StreamType, { profiles }: Mapping): boolean =>
  profiles === 'identify' && Object.hasOwn(TRAITS, event_type)

const TRAITS: Readonly<Record<string, (plan: Plan) => TraitsOf>> = {
  'users.behaviors.subscription.GlobalStateChange': globalSubscription,
  'users.behaviors.subscriptiongroup.StateChange': groupSubscription,
  'users.profile.Update': profile,
}

/** `email_subscribe: opted_in`, in the words of Braze's user attributes. */
function globalSubscription(plan: Plan): TraitsOf {
  const [channel, status] = [plan.numberOf('channel'), plan.numberOf('subscription_status')]
  return (values) => {
    const name = textOf(values[channel])?.toLowerCase()
    const state = stateOf(values[status])
    if (state === '' || (name !== 'email' && name !== 'push')) return undefined
    return { subject: name, members: `"${name}_subscribe":${state}` }
  }
}

/** `subscription_groups: { <id>: subscribed }`. */
function groupSubscription(plan: Plan): TraitsOf {
  const [group, status] = [plan.numberOf('subscription_group_id'), plan.numberOf('subscription_status')]
  return (values) => {
    const id = textOf(values[group])
    const state = stateOf(values[status])
    return id && state ? { subject: id, members: `"subscription_groups":{${rawOf(id)}:${state}}` } : undefined
  }
}

/** "Opted-In" as `"opted_in"`. */
const stateOf = (raw: ByteString | undefined): ByteString => {
  const text = textOf(raw)
  return text ? rawOf(text.toLowerCase().replaceAll(/[\s-]+/g, '_')) : ''
}

/** The names of Segment's identify spec (https://segment.com/docs/connections/spec/identify/, read 2026-11). */
const PROFILE_TRAITS: readonly (readonly [FieldName, Place])[] = [
  ['country', 'address.country'],
  ['dob', 'birthday'],
  ['email_address', 'email'],
  ['first_name', 'firstName'],
  ['gender', 'gender'],
  ['home_city', 'address.city'],
  ['language', 'language'],
  ['last_name', 'lastName'],
  ['phone_number', 'phone'],
  ['timezone', 'timezone'],
]

/** The standard attributes, and the customer's own ones among them. */
function profile(plan: Plan): TraitsOf {
  const layout = layoutOf()
  for (const [field, place] of PROFILE_TRAITS) layout.add(place, plan.numberOf(field))
  const custom = plan.numberOf('custom_attributes')
  return (values) => {
    const standard = layout.membersAt('', values)
    const isTaken = (name: ByteString) =>
      layout.hasMember('', name, values) || (name === 'address' && layout.membersAt(name, values) !== '')
    const own = among(asObject(values[custom]), isTaken)
    const members = standard && own ? `${standard},${own}` : standard + own
    return members === '' ? undefined : { subject: '', members }
  }
}
