import { expect, test } from '@jest/globals'
import { reportText } from '../../../src/local/inspect/text.ts'
import { filesIn, hourText, inspected, range, SEND } from './export.ts'

const files = [
  ...filesIn(range(0, 3), { blocks: [400] }),
  ...filesIn([1], { type: 'users.behaviors.liveactivity.PushToStartTokenChange' }),
  ...filesIn([1], { type: 'users.brand.New' }),
]

test('says in few lines what there is', async () => {
  const text = reportText(await inspected(files, 3), 160)
  expect(text).toContain(
    `memory://bucket/: 3 event types in 5 files (25.2 kB), hours ${hourText(0)} to ${hourText(2)} UTC; the newest ended 0.0 s ago.`,
  )
  expect(text).toContain('1,206 events, counted in every file.')
  expect(text).toMatch(/^event type +files +events +newest hour +bytes +first hour +schemas {2}remarks$/m)
  expect(text).toMatch(/^users\.messages\.email\.Send +3 +1,200 +2025-04-01-02 +24\.\d kB +2025-04-01-00 +1$/m)
  expect(text).toMatch(/^users\.brand\.New +.* unknown type$/m)
  expect(text).toMatch(/^total +5 +1,206 +25\.2 kB$/m)
})

test.each([60, 80, 100, 120])('fits into %i columns', async (columns) => {
  const lines = reportText(await inspected(files, 3), columns).split('\n')
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
  expect(lines.some((line) => line.includes('PushToStartTokenChange'))).toBe(true)
})

test('says how events were estimated', async () => {
  const many = range(0, 30).flatMap((hour) => filesIn(Array(12).fill(hour)))
  const text = reportText(await inspected(many, 30, { sampleFiles: 40 }), 300)
  expect(text).toContain(
    'About 1,080 events, estimated by the bytes: 30 of 360 files were opened, at most 1 of each event type and hour. Raise --sample-files for more.',
  )
  expect(text).toContain('~1,080')
})

test('what comes from the bucket does not steer the terminal', async () => {
  const hostile = filesIn([0], {
    type: 'users.\u001b[31mred\u202e',
    name: 'x\u0007\n.avro',
    change: () => Buffer.from('x'),
  })
  const text = reportText(await inspected([...hostile, ...filesIn([0])], 1), 120)
  expect(text).toContain('users.\\u{1b}[31mred\\u{202e}')
  expect(text).toContain('x\\u{7}\\u{a}.avro: at byte 0')
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
  expect(text).toContain(SEND)
})
