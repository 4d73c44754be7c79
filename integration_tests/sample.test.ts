import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { runCli } from './command_line.ts'

const scratch = mkdtempSync(join(tmpdir(), 'sample-'))
afterAll(() => rmSync(scratch, { recursive: true }))

test('writes an export and says what is in it', async () => {
  const args = ['--events', '300', '--hours', '2', '--end', '2025-04-01T17', '--codec', 'snappy']
  const { code, stdout, stderr } = await runCli('sample', '--out', join(scratch, 'a'), ...args)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(
    /^300 events of 106 types, \d+ of them written twice,\nin \d+ files \(.+\) of the hours 2025-04-01T15 to 2025-04-01T17 UTC: /,
  )
  expect(existsSync(join(scratch, 'a', 'currents'))).toBe(true)
  const json = await runCli('sample', '--out', join(scratch, 'b'), ...args, '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({ unique: 300, end: '2025-04-01T17:00:00.000Z' })
})

test.each([
  [['sample'], "required option '--out <folder>' not specified"],
  [['sample', '--out', 'x', '--events', 'many'], 'It must be a whole number, 1 or more.'],
  [['sample', '--out', 'x', '--end', '2025'], 'It must look like 2025-04-01T17.'],
  [['sample', '--out', 'x', '--codec', 'zip'], 'Allowed choices are null, deflate, snappy, zstandard.'],
  [['smaple'], 'Did you mean sample?'],
  [['sourc', 'read'], 'Did you mean source?'],
])('%j fails with a hint', async (args, hint) => {
  const { code, stdout, stderr } = await runCli(...args)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(hint)
})

test.each([[[]], [['--help']]])('%j prints an overview', async (args) => {
  const { code, stdout, stderr } = await runCli(...args)
  expect([code, stderr]).toEqual([0, ''])
  for (const word of [
    'sync',
    'preview',
    'sample',
    'collector',
    'source',
    'destination',
    'braze-currents sync --source-config',
    'Exit codes:',
  ]) {
    expect(stdout).toContain(word)
  }
})

test('prints its version', async () => {
  expect((await runCli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
