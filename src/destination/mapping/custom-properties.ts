/** The properties that the customer's app gave to a custom event or a purchase. */
import type { ByteString } from '../../cdk/bytes.ts'
import { writeRaw } from '../../cdk/raw-object.ts'
import { membersOf } from './json.ts'
import type { StreamType } from './stream-type.ts'

/** The name that Custom HTTP JSON has for the object of custom properties, in event types that hold one. */
export const customPropertiesOf = ({ described }: StreamType): string | undefined =>
  described?.schema.properties['properties']?.custom_http?.replace(/^properties\./, '')

/**
 * Custom properties as one JSON object. Sources other than ours hand them over as JSON in a string; what does not
 * parse is kept under `_unparsed`.
 */
export function asObject(raw: ByteString | undefined): ByteString {
  if (!raw || raw.startsWith('{')) return raw ?? ''
  const members = membersOf(raw)
  return members ? writeRaw(members) : `{"_unparsed":${raw}}`
}

/**
 * The members of the object `raw`, without braces, to stand among the event's own properties. Where a name is taken,
 * Braze's field keeps it, and the object is there once more, whole, under the name `whole`: nothing is lost.
 */
export function among(raw: ByteString, isTaken: (name: ByteString) => boolean, whole?: string): ByteString {
  const { names, values } = membersOf(raw) ?? { names: [], values: [] }
  const isFree = names.map((name) => name !== whole && !isTaken(name))
  const isLosing = whole !== undefined && isFree.includes(false)
  const free = { names: names.filter((_, at) => isFree[at]), values: values.filter((_, at) => isFree[at]) }
  return writeRaw(isLosing ? { names: [...free.names, whole], values: [...free.values, raw] } : free).slice(1, -1)
}
