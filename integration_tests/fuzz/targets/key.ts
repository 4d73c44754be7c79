import type { Hours } from '../../../src/source/hours.ts'
import { dateIn, eventTypeFolder, holdsEvents, isAvro, skipTo } from '../../../src/source/key.ts'
import type { Target } from '../target.ts'
import { check } from './check.ts'

const HOURS: Hours = { first: '2025-04-01-17', last: '2025-04-02-03', also: ['2024-01-01-00', '2025-05'] }

/** Keys tell where they lie, and a listing that skips never goes back. */
export const key: Target = {
  name: 'key',
  words: [
    'event_type=',
    'EVENT_TYPE=',
    'date=2025-04-01-18/',
    'date=2020-01-01/',
    'date=',
    '/',
    '//',
    '.avro',
    '.json.gz',
    '..',
    '\u0000',
  ],
  seeds: () =>
    [
      'currents/dataexport.prod-01.S3.integration.69/event_type=users.messages.email.Open/date=2025-04-01-17/version=6/us-01/x+0+1.avro',
      'event_type=a/date=2025-04-01/1/z/x.avro',
      'date=2019-01-01-00/event_type=a/date=2026-01-01-00/x.json.gz',
      'a/b.ndjson',
    ].map((text) => Buffer.from(text)),
  run(input) {
    const text = input.toString('utf8')
    const found = eventTypeFolder(text)
    const folder = found?.folder ?? ''
    check(text.startsWith(folder), 'a folder is the beginning of its key', text, folder)
    if (found) check(found.eventType !== '' && !found.eventType.includes('/'), 'an event type is one name', found)
    check(!isAvro(text) || holdsEvents(text), 'Avro files hold events', text)
    const next = skipTo(text, folder, HOURS)
    if (next !== undefined)
      check(Buffer.compare(Buffer.from(next), Buffer.from(text)) > 0, 'a skip goes ahead', text, next)
    return [found !== undefined, dateIn(text) !== undefined, next !== undefined, holdsEvents(text)].join()
  },
}
