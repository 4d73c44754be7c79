/** What only a process of its own can show: signals, pipes, exit codes, memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, expect, test } from '@jest/globals'
import { environmentOf } from '../../src/cdk/process.ts'
import { brief } from './environment.ts'
import { commandOf, ended, messagesIn, runExample, start } from './example/start.ts'

const folder = mkdtempSync(join(tmpdir(), 'process-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: object): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

const catalog = file('catalog.json', {
  streams: [{ stream: { name: 'lines', json_schema: {} }, sync_mode: 'incremental', destination_sync_mode: 'append' }],
})
const UNRULY = new URL('unruly.main.ts', import.meta.url)
const reading = (does: string) => [
  'read',
  '--catalog',
  catalog,
  '--config',
  file(`${does}.json`, { does, key: 's3cr3t' }),
]

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s: what is begun is finished, the states are written, and the exit code is %s', async (signal, code) => {
  const child = start(UNRULY, reading('endless'))
  const end = ended(child)
  await once(child.stdout, 'data')
  child.kill(signal)
  const { exitCode, stdout, stderr } = await end
  expect([exitCode, stderr]).toEqual([code, ''])
  const last = messagesIn(stdout).slice(-2).map(brief)
  expect(last.at(-1)).toBe('lines INCOMPLETE')
  // The last thing a stream said is either a state or the records before one; nothing is cut in the middle.
  expect(last[0]).toMatch(/^STATE lines|^RECORD lines/)
})

test('a second signal ends it at once', async () => {
  const child = start(UNRULY, reading('stuck'))
  const end = ended(child)
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  const again = setInterval(() => child.kill('SIGTERM'), 20)
  expect((await end).exitCode).toBe(143)
  clearInterval(again)
})

test('a reader that goes away ends it, and not with success', async () => {
  const child = start(UNRULY, reading('endless'))
  const end = ended(child)
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect(await end).toMatchObject({ exitCode: 1, stderr: '' })
})

test.each(['throw', 'reject'])('an error that nobody caught (%s) is the last message', async (does) => {
  const { exitCode, stdout, stderr } = await runExample(UNRULY, reading(does))
  expect([exitCode, stderr]).toEqual([1, ''])
  expect(messagesIn(stdout).map(brief)).toEqual(['LOG INFO before', 'LOG INFO stuck', 'system_error: no ****'])
  expect(stdout).not.toContain('s3cr3t')
})

test('memory is bounded, however slow the reader and however much there is', async () => {
  const child = start(UNRULY, reading('600'))
  let [bytes, tail] = [0, Buffer.alloc(0)]
  for await (const chunk of child.stdout) {
    bytes += chunk.length
    tail = Buffer.concat([tail, chunk]).subarray(-200)
    await turn()
  }
  expect(bytes).toBeGreaterThan(570e6)
  const [, megabytes] = /"message":"([\d.]+) MB"/.exec(tail.toString()) ?? []
  expect(Number(megabytes)).toBeGreaterThan(30)
  expect(Number(megabytes)).toBeLessThan(350)
})

test.each([
  ['a socket', '"$@"'],
  ['a pipe', '"$@" | cat'],
  ['a file', '"$@" > "$FILE"; cat "$FILE"'],
])('all of a large output arrives in %s before the process ends', async (_, command) => {
  const [node, argv] = commandOf(UNRULY, reading('20'))
  const env = { ...process.env, FILE: join(folder, 'output') }
  const { stdout, exitCode } = await ended(spawn('sh', ['-c', command, 'sh', node, ...argv], { env }))
  expect([exitCode, messagesIn(stdout).length]).toEqual([0, 20_001])
})

test('help is for people: plain text', async () => {
  const { stdout, exitCode } = await runExample(UNRULY, ['--help'])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^Usage: unruly <command> \[options\]\n/)
})

test('a sleep ends when the run is asked to stop, or when it is cut short', async () => {
  const [stop, cut] = [new AbortController(), new AbortController()]
  const { sleep } = environmentOf(stop.signal)
  const naps = [sleep(2 ** 40), sleep(2 ** 30, new AbortController().signal), sleep(2 ** 30, cut.signal)]
  await sleep(1)
  cut.abort()
  await naps[2]
  stop.abort()
  await Promise.all([...naps, sleep(2 ** 30)])
})
