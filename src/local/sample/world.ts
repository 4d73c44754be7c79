/** Who and what the sample events are about: the same users, devices, campaigns and Canvases in every export of a seed. */
import { hashOf, Random } from '../random.ts'

/** Values by the names of Braze's fields. A name that is absent here says nothing; null says that Braze leaves it null. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>

export interface World {
  user(index: number): Facts
  /** A campaign's message: the Canvas fields are null. */
  campaign(index: number): Facts
  /** A Canvas step's message: the campaign fields are null. */
  canvas(index: number): Facts
  readonly users: number
  readonly messages: number
}

const USERS = 20_000
const MESSAGES = 48
const ANONYMOUS = 0.08

export function worldOf(seed: number): World {
  const appGroup = new Random(seed, hashOf('app group')).hex(24)
  return {
    users: USERS,
    messages: MESSAGES,
    user: remembered((index) => userOf(new Random(seed, hashOf('user'), index), index)),
    campaign: remembered((index) => campaignOf(new Random(seed, hashOf('campaign'), index), index, appGroup)),
    canvas: remembered((index) => canvasOf(new Random(seed, hashOf('canvas'), index), index, appGroup)),
  }
}

function remembered(make: (index: number) => Facts): (index: number) => Facts {
  const made: Facts[] = []
  return (index) => {
    made[index] ??= make(index)
    return made[index]
  }
}

const FIRST_NAMES = [
  'Zoë',
  'José',
  'Łukasz',
  'Anaïs',
  '美咲',
  'Олена',
  'Aarav',
  'Grace',
  'Søren',
  "D'Arcy",
  'Noor',
  '😀 Max',
]
const LAST_NAMES = [
  'Müller',
  'García',
  "O'Neill",
  'Nowak',
  '佐藤',
  'Шевченко',
  'Sharma',
  'Okafor',
  'Lindqvist',
  'Yılmaz',
]
const CARRIERS = ['Telekom', 'Verizon', 'NTT DOCOMO', 'Orange F', null]
const PLACES: readonly Facts[] = [
  { timezone: 'Europe/Berlin', country: 'DE', language: 'de', home_city: 'Köln', locale_key: 'de-DE' },
  { timezone: 'America/New_York', country: 'US', language: 'en', home_city: 'New York', locale_key: 'en-US' },
  { timezone: 'America/Sao_Paulo', country: 'BR', language: 'pt', home_city: 'São Paulo', locale_key: 'pt-BR' },
  { timezone: 'Asia/Tokyo', country: 'JP', language: 'ja', home_city: '東京', locale_key: 'ja-JP' },
  { timezone: 'Europe/Kyiv', country: 'UA', language: 'uk', home_city: 'Київ', locale_key: null },
]
const DEVICES: readonly Facts[] = [
  { platform: 'ios', device_model: 'iPhone15,3', os_version: '17.5.1', device_os: 'iOS', resolution: '1290x2796' },
  { platform: 'ios', device_model: 'iPad13,8', os_version: '16.7', device_os: 'iPadOS', resolution: '2048x2732' },
  {
    platform: 'android',
    device_model: 'Pixel 8 "Pro"',
    os_version: '14',
    device_os: 'Android',
    resolution: '1344x2992',
  },
  { platform: 'android', device_model: 'SM-S918B', os_version: '13', device_os: 'Android', resolution: '1440x3088' },
  { platform: 'web', device_model: 'Chrome', os_version: '126', device_os: 'Windows', resolution: '1920x1080' },
  { platform: 'kindle', device_model: 'KFTRWI', os_version: '9', device_os: 'Fire OS', resolution: '1200x1920' },
]
const AD_ID_TYPES: Readonly<Record<string, string>> = {
  ios: 'IDFA',
  android: 'Google Play Services',
  kindle: 'Amazon Advertising ID',
}
const BROWSERS = ['Chrome Mobile', 'Mobile Safari', 'Gmail Image Proxy', 'Firefox', 'Outlook']
const USER_AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0',
]

function userOf(random: Random, index: number): Facts {
  const isAnonymous = random.chance(ANONYMOUS)
  // Numbers kept free for fiction: +1 555 01xx (North American Numbering Plan).
  const phone = `+1${200 + (index % 700)}55501${String(index % 100).padStart(2, '0')}`
  return {
    user_id: random.hex(24),
    external_user_id: isAnonymous ? null : random.chance(0.02) ? `café ${index} "ß"` : `user-${index}`,
    email_address: `user.${index}@example.com`,
    phone_number: phone,
    to_phone_number: phone,
    user_phone_number: phone,
    first_name: random.pick(FIRST_NAMES),
    last_name: random.pick(LAST_NAMES),
    gender: random.pick(['M', 'F', 'O', 'U', null]),
    dob: `${1950 + random.below(55)}-0${1 + random.below(9)}-1${random.below(10)}`,
    native_line_id: `U${random.hex(32)}`,
    bsuid: `US.${random.hex(16)}`,
    random_bucket_number: random.below(10_000),
    ...random.pick(PLACES),
    ...deviceOf(random),
  }
}

function deviceOf(random: Random): Facts {
  const device = random.pick(DEVICES)
  const adIdType = AD_ID_TYPES[String(device['platform'])] ?? null
  return {
    ...device,
    device_id: random.uuid().toUpperCase(),
    device_class: device['platform'] === 'web' ? 'desktop' : 'mobile',
    ad_id: adIdType && random.uuid().toUpperCase(),
    ad_id_type: adIdType,
    ad_tracking_enabled: adIdType && random.chance(0.4),
    app_id: new Random(hashOf(String(device['platform']))).uuid(),
    browser: random.pick(BROWSERS),
    user_agent: random.pick(USER_AGENTS),
    carrier: random.pick(CARRIERS),
    sdk_version: random.pick(['9.3.0', '10.2.0', '33.1.0']),
    push_token: random.hex(64),
  }
}

const CAMPAIGN_NAMES = [
  'Spring sale: 20 % off everything',
  'Willkommen – schön, dass du da bist!',
  'Re-engagement "We miss you" ❤️',
  'Black Friday \\ Cyber Monday',
  '春のセール',
  'Корзина ждёт вас',
]
const CANVAS_NAMES = [
  'Onboarding (v2)',
  'Abandoned cart → reminder',
  'Win-back “90 days”',
  'Loyalty ⭐ Gold',
  'Post-purchase\tsurvey',
]
const NO_CAMPAIGN: Facts = {
  campaign_id: null,
  campaign_name: null,
  message_variation_id: null,
  message_variation_name: null,
}
const NO_CANVAS: Facts = {
  canvas_id: null,
  canvas_name: null,
  canvas_step_id: null,
  canvas_step_name: null,
  canvas_step_message_variation_id: null,
  canvas_variation_id: null,
  canvas_variation_name: null,
}

const campaignOf = (random: Random, index: number, app_group_id: string): Facts => ({
  ...NO_CANVAS,
  app_group_id,
  campaign_id: random.uuid(),
  // Names may be missing for up to an hour after a change.
  campaign_name: random.chance(0.05) ? null : `${random.pick(CAMPAIGN_NAMES)} #${index}`,
  message_variation_id: random.uuid(),
  message_variation_name: random.pick(['Variant 1', 'Variant 2', 'Control message', null]),
  send_id: random.chance(0.5) ? random.hex(24) : null,
})

const canvasOf = (random: Random, index: number, app_group_id: string): Facts => ({
  ...NO_CAMPAIGN,
  app_group_id,
  canvas_id: random.uuid(),
  canvas_name: random.chance(0.05) ? null : `${random.pick(CANVAS_NAMES)} #${index}`,
  canvas_step_id: random.uuid(),
  canvas_step_name: random.pick(['Step 1: welcome', 'Step 2: reminder', 'Étape 3', null]),
  canvas_step_message_variation_id: random.uuid(),
  canvas_variation_id: random.uuid(),
  canvas_variation_name: random.pick(['Variant 1', 'Variant 2', 'Control']),
  send_id: null,
})
