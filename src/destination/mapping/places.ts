/**
 * Where each field of an event goes. A place is a path in the event's JSON, `context.device.model`; a field may have
 * several, or none if it is left out.
 */
import type { EventField } from '../../catalog.ts'
import type { FieldName } from './field-name.ts'
import type { StreamType } from './stream-type.ts'

export type Place = string

/** The places of a field of one event type. */
export type PlacesOf = (field: string) => readonly Place[]

const fields = (...names: readonly FieldName[]): ReadonlySet<string> => new Set(names)

/** By the names of fields, which the compiler checks, for names that nobody has checked. */
const table = <Value>(entries: Readonly<Partial<Record<FieldName, Value>>>): ReadonlyMap<string, Value> =>
  new Map(Object.entries(entries))

/**
 * Where Braze's own connection puts fields, other than `properties.<name>`.
 * Source: the Segment tabs of Braze's Currents glossary (read 2026-11).
 */
const SEGMENT_NATIVE = table<Place>({
  content_card_id: 'properties.card_id',
  device_model: 'context.device.model',
  email_address: 'context.traits.email',
  platform: 'context.device.type',
  to_phone_number: 'context.traits.phone',
  user_phone_number: 'context.traits.phone',
})

/** The places that Segment's spec has for fields which Braze's own connection leaves out. */
const SEGMENT_LOST = table<Place>({
  language: 'context.locale',
  os_version: 'context.os.version',
  phone_number: 'context.traits.phone',
  timezone: 'context.timezone',
})

/** The places that Segment's spec has for fields which Braze's own connection puts elsewhere. */
const SEGMENT_COPIES = table<readonly Place[]>({
  ad_id: ['context.device.advertisingId'],
  ad_tracking_enabled: ['context.device.adTrackingEnabled'],
  device_id: ['context.device.id'],
  platform: ['context.os.name'],
  user_agent: ['context.userAgent'],
})

/**
 * Where RudderStack's Braze source puts fields, other than `properties.<name>`.
 * Source: what it makes of Braze's samples (read 2026-11).
 */
const RUDDERSTACK_NATIVE = table<Place>({
  ad_id: 'context.device.advertisingId',
  ad_tracking_enabled: 'context.device.adTrackingEnabled',
  device_id: 'context.device.id',
  device_model: 'context.device.model',
  email_address: 'traits.email',
  os_version: 'context.os.version',
  platform: 'context.os.name',
  timezone: 'context.timezone',
  to_phone_number: 'traits.phone',
  user_agent: 'context.userAgent',
})

/** RudderStack's destinations look for traits in `context.traits`. */
const RUDDERSTACK_COPIES = table<readonly Place[]>({
  email_address: ['context.traits.email'],
  language: ['context.locale'],
  phone_number: ['traits.phone', 'context.traits.phone'],
  to_phone_number: ['context.traits.phone'],
  user_phone_number: ['traits.phone', 'context.traits.phone'],
})

/** They open every event, in words of the service's own. */
const OPENING = fields('id', 'time')
const USER = fields('user_id', 'external_user_id')
const CUSTOM_HTTP_USER = fields('user_id', 'external_user_id', 'device_id', 'timezone')

/** The Segment call. Without `extras` only what Braze's own connection sends, and nothing that nobody has described. */
export function segmentPlaces({ event_type, described }: StreamType, extras: boolean): PlacesOf {
  return (name) => {
    if (OPENING.has(name) || USER.has(name)) return []
    const field = fieldOf(described, name)
    const usual = SEGMENT_NATIVE.get(name) ?? `properties.${field?.renamed ?? name}`
    if (!extras) return described && !field?.native ? [] : [field?.segment ?? usual]
    const link = name === 'url' && event_type.endsWith('Click') ? ['properties.link_url'] : []
    return distinct([field?.segment ?? SEGMENT_LOST.get(name) ?? usual, ...(SEGMENT_COPIES.get(name) ?? []), ...link])
  }
}

/** RudderStack's track call. Without `extras` exactly what its Braze source makes. */
export function rudderstackPlaces({ described }: StreamType, extras: boolean): PlacesOf {
  return (name) => {
    if (OPENING.has(name) || USER.has(name)) return []
    const field = fieldOf(described, name)
    const usual = RUDDERSTACK_NATIVE.get(name) ?? `properties.${field?.renamed ?? name}`
    if (!extras) return field?.storageOnly ? [] : [usual]
    const trait = field?.segment?.startsWith('context.traits.') ? [field.segment] : []
    return distinct([usual, ...(RUDDERSTACK_COPIES.get(name) ?? []), ...trait])
  }
}

/** Braze's Custom HTTP JSON, without the fields that only storage exports hold. */
export function customHttpPlaces({ described }: StreamType): PlacesOf {
  return (name) => {
    if (OPENING.has(name)) return []
    if (CUSTOM_HTTP_USER.has(name)) return [`user.${name}`]
    const field = fieldOf(described, name)
    return field?.storageOnly ? [] : [`properties.${field?.renamed ?? name}`]
  }
}

/** The names that fields have in Custom HTTP JSON, where those are others: records may come from there. */
export function customHttpNames({ described }: StreamType): ReadonlyMap<string, string> {
  const names = Object.keys(described?.schema.properties ?? {})
  return new Map(
    names.flatMap((name) => {
      const renamed = fieldOf(described, name)?.renamed
      return renamed === undefined || renamed === name ? [] : [[renamed, name] as const]
    }),
  )
}

interface Known {
  readonly native: boolean
  readonly segment: Place | undefined
  /** Its name in Custom HTTP JSON, where that is another. */
  readonly renamed: string | undefined
  /** Missing in Custom HTTP JSON. */
  readonly storageOnly: boolean
}

function fieldOf(described: StreamType['described'], name: string): Known | undefined {
  const field: EventField | undefined = described?.schema.properties[name]
  if (!described || !field) return undefined
  // Of an event type that Braze sends to storage only, nothing has a place in Custom HTTP JSON: the rule must do.
  const isSent = described.schema.properties['id']?.custom_http !== null
  return {
    native: field.native !== false,
    segment: field.segment,
    renamed: field.custom_http?.replace(/^properties\./, ''),
    storageOnly: isSent && field.custom_http === null,
  }
}

const distinct = (places: readonly Place[]): readonly Place[] => [...new Set(places)]
