/** Which Currents event type an input stream holds. */
import { type EventType, eventTypeOf } from '../../catalog.ts'
import { ConfigError } from '../../cdk/errors.ts'
import type { StreamDescriptor } from '../../cdk/protocol.ts'

export interface StreamType {
  /** As Braze spells it: `users.messages.email.Open`. */
  readonly event_type: string
  /** What the catalogue knows; undefined for a type that is newer than it. */
  readonly described: EventType | undefined
}

/**
 * Dots or underscores, any case, Snowflake's `_SHARED` tables, and anything in front: a prefix or a namespace. What
 * only looks like an event type is taken for a new one. Throws a ConfigError for anything else.
 */
export function streamTypeOf({ name, namespace }: StreamDescriptor): StreamType {
  const type = inTheEndOf(name) ?? (namespace ? inTheEndOf(`${namespace}.${name}`) : undefined)
  if (type) return type
  throw new ConfigError(
    `Stream "${name}" holds no Braze Currents event. Deselect it, or name it after its event type, such as users.messages.email.Open.`,
  )
}

function inTheEndOf(name: string): StreamType | undefined {
  const described = eventTypeOf(name)
  if (described) return { event_type: described.event_type, described }
  const undescribed = undescribedIn(name)
  return undescribed === undefined ? undefined : { event_type: undescribed, described: undefined }
}

/** Braze's own spelling, whose last word is a verb with a capital. */
const DOTTED = /(?:^|[^a-z0-9])((?:users|agentconsole|contentoptimizer)(?:\.[a-z]+)*\.[A-Z][A-Za-z]*)$/
const FAMILIES = 'users_(?:behaviors|messages|campaigns|canvas|canvasstep|profile)|agentconsole|contentoptimizer'
const UNDERSCORED = new RegExp(`(?:^|[^a-z0-9])((?:${FAMILIES})(?:_[a-z0-9]+)+)$`, 'i')

function undescribedIn(name: string): string | undefined {
  const underscored = UNDERSCORED.exec(name.replace(/_shared$/i, ''))?.[1]
  return DOTTED.exec(name)?.[1] ?? (underscored && dotted(underscored))
}

/** The case of a table's name says nothing, so the verb gets its capital and no more. */
const dotted = (table: string): string =>
  table
    .toLowerCase()
    .replaceAll('_', '.')
    .replace(/[a-z0-9]+$/, (verb) => verb.charAt(0).toUpperCase() + verb.slice(1))
