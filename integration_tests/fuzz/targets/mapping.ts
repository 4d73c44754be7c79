import { fromByteString } from '../../../src/cdk/bytes.ts'
import { ConfigError } from '../../../src/cdk/errors.ts'
import type { InputRecord } from '../../../src/cdk/input.ts'
import { readMessages } from '../../../src/cdk/read-lines.ts'
import { DestinationConfig } from '../../../src/config.ts'
import type { Mapped, Mapper, Target as Service } from '../../../src/destination/target.ts'
import { targetOf } from '../../../src/destination/target-of.ts'
import type { Target } from '../target.ts'
import { check, collected, isObject, parsed, whole } from './check.ts'

const SEGMENT = { service: 'segment', write_key: 'key' }
const RUDDERSTACK = { service: 'rudderstack', data_plane_url: 'https://example.com', write_key: 'key' }
const SERVICES: readonly Service[] = [
  { destination: SEGMENT },
  { destination: SEGMENT, mapping: { custom_events: 'own_name', purchases: 'order_completed', profiles: 'identify' } },
  { destination: SEGMENT, mapping: { extra_fields: false, event_names: 'braze_native', users_without_id: 'reject' } },
  { destination: RUDDERSTACK, mapping: { custom_events: 'prefixed', message_id_prefix: 'p-' } },
  { destination: RUDDERSTACK, mapping: { extra_fields: false, anonymous_users: 'skip' } },
  { destination: { ...RUDDERSTACK, delivery: 'webhook' } },
].map((config) => targetOf(DestinationConfig.parse(config)))

const record = (stream: string, data: object): Buffer =>
  Buffer.from(JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: 0 } }))
const BASE = { id: 'event-1', time: 1_700_000_000, user_id: 'braze-1', external_user_id: 'user-1' }

/** A record of any content is sent, skipped or rejected, and what is sent is JSON within the limits. */
export const mapping: Target = {
  name: 'mapping',
  words: [
    ...'id time time_ms user_id external_user_id properties email_address phone_number timezone app_id device_id price currency quantity __proto__ constructor toString _unparsed gender url platform os_version'
      .split(' ')
      .map((name) => `"${name}":`),
    '"users.behaviors.Purchase"',
    '"users.profile.Update"',
    '8640000000000001',
    '-62135596800',
    '1e400',
    '12345678901234567890',
    '"\\ud83d"',
    'null,',
    '{"a":{"b":[1]}}',
    '"'.padEnd(2000, 'x'),
  ],
  seeds: () => [
    record('users.messages.email.Open', { ...BASE, email_address: 'a@b.c', user_agent: 'x', machine_open: 'true' }),
    record('users.behaviors.CustomEvent', { ...BASE, name: 'n', properties: { a: 1, b: { c: [null] } } }),
    record('users.behaviors.Purchase', { ...BASE, product_id: 'p', price: 1.5, currency: 'EUR', properties: {} }),
    record('users.messages.pushnotification.Send', {
      ...BASE,
      device_id: 'd',
      platform: 'ios',
      app_id: 'a',
      timezone: 'Europe/Berlin',
    }),
    record('users.profile.Update', { ...BASE, time_ms: 1_700_000_000_123, email: 'a@b.c', gender: 'F' }),
    record('users.behaviors.subscription.GlobalStateChange', {
      ...BASE,
      subscription_status: 'Subscribed',
      state_change_source: 'x',
    }),
    record('users.behaviors.Location', { ...BASE, longitude: 1.5, latitude: -2, altitude: 1e10 }),
  ],
  async run(input) {
    const messages = (await collected(readMessages(whole(input)))).flat()
    const records = messages.filter((message) => message.type === 'RECORD')
    return [...new Set(records.flatMap((each) => SERVICES.map((service, i) => labelOf(service, i, each))))]
      .sort()
      .join()
  },
}

function labelOf(service: Service, index: number, record: InputRecord): string {
  const map = mapperOf(service, index, record)
  if (!map) return 'no stream'
  const mapped = map(record)
  if (mapped.status === 'send') checkEvents(mapped, service)
  return mapped.status === 'send' ? `send ${mapped.events.length} ${mapped.trimmed.length > 0}` : mapped.reason
}

function checkEvents({ events, writeKey }: Extract<Mapped, { status: 'send' }>, service: Service): void {
  check(events.length > 0 && service.writeKeys.includes(writeKey), 'there is something to send, with a key', writeKey)
  for (const event of events) {
    check(event.length <= service.limits.eventBytes, 'an event keeps within the limit', event.length)
    check(isObject(parsed(fromByteString(event))?.value), 'an event is a JSON object', event)
    check(!/[\n\r]/.test(event), 'an event is one line', event)
  }
}

const mappers = new Map<string, Mapper>()

/** Undefined for a stream that holds nothing to send. */
function mapperOf(service: Service, index: number, { stream, namespace }: InputRecord): Mapper | undefined {
  const id = JSON.stringify([index, stream, namespace])
  const known = mappers.get(id)
  if (known) return known
  try {
    const descriptor = { name: stream, json_schema: {}, ...(namespace !== undefined && { namespace }) }
    const made = service.mapper({ stream: descriptor, sync_mode: 'incremental', destination_sync_mode: 'append' })
    if (mappers.size > 1000) mappers.clear()
    mappers.set(id, made)
    return made
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return undefined
  }
}
