import type { DestinationConfig, ServiceOf } from '../config.ts'
import { apiUrl, basicAuth } from './http-api.ts'
import { activationMapper, operationOf } from './mapping/activation.ts'
import type { Dialect } from './mapping/dialect.ts'
import { LIBRARY } from './mapping/library.ts'
import { segmentPlaces } from './mapping/places.ts'
import { routing, writeKeysOf } from './mapping/route.ts'
import { streamTypeOf } from './mapping/stream-type.ts'
import { trackMapper } from './mapping/track.ts'
import type { Target } from './target.ts'

/** Source: https://segment.com/docs/guides/regional-segment/ (read 2026-11). */
const REGIONS = { us: 'https://api.segment.io', eu: 'https://events.eu1.segmentapis.com' } as const

/**
 * Limits: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ (read 2026-11): 32 KB an
 * event, 500 KB and 2,500 events a request. Segment answers 200 and drops the events of a request with more of them.
 */
const LIMITS = { eventBytes: 32 * 1024, batchBytes: 475_000, batchEvents: 500 } as const

/** The names under which Segment's catalog lists its Braze destinations; upper and lower case matter. */
const BRAZE_DESTINATIONS = ['Braze Cloud Mode (Actions)', 'Braze Web Mode (Actions)', 'Appboy'] as const

const SEGMENT: Dialect = {
  names: 'default',
  places: segmentPlaces,
  context: (extras) => (extras ? { library: LIBRARY, integration: { name: 'Braze', version: LIBRARY.version } } : {}),
  beside: () => '',
  loopGuard: { All: true, ...Object.fromEntries(BRAZE_DESTINATIONS.map((name) => [name, false])) },
  customProperties: 'among',
  traitsInContext: false,
}

export function segment(
  { region, endpoint, write_key }: ServiceOf<'segment'>,
  { mapping, routes }: DestinationConfig,
): Target {
  const url = apiUrl(endpoint ?? REGIONS[region], 'batch')
  return {
    name: 'Segment',
    url: () => url,
    headers: (key) => ({ 'Content-Type': 'application/json', Authorization: basicAuth(key) }),
    writeKeys: writeKeysOf(write_key, routes),
    limits: LIMITS,
    envelope: (now) => ({ head: '{"batch":[', tail: `],"sentAt":"${now.toISOString()}"}` }),
    // Segment answers 200 to any key (the same page).
    probe: undefined,
    mapper(configured) {
      const writeKeys = routing(routes, configured.stream.name, write_key)
      const operation = operationOf(configured)
      if (operation) return activationMapper(SEGMENT, operation, mapping, LIMITS.eventBytes, writeKeys)
      return trackMapper(SEGMENT, streamTypeOf(configured.stream), mapping, LIMITS.eventBytes, writeKeys)
    },
  }
}
