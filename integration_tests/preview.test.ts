import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { sampleExport } from '../src/local/sample/sample.ts'
import { inBrowser, withBrowser } from './browser.ts'
import { runCli } from './command_line.ts'

jest.setTimeout(120_000)

const scratch = mkdtempSync(join(tmpdir(), 'preview-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const CONFIGS = [
  ...['--source-config', join(scratch, 'source.json')],
  ...['--destination-config', join(scratch, 'destination.json')],
]
const WRITE_KEY = 'the-write-key-itself'
/** What a browser or a terminal might take for more than text. */
const EVIL = `</pre><script>document.title='broken'</script><img src=x onerror="document.title='broken'">&amp;\u202e\u001b[31m`
/** Of more digits than a number of JavaScript has. */
const LONG = '9007199254740993'

beforeAll(async () => {
  const out = join(scratch, 'export')
  await sampleExport({ out, events: 400, hours: 1, streams: '*.email.*,*.Purchase,*.sms.*' })
  const event = {
    event_type: 'users.behaviors.CustomEvent',
    id: 'hostile',
    time: 1_700_000_000,
    user: { user_id: 'u', external_user_id: EVIL },
    properties: { app_id: 'a', name: EVIL, custom_properties: { [EVIL]: EVIL, word: 'w'.repeat(300), count: 0 } },
  }
  mkdirSync(join(out, 'hostile'))
  writeFileSync(join(out, 'hostile', 'events.jsonl'), JSON.stringify(event).replace('"count":0', `"count":${LONG}`))
  const write = (name: string, value: object) => writeFileSync(join(scratch, name), JSON.stringify(value))
  write('source.json', {
    storage: { provider: 'local', path: out },
    personal_data: { policy: 'hash', fields: ['email_address'], salt: 's' },
  })
  write('destination.json', { destination: { service: 'segment', write_key: WRITE_KEY } })
})

test('shows the events of the chosen streams as they are, and as they would be sent', async () => {
  const { code, stdout, stderr } = await runCli('preview', ...CONFIGS, '--streams', '*.CustomEvent')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout.match(new RegExp(`"count": ${LONG}\\b`, 'g'))).toHaveLength(2)
  expect(stdout).toContain('"messageId": "hostile"')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what steers a terminal.
  expect(stdout).not.toMatch(/[\u001b\u202e]/)
})

test('without a choice it shows five events, and says that there are more', async () => {
  const { code, stdout, stderr } = await runCli('preview', ...CONFIGS)
  expect(code).toBe(0)
  expect(stdout.match(/^── /gm)).toHaveLength(5)
  expect(stderr).toContain("Choose streams, such as --streams '*.email.*'")
})

test('a page takes the place of the text', async () => {
  const { code, stdout, page } = await pageOf('--limit', '2')
  expect([code, stdout]).toEqual([0, ''])
  const text = readFileSync(page, 'utf8')
  expect(text.match(/<h2>/g)?.length).toBeGreaterThan(20)
  expect(text).not.toContain(WRITE_KEY)
})

withBrowser.test.each([
  { width: 390, scheme: 'dark', background: 'rgb(16, 20, 27)' },
  { width: 1280, scheme: 'light', background: 'rgb(246, 247, 249)' },
] as const)(
  `a $scheme browser of $width pixels shows the page, asks for nothing else, and runs nothing of the events${withBrowser.note}`,
  async ({ width, scheme, background }) => {
    const { page } = await pageOf()
    await inBrowser(
      pathToFileURL(page).href,
      { width, scheme },
      async ({ evaluate, requests, messages, screenshot }) => {
        expect(await evaluate('document.title')).toBe('Preview of Braze Currents events')
        expect(await evaluate('document.body.textContent')).toContain('onerror=')
        expect(await evaluate('document.body.textContent')).toContain(LONG)
        expect(await evaluate('document.images.length + document.scripts.length')).toBe(0)
        expect(await evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(await evaluate('getComputedStyle(document.body).backgroundColor')).toBe(background)
        // Beside each other where there is room, below each other where there is none.
        const tops = await evaluate(`[...document.querySelector('.beside').children].map((half) => half.offsetTop)`)
        expect(new Set(tops as number[]).size).toBe(width < 600 ? 2 : 1)
        expect(requests.filter((url) => !url.endsWith('.html'))).toEqual([])
        expect(messages).toEqual([])
        expect((await screenshot()).subarray(1, 4).toString()).toBe('PNG')
      },
    )
  },
)

async function pageOf(...args: readonly string[]) {
  const page = join(scratch, 'preview.html')
  return { page, ...(await runCli('preview', ...CONFIGS, '--html', page, ...args)) }
}
