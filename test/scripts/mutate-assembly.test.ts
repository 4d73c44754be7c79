import { expect, test } from '@jest/globals'
import { mutantsOf } from '../../scripts/mutate-assembly/mutants.ts'

const changes = (source: string) => mutantsOf(source).map(({ line, before, after }) => [line, before, after])

test.each([
  ['if (a === b) x()', ['if (a !== b) x()']],
  ['while (at < end) at++', ['while (at <= end) at++']],
  ['return p > start', ['return p >= start']],
  ['const n = a + 0x1f', ['const n = a - 0x1f', 'const n = a + 32']],
  ['return !full && !corrupt', ['return full && !corrupt', 'return !full || !corrupt', 'return !full && corrupt']],
  ['  o += bytes', ['', 'o -= bytes']],
  ['    skip(p)', ['']],
  ['const x = load<u8>(p)', []],
])('breaks %s', (source, mutants) => {
  expect(changes(source)).toEqual(mutants.map((after) => [1, source.trim(), after]))
})

test('leaves comments alone', () => {
  expect(changes('/** a + b\n * === 1 */\n// 2 < 3\nconst c = 4 // 5')).toEqual([
    [4, 'const c = 4 // 5', 'const c = 5 // 5'],
  ])
})
