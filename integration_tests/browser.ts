/** A headless Chromium of this machine, driven through a pipe: https://chromedevtools.github.io/devtools-protocol/ (read 2026-11). */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { where } from '../test/where.ts'

/** Undefined where there is none. */
const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
)

/** For tests that need one. */
export const withBrowser = where(CHROMIUM !== undefined, 'no Chromium here')

export interface Page {
  /** The value of an expression of JavaScript. */
  evaluate(expression: string): Promise<unknown>
  press(key: string): Promise<void>
  /** PNG. */
  screenshot(): Promise<Buffer>
  /** The addresses that were asked for, and the messages of the console. */
  readonly requests: readonly string[]
  readonly messages: readonly string[]
}

export interface Look {
  readonly width: number
  readonly scheme: 'light' | 'dark'
}

/** Opens an address, and closes the browser when `use` is done. */
export async function inBrowser<T>(address: string, look: Look, use: (page: Page) => Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'))
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe']
  const browser = spawn(CHROMIUM ?? '', [...options, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  try {
    const session = await sessionOf(browser.stdio[3] as Writable, browser.stdio[4] as Readable)
    return await use(await open(session, address, look))
  } finally {
    // Its helpers write to the profile, too, and outlive it for a moment if it is asked to end.
    if (browser.pid) process.kill(-browser.pid, 'SIGKILL')
    await once(browser, 'close')
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

type Answer = Readonly<Record<string, unknown>>

interface Session {
  send(method: string, params?: object): Promise<Answer>
  on(method: string, listener: (params: Answer) => void): void
}

async function sessionOf(to: Writable, from: Readable): Promise<Session> {
  const waiting = new Map<number, (answer: Answer) => void>()
  const listeners: [string, (params: Answer) => void][] = []
  let [id, rest, sessionId] = [0, '', undefined as unknown]
  from.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0')
    rest = messages.pop() ?? ''
    for (const message of messages.map((one) => JSON.parse(one))) {
      waiting.get(message.id)?.(message.result ?? message)
      for (const [method, listener] of listeners) if (method === message.method) listener(message.params)
    }
  })
  const send = (method: string, params: object = {}): Promise<Answer> =>
    new Promise((resolve) => {
      waiting.set(++id, resolve)
      to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    })
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
  sessionId = (await send('Target.attachToTarget', { targetId, flatten: true }))['sessionId']
  return { send, on: (method, listener) => listeners.push([method, listener]) }
}

async function open({ send, on }: Session, address: string, { width, scheme }: Look): Promise<Page> {
  const [requests, messages]: [string[], string[]] = [[], []]
  on('Network.requestWillBeSent', ({ request }) => requests.push((request as { url: string }).url))
  on('Log.entryAdded', ({ entry }) => messages.push((entry as { text: string }).text))
  on('Runtime.exceptionThrown', (params) => messages.push(JSON.stringify(params)))
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await send(`${domain}.enable`)
  await send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 })
  await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
  const loaded = new Promise((resolve) => on('Page.loadEventFired', resolve))
  await send('Page.navigate', { url: address })
  await loaded
  return {
    requests,
    messages,
    async evaluate(expression) {
      const { result } = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
      return (result as { value?: unknown }).value
    },
    async press(key) {
      const code = key === 'Enter' ? { windowsVirtualKeyCode: 13, text: '\r' } : { windowsVirtualKeyCode: 9 }
      for (const type of ['keyDown', 'keyUp']) await send('Input.dispatchKeyEvent', { type, key, ...code })
    },
    async screenshot() {
      const { data } = await send('Page.captureScreenshot', { captureBeyondViewport: true })
      return Buffer.from(String(data), 'base64')
    },
  }
}
