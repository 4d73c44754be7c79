import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  BEGINNING,
  beginPass,
  breakFile,
  brokenFile,
  type Cursor,
  finishFile,
  finishPass,
  isInVain,
  isTooNew,
  type ListedFile,
  MARGIN_MS,
  type Passing,
  passOver,
  wants,
} from '../../src/source/cursor.ts'
import { hashOf, MOST_HASHES, NO_FILES } from '../../src/source/recent.ts'
import { progressOf, stateOf } from '../../src/source/state.ts'

const MINUTE = 60_000
const NOON = Date.parse('2025-04-08T12:00:00Z')

const listed = (key: string, modified: number, size = 1): ListedFile => ({
  object: { key, modified: new Date(modified), size },
  part: 'hours',
  date: '2025-04-08-11',
  extra: false,
  next: true,
})

/** What the next run is handed. */
const saved = (cursor: Cursor): Cursor => progressOf('s', JSON.parse(JSON.stringify(stateOf(cursor, 'none')))).cursor

/** One pass over all files at once, read without trouble. */
function pass(cursor: Cursor, files: readonly ListedFile[], now: number): { cursor: Cursor; read: string[] } {
  let passing = beginPass(cursor, now)
  const read: string[] = []
  for (const file of files) {
    const wanted = wants(passing, file)
    if (wanted) read.push(file.object.key)
    passing = wanted ? finishFile(passing, file) : passOver(passing, file)
  }
  return { cursor: saved(finishPass(passing)), read }
}

const since: Cursor = { since: NOON, recent: [], broken: [] }

test.each([
  ['new', NOON + 1, 1, true],
  ['dated at the beginning of the pass', NOON + 10 * MINUTE, 1, true],
  ['dated after it', NOON + 10 * MINUTE + 1, 1, false],
  ['dated at the end of the last pass', NOON, 1, true],
  ['in the margin before it', NOON - MARGIN_MS + 1, 1, true],
  ['before the margin', NOON - MARGIN_MS, 1, false],
  ['in the margin and read before', NOON - 5 * MINUTE, 7, false],
])('a file that is %s', (_, modified, size, expected) => {
  const before = pass({ ...since, since: NOON - 20 * MINUTE }, [listed('a', NOON - 5 * MINUTE, 7)], NOON).cursor
  expect(wants(beginPass(before, NOON + 10 * MINUTE), listed('a', modified, size))).toBe(expected)
})

test.each([
  ['dated after the pass began', NOON + 1, true],
  ['dated at its beginning', NOON, false],
  ['dated before it', NOON - 1, false],
])('a file is too new for a pass if it is %s', (_, modified, expected) => {
  const file = listed('a', modified)
  expect(isTooNew(beginPass(BEGINNING, NOON), file)).toBe(expected)
  // A clock that was set back makes nothing too new that the last pass could have read.
  expect(isTooNew(beginPass({ ...BEGINNING, since: NOON }, NOON - 60 * MINUTE), file)).toBe(expected)
})

test('a pass begins with the folders of the event type', () => {
  expect(beginPass(BEGINNING, NOON).pass.part).toBe('hours')
})

test('a state far in the future wants nothing, and stays there', () => {
  const future = progressOf('s', { _ab_source_file_last_modified: '2999-01-01T00:00:00.000Z' }).cursor
  const { cursor, read } = pass(future, [listed('a', NOON), listed('b', NOON + MINUTE)], NOON + MINUTE)
  expect(read).toEqual([])
  expect(stateOf(cursor, 'none')).toEqual({ _ab_source_file_last_modified: '2999-01-01T00:00:00.000Z', version: 1 })
})

test('a pass that goes on keeps its bounds, and its memory', () => {
  const [a, b, c] = [listed('a', NOON - MINUTE), listed('b', NOON - MINUTE), listed('c', NOON + MINUTE)]
  const cut = finishFile(beginPass({ ...since, since: NOON - 60 * MINUTE }, NOON), a)
  const resumed = saved(cut) as Passing
  expect(resumed.pass).toMatchObject({ started: NOON, after: 'a', resumed: true })
  expect([wants(resumed, b), wants(resumed, c)]).toEqual([true, false])
  const { read } = pass(finishPass(finishFile(resumed, b)), [a, b, c], NOON + 5 * MINUTE)
  expect(read).toEqual(['c'])
})

test('a broken file is wanted until it is whole', () => {
  const file = listed('a', NOON - 60 * MINUTE)
  const first = pass(BEGINNING, [], NOON - 90 * MINUTE).cursor
  const broken = saved(finishPass(breakFile(beginPass(first, NOON), file, 7, NOON)))
  const [entry] = broken.broken
  expect(entry).toMatchObject({ first: NOON, events: 7, date: '2025-04-08-11' })

  const again = breakFile(beginPass(broken, NOON + 60 * MINUTE), file, 9, NOON + 60 * MINUTE)
  expect(brokenFile(again, file.object)).toMatchObject({ first: NOON, events: 9 })

  const next = beginPass(saved(finishPass(again)), NOON + 120 * MINUTE)
  expect(wants(next, file)).toBe(true)
  expect(finishFile(next, file).broken).toEqual([])
  const whole = saved(finishPass(finishFile(next, file)))
  expect(whole.broken).toEqual([])
  expect(wants(beginPass(whole, NOON + 180 * MINUTE), file)).toBe(false)
})

test('of two broken files, the one that becomes whole or breaks again leaves the other as it is', () => {
  const [a, b] = [listed('a', NOON - MINUTE), listed('b', NOON - MINUTE)]
  const both = breakFile(breakFile(beginPass(since, NOON), a, 7, NOON), b, 8, NOON)
  const events = (cursor: Cursor) => [a, b].map(({ object }) => brokenFile(cursor, object)?.events)
  expect(events(finishFile(both, a))).toEqual([undefined, 8])
  expect(events(breakFile(both, b, 9, NOON))).toEqual([7, 9])
})

test('a broken file that is written anew is read from its first event on', () => {
  const broken = finishPass(breakFile(beginPass(since, NOON), listed('a', NOON - MINUTE), 7, NOON))
  expect(brokenFile(broken, listed('a', NOON - MINUTE, 2).object)).toBeUndefined()
  expect(brokenFile(broken, listed('a', NOON).object)).toBeUndefined()
})

test('a broken file that a whole pass does not meet is forgotten, but not by the rest of a pass', () => {
  const broken = finishPass(breakFile(beginPass(since, NOON), listed('a', NOON - MINUTE), 7, NOON))
  const rest = saved(passOver(beginPass(broken, NOON + MINUTE), listed('b', 0))) as Passing
  expect(finishPass(rest).broken).toHaveLength(1)
  expect(finishPass(beginPass(broken, NOON + MINUTE)).broken).toEqual([])
})

test('in hours that are listed for broken files only, nothing else is wanted', () => {
  const file = { ...listed('a', NOON + MINUTE), extra: true }
  const passing = beginPass(since, NOON + 5 * MINUTE)
  expect(wants(passing, file)).toBe(false)
  expect(wants(breakFile(passing, file, 1, NOON), file)).toBe(true)
})

test('more files than can be remembered one by one are not read twice', () => {
  const files = Array.from({ length: MOST_HASHES + 5 }, (_, i) => listed(`a${i}`, NOON - i))
  const first = pass(BEGINNING, files, NOON)
  expect(first.read).toHaveLength(files.length)
  expect(first.cursor.recent).toMatchObject({ count: files.length })
  const second = pass(first.cursor, [...files, listed('b', NOON + MINUTE)], NOON + 5 * MINUTE)
  expect(second.read).toEqual(['b'])
  expect(second.cursor.since).toBe(NOON + 5 * MINUTE)
})

test('a late file among more than can be remembered makes the pass start again without memory', () => {
  const files = Array.from({ length: MOST_HASHES + 5 }, (_, i) => listed(`a${i}`, NOON - i))
  const first = pass(BEGINNING, files, NOON)
  const all = [...files, listed('late', NOON - MINUTE)]
  const second = pass(first.cursor, all, NOON + 5 * MINUTE)
  expect(second.cursor).toMatchObject({ since: NOON, recent: [] })
  expect(pass(second.cursor, all, NOON + 5 * MINUTE).read).toHaveLength(all.length)
})

test('where files are remembered one by one, a pass counts none of those it meets', () => {
  const file = listed('a', NOON - MINUTE)
  const { cursor } = pass(BEGINNING, [file], NOON)
  expect(passOver(beginPass(cursor, NOON + MINUTE), file).pass).toMatchObject({
    met: NO_FILES,
    recent: [hashOf(file.object)],
  })
})

test.each([
  ['older than the margin', listed('old', NOON - 2 * MARGIN_MS)],
  ['too new', listed('new', NOON + 60 * MINUTE)],
  ['of an hour that is listed for broken files only', { ...listed('extra', NOON - MINUTE), extra: true }],
])('where more files were read than can be remembered, none is taken for late that is %s', (_, file) => {
  const files = Array.from({ length: MOST_HASHES + 5 }, (_, i) => listed(`a${i}`, NOON - i))
  const { cursor } = pass(BEGINNING, files, NOON)
  const next = pass(cursor, [...files, file], NOON + 5 * MINUTE)
  expect(next).toMatchObject({ read: [], cursor: { since: NOON + 5 * MINUTE } })
})

test('files that the next pass will not list do not count for what it compares', () => {
  const old = { ...listed('old', NOON - MINUTE), next: false }
  const files = Array.from({ length: MOST_HASHES + 5 }, (_, i) => listed(`a${i}`, NOON - i))
  const { cursor } = pass(BEGINNING, [old, ...files], NOON)
  expect(cursor.recent).toMatchObject({ count: files.length })
})

// ------------------------------------------------------------------------------------------------------- the model

interface Arrival {
  readonly key: string
  /** When it becomes visible. */
  readonly at: number
  /** The time it is dated. */
  readonly modified: number
}

interface Size {
  readonly least: number
  readonly most: number
  /** How long files arrive. */
  readonly minutes: number
}

interface Run {
  /** Minutes after the run before. */
  readonly wait: number
  /** After how many files it is cut off, if it is. */
  readonly cutOff: number | undefined
  /** Whether the last file was read but its state not saved. */
  readonly between: boolean
}

/** Few keys, so that files are replaced; dates on whole minutes, so that many are equal. */
const arrivals = ({ least, most, minutes }: Size) =>
  fc
    .array(
      fc.record({
        root: fc.constantFrom('p/', 'q/'),
        name: fc.nat({ max: 2 * most }),
        minute: fc.nat({ max: minutes }),
        // Late by less than the margin, or dated ahead by as much.
        late: fc.integer({ min: -14, max: 14 }),
      }),
      { minLength: least, maxLength: most, size: 'max' },
    )
    .map((all) =>
      all.map(({ root, name, minute, late }) => ({
        key: `${root}${name}`,
        at: NOON + minute * MINUTE,
        modified: NOON + (minute - late) * MINUTE,
      })),
    )

const runs = ({ most, minutes }: Size) =>
  fc.array(
    fc.record({
      wait: fc.integer({ min: 1, max: minutes / 3 }),
      cutOff: fc.option(fc.nat({ max: most }), { nil: undefined, freq: 3 }),
      between: fc.boolean(),
    }),
    { maxLength: 8 },
  )

/** Finds the file that a listing shows next behind a key at a moment: of each key the content that came last. */
function listingOf(arrivals: readonly Arrival[]): (after: string, now: number) => Arrival | undefined {
  const byArrival = [...arrivals].sort((a, b) => a.at - b.at)
  const keys = [...new Set(arrivals.map(({ key }) => key))].sort()
  const contents = keys.map((key) => byArrival.filter((one) => one.key === key))
  return (after, now) => {
    for (const [i, key] of keys.entries()) {
      const latest = key > after ? contents[i]?.findLast(({ at }) => at <= now) : undefined
      if (latest) return latest
    }
    return undefined
  }
}

const idOf = ({ key, modified }: Arrival): string => `${key} ${modified}`

/** Runs as the source does, with a listing that takes a second a file. Counts how often each content was read. */
function simulate(world: readonly Arrival[], plan: readonly Run[]) {
  const reads = new Map<string, number>()
  const nextBehind = listingOf(world)
  let [cursor, now, states]: [Cursor, number, string[]] = [BEGINNING, NOON, []]
  let inVain = false
  const run = ({ wait, cutOff, between }: Run): void => {
    now += wait * MINUTE
    let left = cutOff ?? Number.POSITIVE_INFINITY
    for (let isDone = false; !isDone; ) {
      let passing: Passing = cursor.pass ? (cursor as Passing) : beginPass(cursor, now)
      for (;;) {
        const { after = '' } = passing.pass
        const next = nextBehind(after, now)
        if (!next) break
        const file = listed(next.key, next.modified)
        if (!wants(passing, file)) {
          passing = passOver(passing, file)
          continue
        }
        if (left-- <= 0) return
        now += 1_000
        reads.set(idOf(next), (reads.get(idOf(next)) ?? 0) + 1)
        if (left <= 0 && between) return
        passing = finishFile(passing, file)
        cursor = saved(passing)
        states.push(JSON.stringify(stateOf(passing, 'none')))
      }
      inVain ||= isInVain(passing)
      isDone = !passing.pass.resumed && !isInVain(passing)
      cursor = saved(finishPass(passing))
      states.push(JSON.stringify(stateOf(cursor, 'none')))
    }
  }
  for (const one of plan) run(one)
  // Two last runs, long after everything has arrived.
  for (let i = 0; i < 2; i++) run({ wait: 300, cutOff: undefined, between: false })
  return { reads, states, inVain, wasCutBetween: plan.some(({ cutOff, between }) => cutOff !== undefined && between) }
}

/** Contents that were replaced before any run could see them count for nothing. */
const neverReplaced = (world: readonly Arrival[]): readonly Arrival[] =>
  world.filter((one) => world.every((other) => other === one || other.key !== one.key))

test.each([
  ['a few files', { least: 0, most: 12, minutes: 120 }, 300],
  ['more files than can be remembered', { least: 200, most: 260, minutes: 12 }, 40],
])('%s: each is read once, however often a run is cut off', (_, size, numRuns) => {
  let [overflows, repeats, cuts] = [0, 0, 0]
  fc.assert(
    fc.property(arrivals(size), runs(size), (world, plan) => {
      const { reads, states, inVain, wasCutBetween } = simulate(world, plan)
      const counts = neverReplaced(world).map((one) => reads.get(idOf(one)) ?? 0)
      expect(Math.min(1, ...counts)).toBe(1)
      if (!inVain && !wasCutBetween) expect(Math.max(1, ...counts)).toBe(1)
      for (const state of states) expect(state.length).toBeLessThan(1_600)
      overflows += states.some((state) => state.includes('"count"')) ? 1 : 0
      repeats += inVain ? 1 : 0
      cuts += plan.some(({ cutOff }) => cutOff !== undefined) ? 1 : 0
    }),
    { numRuns },
  )
  // The property would say little if these never happened.
  expect(cuts).toBeGreaterThan(0)
  if (size.most > MOST_HASHES) {
    expect(repeats).toBeGreaterThan(0)
    expect(overflows).toBeGreaterThan(0)
  }
})
