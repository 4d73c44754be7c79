import { ConfigError } from '../cdk/errors.ts'
import type { DestinationConfig, ServiceOf } from '../config.ts'
import { apiUrl, basicAuth } from './http-api.ts'
import { activationMapper, operationOf } from './mapping/activation.ts'
import { customHttpMapper } from './mapping/custom-http.ts'
import type { Dialect } from './mapping/dialect.ts'
import { LIBRARY } from './mapping/library.ts'
import { rudderstackPlaces } from './mapping/places.ts'
import { routing, writeKeysOf } from './mapping/route.ts'
import { streamTypeOf } from './mapping/stream-type.ts'
import { trackMapper } from './mapping/track.ts'
import type { Target } from './target.ts'

/**
 * 32 KB an event is the documented limit, which the gateway does not enforce. A request may have 4,000 KiB, measured
 * after decompression; we aim at a megabyte. Source: the gateway's code and RudderStack's documentation (read 2026-11).
 */
const BATCH_LIMITS = { eventBytes: 32 * 1024, batchBytes: 1_000_000, batchEvents: 1000 } as const

/** Braze sends 100 events a request, none above 900 KB. */
const WEBHOOK_LIMITS = { eventBytes: 999_000, batchBytes: 1_000_000, batchEvents: 100 } as const

const RUDDERSTACK: Dialect = {
  names: 'raw',
  places: rudderstackPlaces,
  // Without extras, the library is what RudderStack's own Braze source says of itself.
  context: (extras) => ({
    library: extras ? LIBRARY : { name: 'unknown', version: 'unknown' },
    integration: { name: 'Braze' },
  }),
  // The gateway keeps `timestamp` as it is; `originalTimestamp` says that no clock is to be corrected.
  beside: (timestamp, extras) => (extras ? `,"originalTimestamp":"${timestamp}","channel":"server"` : ''),
  loopGuard: { Braze: false },
  customProperties: 'apart',
  traitsInContext: true,
}

type Rudderstack = ServiceOf<'rudderstack'>

export function rudderstack(service: Rudderstack, config: DestinationConfig): Target {
  switch (service.delivery) {
    case 'batch':
      return batch(service, config)
    case 'webhook':
      return webhook(service, config)
  }
}

/** Finished calls, to any kind of source. */
function batch(service: Rudderstack, { mapping, routes }: DestinationConfig): Target {
  const writeKey = writeKeyOf(service)
  const url = apiUrl(service.data_plane_url, 'batch')
  return {
    name: 'RudderStack',
    url: () => url,
    headers: (key) => ({ 'Content-Type': 'application/json', Authorization: basicAuth(key) }),
    writeKeys: writeKeysOf(writeKey, routes),
    limits: BATCH_LIMITS,
    envelope: (now) => ({ head: '{"batch":[', tail: `],"sentAt":"${now.toISOString()}"}` }),
    probe: '{"batch":[]}',
    mapper(configured) {
      const writeKeys = routing(routes, configured.stream.name, writeKey)
      const operation = operationOf(configured)
      if (operation) return activationMapper(RUDDERSTACK, operation, mapping, BATCH_LIMITS.eventBytes, writeKeys)
      return trackMapper(RUDDERSTACK, streamTypeOf(configured.stream), mapping, BATCH_LIMITS.eventBytes, writeKeys)
    },
  }
}

/** What Braze itself would send, to a source of the type Braze. */
function webhook(service: Rudderstack, { mapping, routes }: DestinationConfig): Target {
  const writeKey = writeKeyOf(service)
  return {
    name: 'RudderStack (webhook)',
    url: (key) => `${apiUrl(service.data_plane_url, 'webhook')}?writeKey=${encodeURIComponent(key)}`,
    headers: () => ({ 'Content-Type': 'application/json', 'Braze-Currents-Version': '1' }),
    writeKeys: writeKeysOf(writeKey, routes),
    limits: WEBHOOK_LIMITS,
    envelope: () => ({ head: '{"events":[', tail: ']}' }),
    probe: '{"events":[]}',
    mapper({ stream, destination_object_name }) {
      if (destination_object_name)
        throw new ConfigError(
          `Stream "${stream.name}" is mapped to "${destination_object_name}", which delivery "webhook" can't send. Choose delivery "batch".`,
        )
      const type = streamTypeOf(stream)
      return customHttpMapper(type, mapping, WEBHOOK_LIMITS.eventBytes, routing(routes, stream.name, writeKey))
    },
  }
}

/** The configuration is refused if neither place holds a key. */
const writeKeyOf = ({ write_key, data_plane_url }: Rudderstack): string =>
  write_key ?? new URL(data_plane_url).searchParams.get('writeKey') ?? ''
