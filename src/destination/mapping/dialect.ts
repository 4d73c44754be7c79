import type { ByteString } from '../../cdk/bytes.ts'
import type { NameProfile } from './names.ts'
import type { PlacesOf } from './places.ts'
import type { StreamType } from './stream-type.ts'

/** What one service that speaks Segment's language wants otherwise than another. */
export interface Dialect {
  /** The names of events, unless the user chooses others. */
  readonly names: NameProfile
  /** Where fields go; without `extras` as in the service's own connection to Braze. */
  places(type: StreamType, extras: boolean): PlacesOf
  /** The members of `context` that every event has. */
  context(extras: boolean): object
  /** The members beside `timestamp` that every event has. */
  beside(timestamp: string, extras: boolean): ByteString
  /** `integrations`: keeps the service from sending Braze's events back to Braze. */
  readonly loopGuard: object
  /** Custom properties stand among the event's own, or apart from them as an object. */
  readonly customProperties: 'among' | 'apart'
  /** Traits stand in `context.traits`, too. */
  readonly traitsInContext: boolean
}
