/** The `properties` of a track call. */
import type { ByteString } from '../../cdk/bytes.ts'
import type { RawObject } from '../../cdk/input.ts'
import type { Mapping } from '../../config.ts'
import { among, asObject, customPropertiesOf } from './custom-properties.ts'
import type { Dialect } from './dialect.ts'
import type { FieldName } from './field-name.ts'
import { ORDER_PROPERTIES, orderOf, PRODUCT_FIELDS } from './order.ts'
import { customHttpNames, type PlacesOf } from './places.ts'
import { type Outline, type Plan, planOf, type Values } from './plan.ts'
import type { Step } from './steps.ts'
import type { StreamType } from './stream-type.ts'

export interface Properties {
  /** The plan of the whole event. */
  readonly plan: Plan
  /** The plan's values of a record, with custom properties as an object. */
  read(data: RawObject): Values
  /** The members of `properties`, without braces. */
  of(id: ByteString, values: Values): ByteString
  /** The same as steps, where that can be told so. */
  steps(outline: Outline): readonly Step[] | undefined
}

export function properties(dialect: Dialect, type: StreamType, mapping: Mapping): Properties {
  const custom = customPropertiesOf(type)
  const isAmong = custom !== undefined && dialect.customProperties === 'among'
  const isOrder = type.event_type === 'users.behaviors.Purchase' && mapping.purchases === 'order_completed'
  const elsewhere = new Set<string>([...(isAmong ? CUSTOM : []), ...(isOrder ? PRODUCT_FIELDS : [])])
  const plan = planOf(without(elsewhere, dialect.places(type, mapping.extra_fields)), customHttpNames(type))

  const number = plan.numberOf('properties')
  const order = isOrder ? orderOf(plan) : () => ''
  const taken = isOrder ? ORDER_PROPERTIES : []
  const whole = mapping.extra_fields ? custom : undefined
  const customPart = (values: Values): ByteString => {
    const isTaken = (name: ByteString) => taken.includes(name) || plan.hasMember('properties', name, values)
    return isAmong ? among(values[number] ?? '', isTaken, whole) : ''
  }
  const own = (values: Values) => plan.membersAt('properties', values)
  return {
    plan,
    read(data) {
      const values = plan.read(data)
      if (custom !== undefined) values[number] = asObject(values[number])
      return values
    },
    of:
      custom === undefined
        ? (_, values) => own(values)
        : (id, values) => joined(order(id, values), own(values), customPart(values)),
    steps(outline) {
      if (isOrder) return undefined
      const own = outline.stepsAt('properties')
      if (custom === undefined) return own
      const reserved = [...outline.namesAt('properties'), ...(whole === undefined ? [] : [whole])]
      return isAmong ? [...own, { kind: 'members', number, reserved }] : [{ kind: 'is-object', number }, ...own]
    },
  }
}

const CUSTOM: readonly FieldName[] = ['properties']

/** Members of an object, joined to one list. */
export const joined = (...members: readonly ByteString[]): ByteString =>
  members.filter((member) => member !== '').join(',')

const without =
  (fields: ReadonlySet<string>, placesOf: PlacesOf): PlacesOf =>
  (field) =>
    fields.has(field) ? [] : placesOf(field)
