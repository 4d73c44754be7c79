import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { InspectReport } from '../src/local/inspect/report.ts'
import { inBrowser, withBrowser } from './browser.ts'
import { runCli } from './command_line.ts'

const scratch = mkdtempSync(join(tmpdir(), 'inspect-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const EXPORT = join(scratch, 'export')
const CONFIG = join(scratch, 'source.json')
const HOSTILE = `users."><img src=x onerror="document.title='broken'">`

beforeAll(async () => {
  const { code } = await runCli('sample', '--out', EXPORT, '--events', '400', '--hours', '12', '--format', 'both')
  expect(code).toBe(0)
  write(join(EXPORT, `currents/event_type=${HOSTILE}/date=2026-01-01-00/${HOSTILE}.avro`), 'no avro')
  writeConfig(CONFIG, EXPORT)
})

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const writeConfig = (file: string, path: string): void =>
  write(file, JSON.stringify({ storage: { provider: 'local', path } }))

test('prints a table, and nothing else', async () => {
  const { code, stdout, stderr } = await runCli('inspect', '--source-config', CONFIG, '--streams', '*.email.*')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(
    /: \d+ event types in \d+ files \(.+\), hours .+ UTC; the newest ended .+ ago\.\n\d+ events, counted/,
  )
  expect(stdout).toMatch(/^users\.messages\.email\.Send +\d+ +\d+ /m)
})

test('prints one JSON document, which adds up', async () => {
  const { code, stdout } = await runCli('inspect', '--source-config', CONFIG, '--json')
  expect(code).toBe(0)
  const report = JSON.parse(stdout) as InspectReport
  expect(report).toMatchObject({ format: 1, broken: { count: 1 }, totals: { types: 107, isEstimated: false } })
  const events = report.types.reduce((sum, type) => sum + type.events, 0)
  expect(report.totals.events).toBe(events)
  expect(events).toBeGreaterThanOrEqual(400)
})

test.each([
  [['inspect'], "required option '--source-config <file>' not specified"],
  [['inspect', '--source-config', 'nowhere.json'], 'The file "nowhere.json" (--source-config) does not exist.'],
  [['inspect', '--source-config', CONFIG, '--sample-files', '0'], 'It must be a whole number, 1 or more.'],
])('%j fails with a hint', async (args, hint) => {
  const { code, stdout, stderr } = await runCli(...args)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(hint)
})

test('says why nothing is there', async () => {
  const [empty, config] = [join(scratch, 'empty'), join(scratch, 'empty.json')]
  mkdirSync(empty)
  writeConfig(config, empty)
  const { code, stderr } = await runCli('inspect', '--source-config', config)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: .* holds no files of a Currents export\. /)
})

test('a page that can not be written is said to be so', async () => {
  const { code, stderr } = await runCli('inspect', '--source-config', CONFIG, '--html', scratch)
  expect(code).toBe(1)
  expect(stderr).toMatch(/can't be written \(EISDIR\)/)
})

withBrowser.test(
  `a browser shows the page, asks for nothing else, and runs nothing of what lies in the bucket${withBrowser.note}`,
  async () => {
    await inBrowser(
      await pageOf(),
      { width: 390, scheme: 'dark' },
      async ({ evaluate, requests, messages, screenshot }) => {
        expect(await evaluate('document.title')).toMatch(/^Braze Currents export at /)
        expect(await evaluate('document.body.textContent')).toContain('onerror=')
        expect(await evaluate('document.images.length')).toBe(0)
        expect(await evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(16, 20, 27)')
        // Only what is in a frame of its own is wider than the screen.
        expect(await evaluate('document.documentElement.scrollWidth')).toBe(390)
        expect(requests.filter((url) => !url.endsWith('/report.html'))).toEqual([])
        expect(messages).toEqual([])
        expect((await screenshot()).subarray(1, 4).toString()).toBe('PNG')
      },
    )
  },
  120_000,
)

withBrowser.test(
  `tables are sorted with the keyboard${withBrowser.note}`,
  async () => {
    await inBrowser(await pageOf(), { width: 1280, scheme: 'light' }, async ({ evaluate, press }) => {
      const column = (i: number) =>
        evaluate(
          `[...document.querySelector('table.sortable').tBodies[0].rows].map(({ cells }) => cells[${i}].dataset.value ?? cells[${i}].textContent)`,
        )
      const sort = () =>
        evaluate(
          `[...document.querySelectorAll('table.sortable')[0].tHead.rows[0].cells].map((head) => head.ariaSort).join(' ')`,
        )
      const files = (await column(1)) as string[]
      await evaluate(`document.querySelectorAll('table.sortable')[0].querySelectorAll('th button')[0].focus()`)
      await press('Tab')
      await press('Enter')
      expect(await column(1)).toEqual(files.toSorted((a, b) => Number(b) - Number(a)))
      expect(await sort()).toBe('none descending none none none none none none none')
      await press('Enter')
      expect(await column(1)).toEqual(files.toSorted((a, b) => Number(a) - Number(b)))
      expect(await sort()).toBe('none ascending none none none none none none none')
    })
  },
  120_000,
)

async function pageOf(): Promise<string> {
  const page = join(scratch, 'report.html')
  expect((await runCli('inspect', '--source-config', CONFIG, '--html', page)).code).toBe(0)
  return pathToFileURL(page).href
}
