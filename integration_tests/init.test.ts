/** `init` on a real pseudo-terminal, which `script` of util-linux gives. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { type Collector, startCollector } from '../src/local/collector/collector.ts'
import { sampleExport } from '../src/local/sample/sample.ts'
import { runCli } from './command_line.ts'
import { type Answer, converse, withTerminal } from './pseudo_terminal.ts'

const KEY = 'a-secret-write-key'
jest.setTimeout(120_000)

const scratch = mkdtempSync(join(tmpdir(), 'init-'))
const exported = join(scratch, 'export')
let collector: Collector

beforeAll(async () => {
  await sampleExport({ out: exported, events: 20, hours: 1, end: new Date(0), streams: '*.email.Open' })
  collector = await startCollector({ service: 'rudderstack', writeKeys: [KEY] })
})
afterAll(async () => {
  await collector.close()
  rmSync(scratch, { recursive: true })
})

const inFolder = (words: readonly string[], answers: readonly Answer[]) => converse(words, answers, scratch)

withTerminal.test(`asks on a terminal, and never shows a secret${withTerminal.note}`, async () => {
  const { code, shown, left } = await inFolder(
    ['init'],
    [
      ['storage.provider:', '1\r'],
      ['storage.path:', `${exported}\r`],
      ['path_prefix (optional):', '\r'],
      ['start_date (optional):', '\r'],
      ['end_date (optional):', '\r'],
      ['destination.service:', '2\r'],
      ['destination.data_plane_url:', `${collector.url}\r`],
      ['destination.write_key (hidden, optional):', `${KEY}\r`],
      ['destination.delivery [batch]:', '\r'],
    ],
  )
  expect([code, left]).toEqual([0, []])
  expect(shown).toContain(exported)
  expect(shown).toContain('********')
  expect(shown).not.toContain('secret')
  expect(JSON.parse(readFileSync(join(scratch, 'destination.json'), 'utf8'))).toEqual({
    destination: { service: 'rudderstack', data_plane_url: collector.url, write_key: KEY },
  })
})

withTerminal.test(`Ctrl-C at a prompt ends it with 130, and nothing is written${withTerminal.note}`, async () => {
  const { code, shown } = await inFolder(
    ['init', '--source-config', 'a.json', '--destination-config', 'b.json'],
    [
      ['storage.provider:', '1\r'],
      ['storage.path:', '\u0003'],
    ],
  )
  expect(code).toBe(130)
  expect(shown).toContain('Nothing was written.')
  expect(existsSync(join(scratch, 'a.json'))).toBe(false)
})

test('asks nobody where nobody is, and says what is missing', async () => {
  const files = ['--source-config', join(scratch, 'c.json'), '--destination-config', join(scratch, 'd.json')]
  const { code, stderr } = await runCli('init', ...files)
  expect(code).toBe(1)
  expect(stderr).toContain('The source needs storage.provider.')
})
