/** The members of a track call's `context` that no field of the event decides. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { Mapping } from '../../config.ts'
import type { Dialect } from './dialect.ts'
import type { Header } from './header.ts'
import { rawOf } from './json.ts'
import { joined } from './properties.ts'
import type { StreamType } from './stream-type.ts'

export function contexts(dialect: Dialect, type: StreamType, mapping: Mapping) {
  const constant = constantContext(dialect, mapping)
  const braze = mapping.extra_fields ? { event_type: type.event_type } : {}
  const usual = usualContext(dialect, type, mapping)
  return ({ isSynthetic }: Header, truncated: readonly string[]): ByteString => {
    if (!isSynthetic && truncated.length === 0) return usual
    const marks = { ...(isSynthetic && { synthetic_id: true }), ...(truncated.length > 0 && { truncated }) }
    return joined(constant, `"braze":${rawOf({ ...braze, ...marks })}`)
  }
}

/** Those of an event that has a user and is sent whole. */
export const usualContext = (dialect: Dialect, { event_type }: StreamType, mapping: Mapping): ByteString =>
  joined(constantContext(dialect, mapping), mapping.extra_fields ? `"braze":${rawOf({ event_type })}` : '')

const constantContext = (dialect: Dialect, { extra_fields }: Mapping): ByteString =>
  rawOf(dialect.context(extra_fields)).slice(1, -1)
