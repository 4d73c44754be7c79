import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { covers, hourOf, hoursSince, nextCovered } from '../../src/source/hours.ts'
import { dateIn, eventTypeFolder, holdsEvents, skipTo } from '../../src/source/key.ts'

const NEW =
  'currents/dataexport.prod-01.S3.integration.69cadaaed2d51b7c75b1a3e5/event_type=users.messages.pushnotification.Send/date=2025-04-01-17/version=6/us-01/dataexport.prod-01.S3.integration.69cadaaed2d51b7c75b1a3e5+0+123456.avro'
const OLD =
  'dataexport.prod-05.GCS.integration.69cadaaed2d51b7c75b1a3e5/event_type=users.messages.email.Bounce/date=2024-12-31-23/387/us-01/dataexport.prod-05.GCS.integration.69cadaaed2d51b7c75b1a3e5+2+000.avro'

test.each([
  [NEW, 'users.messages.pushnotification.Send', '2025-04-01-17'],
  [OLD, 'users.messages.email.Bounce', '2024-12-31-23'],
  ['event_type=users.x.Y/a.avro', 'users.x.Y', undefined],
  ['Event_Type=USERS.X/DATE=2025-04-01-17/a.avro', 'USERS.X', '2025-04-01-17'],
  ['date=2025-04-01-17/event_type=users.x.Y/a.avro', 'users.x.Y', '2025-04-01-17'],
  ['date=2025-04-01/event_type=users.x.Y/a.avro', 'users.x.Y', '2025-04-01'],
  ['event_type=users.x.Y/date=yesterday/a.avro', 'users.x.Y', undefined],
  ['event_type=users.x.Y/date=2025-04-01-17', 'users.x.Y', undefined],
  ['event_type=a/event_type=b/c.avro', 'a', undefined],
  ['my_event_type=users.x.Y/update=2025-04-01-17/a.avro', undefined, undefined],
  ['event_type=/a.avro', undefined, undefined],
  ['event_type=users.x.Y', undefined, undefined],
  ['', undefined, undefined],
])('%s holds the event type %s and the hour %s', (key, eventType, date) => {
  expect(eventTypeFolder(key)?.eventType).toBe(eventType)
  expect(dateIn(key)).toBe(date)
})

test.each([
  ['a.avro', true],
  ['a.AVRO', true],
  ['a.json', true],
  ['a.json.gz', true],
  ['a.ndjson', true],
  ['a.jsonl.gz', true],
  ['_SUCCESS', false],
  ['a.avro.tmp', false],
  ['a.avro.crc', false],
  ['avro', false],
  ['a.csv', false],
])('%s can hold events: %s', (key, expected) => {
  expect(holdsEvents(key)).toBe(expected)
})

const bounds = { start_date: undefined, end_date: undefined, lookback_hours: 168 }
const SINCE = Date.parse('2025-04-08T12:34:56Z')

test.each([
  ['everything, the first time', 0, bounds, undefined, undefined],
  ['from the start date, the first time', 0, { ...bounds, start_date: '2025-04-01' }, '2025-04-01-00', undefined],
  ['back by the look-back', SINCE, bounds, '2025-04-01-12', undefined],
  ['not beyond the start date', SINCE, { ...bounds, start_date: '2025-04-02T10:59:59Z' }, '2025-04-02-10', undefined],
  ['beyond a start date long ago', SINCE, { ...bounds, start_date: '2020-01-01' }, '2025-04-01-12', undefined],
  ['no look-back', SINCE, { ...bounds, lookback_hours: 0 }, '2025-04-08-12', undefined],
  ['to the hour before the end', 0, { ...bounds, end_date: '2025-04-03' }, undefined, '2025-04-02-23'],
  ['to the hour in which the end lies', 0, { ...bounds, end_date: '2025-04-03T10:30:00Z' }, undefined, '2025-04-03-10'],
])('looks %s', (_, since, config, first, last) => {
  expect(hoursSince(since, config)).toEqual({ first, last, also: [] })
})

/** Days and hours of three days, so that bounds and dates often meet. */
const hour = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 23 })).map(([day, hour]) => ({
  text: `2025-04-0${day}-${String(hour).padStart(2, '0')}`,
  ms: Date.parse(`2025-04-0${day}T${String(hour).padStart(2, '0')}:00:00Z`),
}))
const hours = fc.record({
  first: fc.option(
    hour.map(({ text }) => text),
    { nil: undefined },
  ),
  last: fc.option(
    hour.map(({ text }) => text),
    { nil: undefined },
  ),
  also: fc.array(
    hour.map(({ text }) => text),
    { maxLength: 2 },
  ),
})

test('an hour is covered if it lies between the bounds or is named', () => {
  fc.assert(
    fc.property(hour, fc.option(hour), fc.option(hour), ({ text, ms }, first, last) => {
      const inside = (!first || first.ms <= ms) && (!last || last.ms >= ms)
      expect(covers({ first: first?.text, last: last?.text, also: [] }, text)).toBe(inside)
      expect(covers({ first: first?.text, last: last?.text, also: [text] }, text)).toBe(true)
      expect(hourOf(ms + 3_599_999)).toBe(text)
    }),
  )
})

test('a day is covered if one of its hours is', () => {
  fc.assert(
    fc.property(hours, fc.constantFrom('2025-04-01', '2025-04-02', '2025-04-03'), (range, day) => {
      const itsHours = Array.from({ length: 24 }, (_, i) => `${day}-${String(i).padStart(2, '0')}`)
      const plain = { ...range, also: [] }
      fc.pre(range.first === undefined || range.last === undefined || range.first <= range.last)
      expect(covers(plain, day)).toBe(itsHours.some((one) => covers(plain, one)))
    }),
  )
})

const name = fc.oneof(
  hour.map(({ text }) => `date=${text}/`),
  hour.map(({ text }) => `Date=${text}/`),
  hour.map(({ text }) => `date=${text.slice(0, 10)}/`),
  fc.constantFrom('', 'x/', 'date>/', 'date/', 'data/', 'us/', 'us/date=2025-04-02-05/'),
)

test('a listing that skips finds what a listing of everything would keep', () => {
  fc.assert(
    fc.property(fc.array(name), hours, (names, range) => {
      const folder = 'event_type=users.x.Y/'
      const keys = [...new Set(names.map((one) => `${folder}${one}a.avro`))].sort()
      expect(skipping(keys, folder, range)).toEqual(keys.filter((key) => covers(range, dateIn(key))))
    }),
  )
})

test('a listing skips what is out of the hours in one step', () => {
  const key = 'p/event_type=users.x.Y/date=2024-01-01-00/6/us/a.avro'
  const range = { first: '2025-04-01-17', last: '2025-04-02-00', also: [] }
  const folder = 'p/event_type=users.x.Y/'
  expect(skipTo(key, folder, range)).toBe(`${folder}date=2025-04-01-17`)
  expect(skipTo(key.replace('2024', '2026'), folder, range)).toBe(`${folder}date>`)
  expect(skipTo(key.replace('2024-01-01-00', '2025-04-01-23'), folder, range)).toBeUndefined()
  expect(nextCovered({ ...range, also: ['2025-01-01-05'] }, '2024-01-01-00')).toBe('2025-01-01-05/')
})

function skipping(keys: readonly string[], folder: string, range: Parameters<typeof skipTo>[2]): string[] {
  const kept: string[] = []
  let after: string | undefined = ''
  for (let steps = 0; after !== undefined; steps++) {
    if (steps > keys.length) throw new Error('the listing goes round')
    const from: string = after
    after = undefined
    for (const key of keys.filter((one) => one > from)) {
      after = skipTo(key, folder, range)
      if (after !== undefined) break
      kept.push(key)
    }
  }
  return kept
}
