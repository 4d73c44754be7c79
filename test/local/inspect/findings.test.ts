import { expect, test } from '@jest/globals'
import { codesOf, filesIn, HOUR, hourText, inspected, range, SEND } from './export.ts'

const STEADY = filesIn(range(0, 200))
const RARE = filesIn([0, 60, 120, 180])

test.each([
  ['a steady export is silent for 3 hours', STEADY, 203, []],
  ['a steady export is silent for 4 hours', STEADY, 204, ['export_stopped']],
  ['a rare export is silent for a day', RARE, 181 + 24, []],
  ['a rare export is silent for more than a day', RARE, 181 + 25, ['export_stopped']],
])('%s', async (_, files, at, codes) => {
  expect(codesOf(await inspected(files, at))).toEqual(codes)
})

test('says until when a stopped export must be mended, and afterwards what is lost', async () => {
  const message = async (at: number) => (await inspected(STEADY, at)).findings[0]?.message
  expect(await message(224)).toContain(`the newest hour is ${hourText(199)}, which ended 1 d ago`)
  expect(await message(224)).toContain('act before 2025-04-14T08:00Z')
  expect(await message(200 + 5 * 24)).toContain('events since then may be lost')
})

test('an export whose end was asked for has not stopped', async () => {
  const config = { end_date: new Date(Date.UTC(2025, 3, 5)).toISOString() }
  expect(codesOf(await inspected(STEADY, 500, { config }))).toEqual([])
})

test('names gaps, and event types that have stopped while others go on', async () => {
  const often = (hours: readonly number[], type = SEND) =>
    hours.flatMap((hour) => filesIn(Array(12).fill(hour), { type }))
  const files = [...often([...range(0, 100), ...range(102, 140)]), ...often(range(0, 120), 'users.UserOrphan')]
  const { findings, types } = await inspected(files, 140)
  expect(findings).toMatchObject([
    { level: 'warning', code: 'gaps', examples: [`${SEND}: ${hourText(100)} to ${hourText(101)}, about 24 files`] },
    { level: 'warning', code: 'types_stopped', examples: [`users.UserOrphan: last in ${hourText(119)}`] },
  ])
  expect(types.find(({ eventType }) => eventType === 'users.UserOrphan')?.gaps).toEqual([
    // The newest hour of the export is left out, for it may still be filled.
    { first: hourText(120), last: hourText(138), hours: 19, expectedFiles: 228, isOpen: true },
  ])
})

test('late files are a note, and a warning if a sync would miss them', async () => {
  const late = (lateHours: number) => filesIn([5], { lateMs: lateHours * HOUR, name: 'late.avro' })
  expect(codesOf(await inspected([...STEADY, ...late(2)], 201))).toEqual([])
  const noted = await inspected([...STEADY, ...late(3)], 201)
  expect(noted.findings).toMatchObject([{ level: 'note', code: 'late_files' }])
  expect(noted.late).toMatchObject({ count: 1, beyondLookback: 0, items: [{ lateMs: 3 * HOUR }] })
  const warned = await inspected([...STEADY, ...late(30)], 201, { config: { lookback_hours: 24 } })
  expect(warned.findings).toMatchObject([{ level: 'warning', code: 'late_beyond_lookback' }])
  expect(warned.findings[0]?.message).toContain('Set lookback_hours to 31 or more.')
})

test('a copied export is called so', async () => {
  const files = filesIn(range(0, 200), { lateMs: 300 * HOUR })
  expect(codesOf(await inspected(files, 200))).toEqual(['copied'])
})

test('files of the future are no newest hour', async () => {
  const report = await inspected([...STEADY, ...filesIn([9000])], 201)
  expect(report.totals).toMatchObject({ newestHour: hourText(199), futureFiles: 1 })
  expect(codesOf(report)).toEqual(['future_hours'])
})
