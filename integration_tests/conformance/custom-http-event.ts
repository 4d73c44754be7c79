import type { Data } from '../../test/destination/mapping/records.ts'

/** One event of Braze's Custom HTTP JSON. */
export interface CustomHttpEvent {
  readonly event_type: string
  readonly id: string
  readonly time: number
  readonly user: Data
  readonly properties: Data
}

/** The flat record that holds the same event, as storage exports do. */
export function flat({ event_type: _, id, time, user, properties }: CustomHttpEvent): Data {
  const { custom_properties, purchase_properties, canvas_step_message_variation_api_id, ...fields } = properties
  const custom = custom_properties ?? purchase_properties
  return {
    id,
    time,
    ...user,
    ...fields,
    ...(custom !== undefined && { properties: custom }),
    ...(canvas_step_message_variation_api_id !== undefined && {
      canvas_step_message_variation_id: canvas_step_message_variation_api_id,
    }),
  }
}
