import { expect, test } from '@jest/globals'
import { BEGINNING, beginPass } from '../../src/source/cursor.ts'
import { filesOf, hoursOf } from '../../src/source/listing.ts'
import { memoryStore } from './memory-store.ts'

const NOON = Date.parse('2025-04-08T12:00:00Z')
const bounds = { start_date: undefined, end_date: undefined, lookback_hours: 24 }

test('loose files are listed anew where they were too many to remember, and limited by prefix and hour', async () => {
  const keys = ['p/x1.json', 'p/x2.txt', 'p/y.json', 'p/date=2025-04-01-00/x.json', 'p/date=2025-04-08-00/x.json']
  const store = memoryStore(keys.map((key) => ({ key, content: '', modified: NOON })))
  const cursor = beginPass({ ...BEGINNING, since: NOON }, NOON)
  const folders = ['p/', 'p/date=2025-04-01-00/', 'p/date=2025-04-08-00/']
  const files = async (prefix: string) => {
    const found = []
    const roots = { roots: [], loose: folders.map((folder) => ({ folder })), prefix }
    for await (const { object } of filesOf(store, roots, cursor, hoursOf(cursor, bounds))) found.push(object.key)
    return found
  }
  expect(await files('p/')).toEqual(['p/x1.json', 'p/y.json', 'p/date=2025-04-08-00/x.json'])
  expect(await files('p/x')).toEqual(['p/x1.json'])
})

test('the hours of a broken file are searched besides those of the pass, and those of the next pass are later', () => {
  const broken = ['2020-01-01-00', '2025-04-08-05', undefined].map((date) => ({ hash: 'h', date, first: 0, events: 0 }))
  const cursor = beginPass({ since: NOON, recent: [], broken }, NOON + 3 * 3_600_000)
  expect(hoursOf(cursor, bounds)).toEqual({
    hours: { first: '2025-04-07-12', last: undefined, also: [] },
    searched: { first: '2025-04-07-12', last: undefined, also: ['2020-01-01-00'] },
    next: { first: '2025-04-07-15', last: undefined, also: [] },
  })
})

test('files that lie in no hour are left out where they are not wanted', async () => {
  const keys = ['event_type=a/date=2025-04-08-00/1.avro', 'event_type=a/2.avro', 'date=2025-04-08-00/3.json', '4.json']
  const store = memoryStore(keys.map((key) => ({ key, content: '', modified: NOON })))
  const cursor = beginPass(BEGINNING, NOON)
  const roots = {
    roots: [{ eventType: 'a', folder: 'event_type=a/', prefix: 'event_type=a/' }],
    loose: [{ folder: '' }, { folder: 'date=2025-04-08-00/' }],
    prefix: '',
  }
  const files = async (undated_files: boolean) => {
    const found = []
    const hours = hoursOf(cursor, { ...bounds, undated_files })
    for await (const { object } of filesOf(store, roots, cursor, hours)) found.push(object.key)
    return found.sort()
  }
  expect(await files(true)).toEqual([...keys].sort())
  expect(await files(false)).toEqual(['date=2025-04-08-00/3.json', 'event_type=a/date=2025-04-08-00/1.avro'])
})
