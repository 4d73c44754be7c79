/** A worked example for each event type: a record with values of our own, and the calls that are made of it. */
import type { EventField, EventType } from '../../src/catalog.ts'
import { fromByteString, toByteString } from '../../src/cdk/bytes.ts'
import { DestinationConfig } from '../../src/config.ts'
import { targetOf } from '../../src/destination/target-of.ts'

export function example(type: EventType): string {
  const record = exampleRecord(type)
  const [segment, rudderstack] = [callOf(SEGMENT, type, record), callOf(RUDDERSTACK, type, record)]
  return `<details><summary>Example: <code>${type.event_type}</code></summary>

<table><tr><th>Record</th><th>Segment</th><th>RudderStack</th></tr><tr valign="top">
${[record, segment, rudderstack].map((value) => `<td>\n\n\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`\n\n</td>`).join('\n')}
</tr></table></details>`
}

const SEGMENT = { service: 'segment', write_key: 'key' } as const
const RUDDERSTACK = { service: 'rudderstack', data_plane_url: 'https://example.com', write_key: 'key' } as const

/** The call without what is the same in every call. */
function callOf(destination: typeof SEGMENT | typeof RUDDERSTACK, { event_type }: EventType, data: object): object {
  const json_schema = { type: 'object' }
  const map = targetOf(DestinationConfig.parse({ destination })).mapper({
    stream: { name: event_type, json_schema },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  })
  const names = Object.keys(data)
  const values = Object.values(data).map((value) => toByteString(JSON.stringify(value)))
  const mapped = map({ type: 'RECORD', stream: event_type, namespace: undefined, data: { names, values }, line: '' })
  if (mapped.status !== 'send') throw new Error(`The example of ${event_type} is not sent: ${mapped.reason}`)
  const call = JSON.parse(fromByteString(mapped.events[0] ?? ''))
  const { integrations: _, originalTimestamp: _o, channel: _c, context, ...rest } = call
  const { library: _l, integration: _i, ...more } = context
  return { ...rest, context: more }
}

const exampleRecord = ({ schema }: EventType): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schema.properties)
      .filter(([, { deprecated }]) => !deprecated)
      .map(([name, field]) => [name, EXAMPLES[name] ?? exampleOf(name, field)]),
  )

function exampleOf(name: string, { type }: EventField): unknown {
  const [kind] = [type].flat().filter((one) => one !== 'null')
  if (kind === 'boolean') return true
  if (kind === 'integer' || kind === 'number') return 3
  if (kind === 'array') return [name.replaceAll('_', '-')]
  if (kind === 'object') return { colour: 'red' }
  return name.endsWith('_id') ? `${name.slice(0, -3).replaceAll('_', '-')}-1` : name.replaceAll('_', ' ')
}

/** Values that look like those of real events. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  id: '4f5f9d1e-8a3b-4c6d-9e2f-1a2b3c4d5e6f',
  time: 1_767_323_045,
  time_ms: 1_767_323_045_678,
  user_id: '65b2f0c1d4e5f60012ab34cd',
  external_user_id: 'customer-7',
  email_address: 'ada@example.com',
  to_phone_number: '+49301234567',
  user_phone_number: '+49301234567',
  phone_number: '+49301234567',
  timezone: 'Europe/Berlin',
  language: 'de',
  country: 'DE',
  platform: 'ios',
  os_version: '18.1',
  device_model: 'iPhone 15',
  user_agent: 'Mozilla/5.0',
  url: 'https://example.com/offer',
  subscription_status: 'Subscribed',
  channel: 'email',
  currency: 'EUR',
  price: 19.99,
  custom_attributes: '{"plan":"pro"}',
}
