import { expect, test } from '@jest/globals'
import { placeOf } from '../../../src/local/inspect/place.ts'

const INTEGRATION = 'currents/dataexport.prod-01.S3.integration.69ca'

test.each([
  [
    `${INTEGRATION}/event_type=users.UserOrphan/date=2025-04-01-17/version=6/us-01/a.avro`,
    { layout: 'version', version: 'version=6', integration: INTEGRATION },
  ],
  [
    `${INTEGRATION}/event_type=users.UserOrphan/date=2025-04-01-17/345/prod-01/a.avro`,
    { layout: 'schema_id', version: 'schema 345', integration: INTEGRATION },
  ],
  [
    `${INTEGRATION}/event_type=users.UserOrphan/date=2025-04-01-17/a.avro`,
    { layout: 'other', integration: INTEGRATION },
  ],
  ['copy/event_type=users.UserOrphan/date=2025-04-01-17/a.avro', { layout: 'other', integration: 'copy' }],
  ['event_type=users.UserOrphan/a.avro', { layout: 'other', integration: '' }],
  ['custom_http/2025-04-01/a.json', { layout: 'loose' }],
])('%s', (key, place) => {
  expect(placeOf(key)).toEqual(place)
})
