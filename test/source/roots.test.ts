import { expect, test } from '@jest/globals'
import { ConfigError } from '../../src/cdk/errors.ts'
import type { Hours } from '../../src/source/hours.ts'
import { findRoots, rootsOf } from '../../src/source/roots.ts'
import { memoryStore } from './memory-store.ts'

const ALWAYS: Hours = { also: [] }

const OPEN = 'event_type=users.messages.email.Open/date=2025-04-01-17'
const KEYS = [
  `currents/dataexport.a/${OPEN}/6/us/1.avro`,
  `currents/dataexport.b/${OPEN}/6/us/1.avro`,
  `currents/dataexport.b/event_type=users.messages.email.Click/date=2025-04-01-17/6/us/1.avro`,
  `currents-test/dataexport.c/${OPEN}/6/us/1.avro`,
  'currents/dumps/2025/events.ndjson',
  'currents/dumps/readme.txt',
  'logs/2025/04/01.log',
]
const store = (keys: readonly string[] = KEYS) => memoryStore(keys.map((key) => ({ key, content: '', modified: 0 })))

const A = 'currents/dataexport.a/event_type=users.messages.email.Open/'
const B_CLICK = 'currents/dataexport.b/event_type=users.messages.email.Click/'
const B_OPEN = 'currents/dataexport.b/event_type=users.messages.email.Open/'
const C = 'currents-test/dataexport.c/event_type=users.messages.email.Open/'
const DUMPS = 'currents/dumps/2025/'

test.each([
  ['', [C, A, B_CLICK, B_OPEN], [DUMPS]],
  ['/', [C, A, B_CLICK, B_OPEN], [DUMPS]],
  ['currents/', [A, B_CLICK, B_OPEN], [DUMPS]],
  ['/currents/', [A, B_CLICK, B_OPEN], [DUMPS]],
  ['currents', [A, B_CLICK, B_OPEN], [DUMPS]],
  ['curr', [C, A, B_CLICK, B_OPEN], [DUMPS]],
  ['currents/dataexport.b', [B_CLICK, B_OPEN], []],
  ['currents/dataexport.b/event_type=users.messages.email.Op', [B_OPEN], []],
  ['currents/dataexport.b/event_type=users.messages.email.Open', [B_OPEN], []],
  ['currents/dumps', [], [DUMPS]],
  ['logs', [], []],
  ['nowhere/', [], []],
])('below "%s"', async (prefix, roots, loose) => {
  const found = await findRoots(store(), prefix, ALWAYS)
  expect([found.roots.map((root) => root.prefix), found.loose.map(({ folder }) => folder)]).toEqual([roots, loose])
})

test('a prefix that leads into the folder of an event type needs no search', async () => {
  const it = store()
  const prefix = `currents/dataexport.b/${OPEN.slice(0, -3)}`
  expect(await findRoots(it, prefix, ALWAYS)).toMatchObject({ roots: [{ folder: B_OPEN, prefix }], loose: [] })
  expect(it.calls).toEqual([])
})

test('folders of event types are not gone into', async () => {
  const it = store()
  await findRoots(it, '', ALWAYS)
  expect(it.calls.filter((call) => call.includes('event_type='))).toEqual([])
  expect(it.calls.filter((call) => call.startsWith('list'))).toEqual([])
})

test('hours before the event type limit the search', async () => {
  const hours = ['2025-04-01-16', '2025-04-01-17', '2025-04-01-18']
  const it = store(hours.map((hour) => `date=${hour}/event_type=users.messages.email.Open/1.avro`))
  const { roots } = await findRoots(it, '', { first: '2025-04-01-17', last: '2025-04-01-17', also: [] })
  expect(roots.map(({ prefix }) => prefix)).toEqual(['date=2025-04-01-17/event_type=users.messages.email.Open/'])
  expect(it.calls).toEqual(['level ', 'level date=2025-04-01-17/'])
})

test('a bucket full of other things is not searched for ever', async () => {
  const it = store(Array.from({ length: 50 }, (_, i) => `logs/${i}/a.log`))
  await expect(findRoots(it, '', ALWAYS, 20)).rejects.toThrow(ConfigError)
  await expect(findRoots(it, '', ALWAYS, 20)).rejects.toThrow(
    /more than 20 folders outside of event_type=\. Set path_prefix/,
  )
})

test.each([
  [
    'users.messages.email.Open',
    ['users.messages.email.Open', 'users.messages.email.open', 'USERS_MESSAGES_EMAIL_OPEN'],
  ],
  ['users.messages.fax.Send', ['users.messages.fax.Send']],
  ['users.messages.email.Click', []],
])('the folders of %s may spell it differently if it is known', async (eventType, expected) => {
  const names = [
    'users.messages.email.Open',
    'users.messages.email.open',
    'USERS_MESSAGES_EMAIL_OPEN',
    'users.messages.fax.Send',
    'users.messages.fax.send',
  ]
  const found = await findRoots(store(names.map((name) => `event_type=${name}/1.avro`)), '', ALWAYS)
  expect(
    rootsOf(found, eventType)
      .map(({ folder }) => folder)
      .sort(),
  ).toEqual(expected.map((name) => `event_type=${name}/`).sort())
  expect(rootsOf(found, eventType).map((root) => root.eventType)).toEqual(expected.map(() => eventType))
})
