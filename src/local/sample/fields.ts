/** What stands in the fields of a sample event that neither its user nor its message decides. */
import type { EventField } from '../../catalog.ts'
import type { Random } from '../random.ts'

/** A value as it is stored: JSON objects as text, and arrays of strings. */
export type Value = string | number | boolean | null | readonly (string | null)[]

/** The value of one field. `time` is when the event happened, in seconds since the Unix epoch. */
export type MakeValue = (random: Random, time: number) => Value

const oneOf =
  (...values: readonly Value[]): MakeValue =>
  (random) =>
    random.pick(values)
const uuid: MakeValue = (random) => random.uuid()
const hex =
  (digits: number): MakeValue =>
  (random) =>
    random.hex(digits)
const upTo =
  (limit: number): MakeValue =>
  (random) =>
    random.below(limit)
/** A number that fits a 32-bit float exactly as printed: six digits always do. */
const decimal =
  (lowest: number, highest: number, digits: number): MakeValue =>
  (random) =>
    Number((lowest + random.fraction() * (highest - lowest)).toFixed(digits))

const URLS = [
  'https://shop.example.com/p/1042?utm_source=braze&utm_campaign=spring',
  'https://shop.example.com/größen?q=s%20m&x="1"',
  'https://example.com/unsubscribe?token=a%2Bb',
]
const MESSAGES = ['STOP', 'Hi 👋, where is my order?', 'Да', 'C’est "parfait" !\nMerci', 'ありがとう', 'ok \\o/']
const EXTRAS = ['{"experiment":"B","score":"0.75"}', '{"note":"Größe \\"M\\" 👕"}', '{}']
const LOGS = ['Liquid abort: user has no name', 'Abgebrochen: „Limit erreicht“', 'rate limited\n(retry later)']

const ERRORS = ['Carrier rejected the message', 'Unknown destination handset', 'Blocked as "spam"']
const STATES = ['Subscribed', 'Unsubscribed']
const ABORTS = ['liquid_abort_message', 'quiet_hours', 'rate_limit', 'frequency_capping']

/** By field name. Types of the same name agree well enough for one entry, but for `SPECIAL_VALUES`. */
const VALUES: Readonly<Record<string, MakeValue>> = {
  abort_log: oneOf(...LOGS),
  abort_type: oneOf(...ABORTS),
  action: oneOf('Unsubscribed', 'Subscribed', 'None'),
  altitude: decimal(0, 900, 1),
  alt_accuracy: decimal(1, 50, 1),
  ll_accuracy: decimal(1, 100, 1),
  attempt_count: upTo(5),
  bounce_reason: oneOf('550 5.1.1 no such user', '452 4.2.2 mailbox full', 'smtp;550 "rejected"'),
  channel: oneOf('email', 'push', 'sms'),
  content: oneOf('Creative A', 'Creative “B”'),
  content_length: upTo(100_000),
  conversion_behavior: oneOf('{"type":"open_app","window":259200}', '{"type":"purchase","product":"any"}'),
  conversion_behavior_index: upTo(3),
  currency: oneOf('EUR', 'USD', 'JPY', 'BRL'),
  custom_attributes: oneOf('{"plan":"gold","pets":["🐈","🐕"]}', '{"size":{"shoe":42.5},"vip":true}'),
  deferral_reason: oneOf('421 4.7.0 try again later', '451 greylisted'),
  dispatch_id: hex(32),
  duration: upTo(3600),
  endpoint_url: oneOf(...URLS),
  error: oneOf(...ERRORS),
  esp: oneOf('sendgrid', 'sparkpost', 'amazon_ses'),
  exit_reason: oneOf('exited_step', 'matched_audience', 'performed_event'),
  flow_response_json: oneOf('{"answer":"yes","slots":[1,2]}', '{"text":"Größe \\"M\\""}'),
  from_domain: oneOf('mail.example.com'),
  from_phone_number: oneOf('+12025550100', '+12025550101'),
  host: oneOf('hooks.example.com'),
  http_status_code: oneOf(400, 429, 500, 503),
  id: uuid,
  inbound_phone_number: oneOf('+12025550100', '62345'),
  input: oneOf('Recommend a product for "Zoë" 🙂'),
  ios_push_token_apns_gateway: oneOf(1, 2),
  ip_pool: oneOf('main', 'transactional'),
  latitude: decimal(-90, 90, 3),
  longitude: decimal(-180, 180, 3),
  link_alias: oneOf('cta', 'footer_unsubscribe'),
  live_activity_event_type: oneOf('start', 'update', 'end'),
  machine_open: oneOf('true', null, null),
  mailbox_provider: oneOf('gmail', 'apple', 'gmx'),
  media_urls: oneOf(['https://media.example.com/1.jpg', null], ['https://media.example.com/ü 2.png'], []),
  message_body: oneOf(...MESSAGES),
  message_extras: oneOf(...EXTRAS),
  model_name: oneOf('gpt-4o-mini', 'gemini-2.0-flash'),
  model_provider: oneOf('openai', 'google'),
  name: oneOf('added_to_cart', 'viewed_product', 'Größe gewählt', 'say "hi" 👋', 'level_up'),
  output: oneOf('{"product":"Wool socks","why":"It’s cold"}'),
  price: decimal(0, 999, 2),
  product_id: oneOf('SKU-1042', 'größe "M"', '商品-7', 'gift🎁card'),
  progression_type: oneOf('Advance', 'Exit'),
  properties: customProperties,
  provider_error_code: oneOf('30003', '30007', '131026'),
  provider_error_title: oneOf('Message undeliverable', 'Re-engagement message'),
  push_token_created_at: (_, time) => time - 86_400,
  push_token_state_change_type: oneOf('add', 'remove', 'update'),
  push_token_updated_at: (_, time) => time,
  quick_reply_text: oneOf('Yes, please', 'Später 🙏'),
  raw_response: oneOf('{"error":"upstream"}', '<html>\n<h1>502</h1>\n</html>'),
  recipient_domain: oneOf('example.com', 'example.org'),
  retry_count: upTo(4),
  retry_log: oneOf(...LOGS),
  retry_type: oneOf('connected_content', 'rate_limit'),
  send_time: (random, time) => time - random.below(3600),
  sending_ip: (random) => `192.0.2.${random.below(256)}`,
  short_url: oneOf('https://brz.ai/x1y2', 'https://brz.ai/Ab9'),
  source: oneOf('organic', 'Facebook Ads', 'Empfehlung'),
  state_change_source: oneOf('sdk', 'rest_api', 'preference_center'),
  subscription_status: oneOf(...STATES),
  suspected_bot_click_reason: oneOf(['user_agent', 'ip_address'], ['time_based'], []),
  time_ms: (random, time) => time * 1000 + random.below(1000),
  tool_arguments: oneOf('{"query":"socks","limit":5}', '{"city":"Köln"}'),
  tool_name: oneOf('catalog_search', 'get_weather'),
  update_source: oneOf('sdk', 'rest_api', 'csv_import'),
  url: oneOf(...URLS),
  url_path: oneOf('/v1/orders', '/größe'),
  webhook_duration: upTo(30_000),
}

/** Where one name means different things. */
const SPECIAL_VALUES: Readonly<Record<string, MakeValue>> = {
  'users.behaviors.app.SessionEnd duration': decimal(1, 3600, 1),
  'users.messages.inappmessage.Abort version': oneOf('8.1.0'),
}

const COLOURS = ['grün', 'red', 'красный', '青', '“blue”', '🟣']

/** Nested objects, lists, quotes, emoji, big and small numbers: whatever customers put into custom events. */
function customProperties(random: Random): string {
  const item = () => ({
    sku: `SKU-${random.below(5000)}`,
    price: random.below(99_999) / 100,
    tags: [random.pick(COLOURS)],
  })
  const shape = random.below(10)
  if (shape === 0) return '{}'
  if (shape < 4) return `{"value":${random.below(1000)},"colour":${JSON.stringify(random.pick(COLOURS))}}`
  if (shape === 4) return `{"big":9007199254740993${random.below(10)},"tiny":1.5e-7,"none":null,"on":true}`
  return JSON.stringify({
    items: [item(), item()],
    coupon: random.pick(['SPRING"20"', null]),
    nested: { a: { b: [1, 2] } },
  })
}

/** How to make a field's values. A field that nobody described here gets values of its type. */
export function valuesOf(eventType: string, name: string, field: EventField): MakeValue {
  return SPECIAL_VALUES[`${eventType} ${name}`] ?? VALUES[name] ?? anyOf(name, field)
}

function anyOf(name: string, { type, unit }: EventField): MakeValue {
  const types = [type].flat()
  if (types.includes('boolean')) return (random) => random.chance(0.3)
  if (types.includes('integer')) return unit ? (_, time) => time : upTo(10_000)
  if (types.includes('number')) return decimal(0, 100, 1)
  if (types.includes('array')) return oneOf([], ['a', 'ü'])
  if (name.endsWith('_name')) return oneOf('First', 'Second “b”', 'Dritte')
  if (name.endsWith('_id')) return uuid
  return (random) => `${name} ${random.below(50)}`
}
