import { expect, test } from '@jest/globals'
import { reportPage } from '../../../../src/local/inspect/html/page.ts'
import { filesIn, HOUR, hourText, inspected, range, SEND } from '../export.ts'

const often = (hours: readonly number[], count: number) => hours.flatMap((hour) => filesIn(Array(count).fill(hour)))

test('shows what was found', async () => {
  const files = [
    ...often([...range(0, 30), ...range(33, 60)], 12),
    ...filesIn([40], { name: 'bad.avro', change: (bytes) => bytes.subarray(0, 50) }),
    ...filesIn([41], { name: 'late.avro', lateMs: 30 * HOUR }),
    ...filesIn([42], { type: 'users.brand.New' }),
  ]
  const page = reportPage(await inspected(files, 60))
  for (const heading of [
    'Findings',
    'Events by hour',
    'Event types',
    'Schemas',
    'Gaps',
    'Broken files',
    'Late files',
  ]) {
    expect(page).toMatch(new RegExp(`<h2[^>]*>${heading}</h2>`))
  }
  expect(page).toContain('bad.avro')
  expect(page.match(/<td class="gap">/g)).toHaveLength(3)
  expect(page).toContain('<td class="q6">39</td>')
  expect(page).toContain(`data-hour="${hourText(59)}"`)
})

test('depends on the report only', async () => {
  const files = often(range(0, 20), 2)
  const [one, other] = [await inspected(files, 20), await inspected(files.toReversed(), 20)]
  expect(reportPage(one)).toBe(reportPage(other))
})

test('everything from the bucket is text', async () => {
  const evil = `<script>alert(1)</script><img src=x onerror='alert(2)'>"&`
  const files = filesIn([0], {
    type: `users."${evil.replaceAll('/', '\\')}`,
    name: `${evil.replaceAll('/', '\\')}.avro`,
    change: () => Buffer.from('no avro'),
  })
  const page = reportPage(await inspected([...files, ...filesIn([0])], 1))
  expect(page).toContain('&#60;img src=x onerror=&#39;alert(2)&#39;&#62;&#34;&#38;')
  expect(page).not.toContain('<img')
  expect(page.match(/<script/g)).toHaveLength(1)
})

test('asks for nothing', async () => {
  const page = reportPage(await inspected(filesIn([0]), 1))
  expect(page).not.toMatch(/(src|href|action)=|@import|url\(|fetch\(|https?:/)
  // A style attribute would be refused.
  expect(page).not.toContain('style="')
})

test('a long time is shown by the day, the week, the month or the year', async () => {
  const heading = async (hours: number) =>
    /Events by ([^<]*)</.exec(reportPage(await inspected(filesIn([0, hours - 1]), hours)))?.[1]
  expect(await heading(240)).toBe('hour')
  expect(await heading(241)).toBe('day')
  expect(await heading(401 * 24)).toBe('7 days')
  expect(await heading(8 * 365 * 24)).toBe('30 days')
  expect(await heading(60 * 365 * 24)).toBe('365 days')
})

test('an empty export has a page too', async () => {
  expect(reportPage(await inspected([], 0))).toContain('There are no files in the hours and streams')
})

test('names the event type of each row', async () => {
  expect(reportPage(await inspected(filesIn([0]), 1))).toContain(`<th class="name" scope="row" title="${SEND}">`)
})
