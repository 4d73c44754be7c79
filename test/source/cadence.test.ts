import { expect, test } from '@jest/globals'
import { isDue, justSaved, type SinceState } from '../../src/source/cadence.ts'

test.each<[Partial<SinceState>, number, boolean]>([
  [{}, 3_600_000, false],
  [{ keys: 1 }, 59_999, false],
  [{ keys: 1 }, 60_000, true],
  [{ keys: 9_999 }, 0, false],
  [{ keys: 10_000 }, 0, true],
  [{ keys: 1, files: 1 }, 4_999, false],
  [{ keys: 1, files: 1 }, 5_000, true],
  [{ keys: 1, files: 1, records: 9_999 }, 0, false],
  [{ keys: 1, files: 1, records: 10_000 }, 0, true],
])('with %j, %i ms after the last state, a state is due: %s', (since, ms, expected) => {
  expect(isDue({ ...justSaved(1_000), ...since }, 1_000 + ms)).toBe(expected)
})
