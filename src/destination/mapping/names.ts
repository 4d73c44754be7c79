/** What an event is called. */
import { eventTypeOf } from '../../catalog.ts'
import type { ByteString } from '../../cdk/bytes.ts'
import type { Mapping } from '../../config.ts'
import { rawOf, textOf } from './json.ts'
import type { Plan, Values } from './plan.ts'
import { type Step, text } from './steps.ts'
import type { StreamType } from './stream-type.ts'

export type NameProfile = NonNullable<Mapping['event_names']>

/** The name of each event of a stream, as a JSON string; '' for a custom event that has none. */
export function naming(
  type: StreamType,
  byDefault: NameProfile,
  mapping: Mapping,
  plan: Plan,
): (values: Values) => ByteString {
  const name = rawOf(standardName(type, mapping, byDefault))
  if (!hasOwnName(type, mapping)) return () => name
  const own = plan.numberOf('name')
  const prefix = prefixOf(mapping)
  return (values) => {
    const text = textOf(values[own])
    return text?.trim() ? rawOf(prefix + text) : ''
  }
}

/** The same as steps. */
export function nameSteps(type: StreamType, byDefault: NameProfile, mapping: Mapping, plan: Plan): readonly Step[] {
  if (!hasOwnName(type, mapping)) return text(rawOf(standardName(type, mapping, byDefault)))
  return [...text(`"${prefixOf(mapping)}`), { kind: 'bare-name', number: plan.numberOf('name') }, ...text('"')]
}

const hasOwnName = ({ event_type }: StreamType, { custom_events }: Mapping): boolean =>
  event_type === 'users.behaviors.CustomEvent' && custom_events !== 'fixed'

const prefixOf = ({ custom_events }: Mapping): string => (custom_events === 'prefixed' ? 'Braze: ' : '')

function standardName(type: StreamType, { event_names, purchases, rename }: Mapping, byDefault: NameProfile): string {
  const isOrder = type.event_type === 'users.behaviors.Purchase' && purchases === 'order_completed'
  return renamedTo(type, rename) ?? (isOrder ? 'Order Completed' : profileName(type, event_names ?? byDefault))
}

/** The name in the user's own words. */
const renamedTo = (type: StreamType, renamed: Mapping['rename']): string | undefined =>
  renamed.find(({ event_type }) => isSame(event_type, type))?.name

const isSame = (spelling: string, { event_type, described }: StreamType): boolean =>
  spelling === event_type || (described !== undefined && eventTypeOf(spelling) === described)

/** The name that a type has in one of the published lists. */
export function profileName({ event_type, described }: StreamType, profile: NameProfile): string {
  if (profile === 'raw') return event_type
  return described?.segment_names[profile] ?? guessedName(event_type)
}

/**
 * The name that the documented ones suggest for a type that nobody has described: `users.messages.fax.Send` is
 * "Fax Sent".
 */
export function guessedName(event_type: string): string {
  const [verb = '', channel = ''] = event_type.split('.').reverse()
  return [wordFor(channel, CHANNELS), wordFor(verb, VERBS)].join(' ').trim()
}

const wordFor = (name: string, known: Readonly<Record<string, string>>): string =>
  (Object.hasOwn(known, name) ? known[name] : undefined) ?? words(name)

/** `SoftBounce` as "Soft Bounce". */
const words = (name: string): string =>
  name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/^./, (first) => first.toUpperCase())

/** The documented names' words for channels and verbs. Empty: the folder says nothing that the verb does not. */
const CHANNELS: Readonly<Record<string, string>> = {
  agentconsole: 'Agent',
  app: '',
  banner: 'Banner',
  behaviors: '',
  campaigns: 'Campaign',
  canvas: 'Canvas',
  canvasstep: 'Canvas Step',
  contentcard: 'Content Card',
  contentoptimizer: 'Content Optimizer',
  costep: 'Content Optimizer Step',
  email: 'Email',
  experimentstep: 'Experiment Step',
  featureflag: 'Feature Flag',
  inappmessage: 'In-App Message',
  landingpage: 'Landing Page',
  line: 'LINE',
  liveactivity: 'Live Activity',
  newsfeedcard: 'News Feed Card',
  profile: 'User Profile',
  pushnotification: 'Push Notification',
  rcs: 'RCS',
  sms: 'SMS',
  survey: 'Survey',
  users: 'User',
  webhook: 'Webhook',
  whatsapp: 'WhatsApp',
}

const VERBS: Readonly<Record<string, string>> = {
  Abort: 'Aborted',
  Bounce: 'Bounced',
  Click: 'Clicked',
  Conversion: 'Converted',
  Deferral: 'Deferred',
  Delivery: 'Delivered',
  DeliveryFailure: 'Delivery Failed',
  Dismiss: 'Dismissed',
  Entry: 'Entered',
  Failure: 'Failed',
  FormSubmission: 'Form Submitted',
  Impression: 'Viewed',
  InboundReceive: 'Inbound Received',
  Open: 'Opened',
  Read: 'Read',
  Rejection: 'Rejected',
  Response: 'Responded',
  Retry: 'Retried',
  Send: 'Sent',
  SoftBounce: 'Soft Bounced',
  StateChange: 'State Changed',
  Update: 'Updated',
}
