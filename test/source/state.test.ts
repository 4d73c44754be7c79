import { describe, expect, test } from '@jest/globals'
import { ConfigError } from '../../src/cdk/errors.ts'
import type { JsonObject } from '../../src/cdk/protocol.ts'
import { BEGINNING, type Cursor } from '../../src/source/cursor.ts'
import { type Progress, progressOf, type Refresh, stateOf } from '../../src/source/state.ts'

const NOON = Date.parse('2025-04-08T12:00:00Z')
const TIME = '2025-04-08T12:00:00.000Z'

const FULL: Cursor = {
  since: NOON,
  recent: ['AAAAAAAA', 'b-_9BBBB'],
  broken: [{ hash: 'cccccccc', date: '2025-04-08-11', first: NOON + 1, events: 7, met: true }],
  pass: {
    started: NOON + 2,
    after: 'p/é.avro',
    part: 'loose',
    recent: { count: 70, sum: 5 },
    met: { count: 3, sum: 4 },
    resumed: false,
  },
}

// Platforms keep these for years.
const FULL_STATE = {
  _ab_source_file_last_modified: TIME,
  pass: {
    started: '2025-04-08T12:00:00.002Z',
    after: 'p/é.avro',
    part: 'loose',
    recent: { count: 70, sum: 5 },
    met: { count: 3, sum: 4 },
  },
  recent: 'AAAAAAAAb-_9BBBB',
  broken: [{ hash: 'cccccccc', date: '2025-04-08-11', first: '2025-04-08T12:00:00.001Z', events: 7 }],
  version: 1,
}

const read = (state: unknown): Progress => progressOf('users.x', state as JsonObject)

describe('a state', () => {
  test('holds all of a cursor', () => {
    expect(stateOf(FULL, 'none')).toEqual(FULL_STATE)
    const [{ met: _, ...broken } = {}] = FULL.broken
    expect(read(FULL_STATE)).toEqual({
      cursor: { ...FULL, broken: [broken], pass: { ...FULL.pass, resumed: true } },
      refresh: 'none',
    })
  })

  test('leaves out what is as at the beginning', () => {
    const pass = { started: NOON, part: 'hours', recent: [], met: { count: 0, sum: 0 }, resumed: true } as const
    const file = { hash: 'cccccccc', first: NOON, events: 0 }
    const cursor: Cursor = { since: NOON, recent: [], broken: [file], pass }
    const state = {
      _ab_source_file_last_modified: TIME,
      pass: { started: TIME },
      broken: [{ hash: 'cccccccc', first: TIME, events: 0 }],
      version: 1,
    }
    expect(Object.keys(stateOf(cursor, 'none')).sort()).toEqual(Object.keys(state).sort())
    expect(JSON.parse(JSON.stringify(stateOf(cursor, 'none')))).toEqual(state)
    expect(Object.keys(stateOf(cursor, 'none')['pass'] ?? {})).toEqual(['started'])
    expect(read(state).cursor).toEqual(cursor)
    expect(stateOf(BEGINNING, 'none')).toEqual({
      _ab_source_file_last_modified: '1970-01-01T00:00:00.000Z',
      version: 1,
    })
  })

  test.each<[Refresh, object]>([
    ['none', {}],
    ['under way', { __ab_full_refresh_sync_complete: false }],
    ['complete', { __ab_full_refresh_sync_complete: true }],
  ])('says of a full refresh: %s', (refresh, mark) => {
    const state = { _ab_source_file_last_modified: TIME, ...mark, version: 1 }
    const cursor = { since: NOON, recent: [], broken: [] }
    expect(stateOf(cursor, refresh)).toEqual(state)
    expect(read(state)).toEqual({ cursor, refresh })
  })

  test.each([
    ['none at all', undefined, 'none'],
    ['null', null, 'none'],
    ['an empty one', {}, 'none'],
    [
      'marks of the platform only',
      { __ab_full_refresh_sync_complete: true, __ab_no_cursor_state_message: true },
      'complete',
    ],
    ['another mark', { __ab_is_resumable: true }, 'none'],
  ])('may be %s, and then the stream begins', (_, state, refresh) => {
    expect(read(state)).toEqual({ cursor: BEGINNING, refresh })
  })
})

test('hashes of no file are none', () => {
  const { recent } = read({ _ab_source_file_last_modified: TIME, recent: '', version: 1 }).cursor
  expect(recent).toEqual([])
})

describe('a state of another connector is read', () => {
  test.each([
    ['a time', TIME, NOON],
    ['without milliseconds', '2025-04-08T12:00:00Z', NOON],
    ['with microseconds', '2025-04-08T12:00:00.000000Z', NOON],
    ['without a zone, in UTC', '2025-04-08T12:00:00', NOON],
    ['without seconds', '2025-04-08T12:00', NOON],
    ['with an offset', '2025-04-08T14:00:00+02:00', NOON],
    ['with an offset and microseconds', '2025-04-08T14:00:00.000000+02:00', NOON],
    ['with an offset to the west', '2025-04-08T06:30:00-05:30', NOON],
    ['a day', '2025-04-08', Date.parse('2025-04-08T00:00:00Z')],
    ['a time and the address of a file', '2025-04-08T12:00:00.000000Z_exports/a.avro', NOON],
  ])('%s', (_, time, since) => {
    expect(read({ _ab_source_file_last_modified: time }).cursor).toEqual({ since, recent: [], broken: [] })
  })
})

describe('a state that is not understood is refused', () => {
  const broken = { hash: 'cccccccc', first: TIME, events: 0 }
  test.each<[string, object]>([
    ['a cursor that is no time', { _ab_source_file_last_modified: 'a.avro' }],
    ['a time that comes after something', { _ab_source_file_last_modified: 'a_2025-04-08T12:00:00Z' }],
    ['a year of three digits', { _ab_source_file_last_modified: '999-04-08' }],
    ['a month that there is not', { _ab_source_file_last_modified: '2025-13-08' }],
    ['no cursor', { history: {} }],
    ['our version without a cursor', { version: 1 }],
    ['a pass without a beginning', { ...FULL_STATE, pass: {} }],
    ['an unknown part', { ...FULL_STATE, pass: { started: TIME, part: 'minutes' } }],
    ['hashes that are cut off', { ...FULL_STATE, recent: 'AAAAAAAAb' }],
    ['hashes of other characters', { ...FULL_STATE, recent: 'AAAA+AAA' }],
    ['a negative count', { ...FULL_STATE, recent: { count: -1, sum: 0 } }],
    ['half a count', { ...FULL_STATE, recent: { count: 0.5, sum: 0 } }],
    ['a count without a sum', { ...FULL_STATE, recent: { count: 1 } }],
    ['a broken file whose hash is too long', { ...FULL_STATE, broken: [{ ...broken, hash: 'cccccccccc' }] }],
    ['a broken file whose hash is too short', { ...FULL_STATE, broken: [{ ...broken, hash: 'ccccccc' }] }],
    ['a broken file without a time', { ...FULL_STATE, broken: [{ ...broken, first: undefined }] }],
    ['a broken file with fewer than no events', { ...FULL_STATE, broken: [{ ...broken, events: -1 }] }],
  ])('%s', (_, state) => {
    expect(() => read(state)).toThrow(
      new ConfigError(
        'The state of stream users.x is none that this connector has written: it holds no time in ' +
          '_ab_source_file_last_modified. Reset the stream, so that it is read from the start.',
      ),
    )
    expect(() => read(state)).toThrow(ConfigError)
  })
})
