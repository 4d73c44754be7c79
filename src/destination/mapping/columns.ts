/** How the columns of a stream are named, as the fields of the event they hold. */
import type { FieldName } from './field-name.ts'

/** Columns that platforms and warehouses add: they tell of the record's way here, not of the event. */
const NOT_OF_THE_EVENT = /^(_airbyte_|_ab_|sf_created_at$)/

/** Ids that Snowflake's share holds twice: `campaign_id` is Braze's internal one, `campaign_api_id` that of Currents. */
const TWICE: readonly FieldName[] = [
  'app_id',
  'app_group_id',
  'campaign_id',
  'canvas_id',
  'canvas_step_id',
  'canvas_variation_id',
  'card_id',
  'content_card_id',
  'message_variation_id',
  'subscription_group_id',
]

export interface Column {
  /** The field that the column holds; undefined if it is not part of the event. */
  readonly field: string | undefined
  /** The column's value replaces what another column says of the same field. */
  readonly wins: boolean
}

/** Snowflake's columns are in upper case, and some have names of their own. */
export function columnOf(name: string): Column {
  const plain = name === name.toUpperCase() ? name.toLowerCase() : name
  if (NOT_OF_THE_EVENT.test(plain)) return { field: undefined, wins: false }
  if (plain === 'time_zone') return { field: 'timezone', wins: false }
  const id = TWICE.find((id) => plain === id.replace(/_id$/, '_api_id'))
  return id ? { field: id, wins: true } : { field: plain, wins: false }
}
