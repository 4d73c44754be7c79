/** The Avro schema that heads each file of an export. */
import * as z from 'zod'

/** The schema of one event type's records. */
export const AvroRecord = z.looseObject({
  type: z.literal('record'),
  name: z.string(),
  namespace: z.string().optional(),
  fields: z.array(z.looseObject({ name: z.string(), type: z.unknown(), doc: z.string().nullish() })),
})
export type AvroRecord = z.infer<typeof AvroRecord>

/** Braze's namespaces are `dataexport.S3.inner.users.messages.email`, with the storage provider in second place. */
export function eventTypeOfSchema({ name, namespace = '' }: Pick<AvroRecord, 'name' | 'namespace'>): string {
  const path = namespace.split('.inner.').at(-1) ?? ''
  return path === '' ? name : `${path}.${name}`
}
