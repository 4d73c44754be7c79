/** The sample events themselves: each is a function of the seed, its type and its number, so it can be made again. */
import type { EventField, EventType } from '../../catalog.ts'
import { hashOf, Random } from '../random.ts'
import { type MakeValue, type Value, valuesOf } from './fields.ts'
import type { PlannedEvent } from './plan.ts'
import type { Facts, World } from './world.ts'

/** The values of one event, in the order of the catalogue's fields. */
export type EventValues = readonly Value[]

interface Draft {
  readonly random: Random
  readonly user: Facts
  readonly message: Facts
  /** False if the event names no user at all. */
  readonly isKnown: boolean
  readonly time: number
}
type FillField = (draft: Draft) => Value

/** Makes the events of one type. */
export function eventsOf(type: EventType, seed: number, world: World): (event: PlannedEvent) => EventValues {
  const stream = hashOf(type.event_type)
  const fields = Object.entries(type.schema.properties)
  const fill = fields.map(([name, field]) => fieldOf(type.event_type, name, field, world))
  const canvasShare = isRequired(type, 'canvas_id') ? 1 : isRequired(type, 'campaign_id') ? 0 : 0.4
  const unknownShare = isRequired(type, 'user_id') ? 0 : 0.15
  return ({ index, exportedAt }) => {
    const random = new Random(seed, stream, index)
    const user = world.user(Math.floor(world.users * random.fraction() ** 2))
    const message = (random.chance(canvasShare) ? world.canvas : world.campaign)(random.below(world.messages))
    const isKnown = !random.chance(unknownShare)
    const draft = { random, user, message, isKnown, time: exportedAt - ageOf(random) }
    return fill.map((value) => value(draft))
  }
}

/** Seconds: most events are exported within minutes; devices that were offline deliver theirs days later. */
const ageOf = (random: Random): number => (random.chance(0.02) ? random.below(5 * 86_400) : random.below(300))

const isRequired = ({ schema }: EventType, name: string): boolean => typeof schema.properties[name]?.avro === 'string'

function fieldOf(eventType: string, name: string, field: EventField, world: World): FillField {
  if (name === 'time') return ({ time }) => time
  if (name === 'id') return ({ random }) => random.uuid()
  if (field.deprecated) return () => null
  const isOptional = typeof field.avro !== 'string'
  const otherwise = valuesOf(eventType, name, field)
  if (name === 'user_id' || name === 'external_user_id') return identity(name)
  if (name in world.user(0)) return fact('user', name, isOptional, otherwise)
  if (name in world.campaign(0) || name in world.canvas(0)) return fact('message', name, isOptional, otherwise)
  return isOptional ? sometimes(otherwise) : ({ random, time }) => otherwise(random, time)
}

const identity =
  (name: string): FillField =>
  ({ user, isKnown }) =>
    isKnown ? (user[name] ?? null) : null

const fact =
  (of: 'user' | 'message', name: string, isOptional: boolean, otherwise: MakeValue): FillField =>
  (draft) =>
    draft[of][name] ?? (isOptional ? null : otherwise(draft.random, draft.time))

const sometimes =
  (make: MakeValue): FillField =>
  ({ random, time }) =>
    random.chance(0.3) ? null : make(random, time)
