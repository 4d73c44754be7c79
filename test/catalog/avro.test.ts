import { expect, test } from '@jest/globals'
import { eventTypeOfSchema } from '../../src/catalog/avro.ts'

test.each([
  ['dataexport.S3.inner.users.messages.fax', 'users.messages.fax.Send'],
  ['dataexport.AzureBlob.inner.users.messages.fax', 'users.messages.fax.Send'],
  ['users.messages.fax', 'users.messages.fax.Send'],
  [undefined, 'Send'],
])('a record Send of namespace %s is the event type %s', (namespace, expected) => {
  expect(eventTypeOfSchema({ name: 'Send', namespace })).toBe(expected)
})
