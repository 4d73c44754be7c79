/** What a machine may do to a process: full disks, readers that stop or go away, signals, little memory. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Random } from '../src/local/random.ts'
import { sampleExport } from '../src/local/sample/sample.ts'
import { where } from '../test/where.ts'
import { type FakeService, fakeService } from './fakes/service.ts'
import { belowFile, fullDisk, type Place, readOnlyDisk } from './machine/disk.ts'
import { ran, start } from './machine/process.ts'

jest.setTimeout(120_000)

const STREAM = 'users.messages.email.Send'
const EVENTS = 3000
const scratch = mkdtempSync(join(tmpdir(), 'machine-'))
const path = (name: string): string => join(scratch, name)
let service: FakeService
let refusing: FakeService
const full = await fullDisk(path('full'))
const places: readonly Place[] = [full, await readOnlyDisk(path('read-only')), belowFile(path('file'))].filter(
  (place) => place !== undefined,
)

function file(name: string, content: object): string {
  writeFileSync(path(name), JSON.stringify(content))
  return path(name)
}

const destinationAt = (url: string, more: object = {}): object => ({
  destination: { service: 'segment', write_key: 'k', endpoint: url },
  ...more,
})

beforeAll(async () => {
  await sampleExport({ out: path('export'), events: EVENTS, hours: 1, streams: '*.email.*' })
  service = await fakeService(() => 200, { forgets: true })
  refusing = await fakeService(() => 400, { forgets: true })
  file('source.json', { storage: { provider: 'local', path: path('export') } })
  file('destination.json', destinationAt(service.url))
  file('catalog.json', {
    streams: [{ stream: { name: STREAM, json_schema: {} }, sync_mode: 'incremental', destination_sync_mode: 'append' }],
  })
})
afterAll(async () => {
  for (const place of places) place.remove()
  await Promise.all([service.close(), refusing.close()])
  rmSync(scratch, { recursive: true })
})

const SOURCE = ['--source-config', path('source.json')]
const BOTH = [...SOURCE, '--destination-config', path('destination.json')]
const READ = ['read', '--config', path('source.json'), '--catalog', path('catalog.json')]
const WRITE = ['write', '--config', path('destination.json'), '--catalog', path('catalog.json')]

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  spec: ['spec'],
  check: ['check', '--config', path('source.json')],
  discover: ['discover', '--config', path('source.json')],
  read: READ,
  write: WRITE,
  sync: ['sync', ...BOTH],
  'sync --json': ['sync', '--json', ...BOTH],
  preview: ['preview', ...BOTH],
  inspect: ['inspect', ...SOURCE],
  'inspect --json': ['inspect', '--json', ...SOURCE],
}

const record = (id: number | string, more: object = {}): string =>
  `${JSON.stringify({ type: 'RECORD', record: { stream: STREAM, data: { id: `e${id}`, time: 1_700_000_000, user_id: 'b', ...more }, emitted_at: 1 } })}\n`
const state = (id: number): string =>
  `${JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name: STREAM }, stream_state: { id } }, id } })}\n`

const statesIn = (stdout: string): number => stdout.split('"type":"STATE"').length - 1

describe('a disk that is full', () => {
  test.each(Object.keys(COMMANDS))('%s > /dev/full fails', async (name) => {
    const { code } = await ran(COMMANDS[name] ?? [], { stdout: openSync('/dev/full', 'w') })
    expect(code).toBe(1)
  })
})

test(`a full disk can be had${places.length < 3 ? ': not by this user, so those tests are left out' : ''}`, () => {
  expect(places.length).toBeGreaterThan(0)
  // Whatever ends the tests, nothing stays mounted.
  expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(scratch)
})

describe.each(places)('$name', ({ folder, code: fault }) => {
  const says = expect.stringMatching(
    new RegExp(`can't be (written|read)[^(]*\\(${fault}\\)|can't be written to .*\\(${fault}\\)`),
  )

  test('keeps no rejected records: the sync fails, and no state covers them', async () => {
    const kept = { object_storage_config: { storage_type: 'Local', bucket_path: join(folder, 'rejected') } }
    const config = file('rejecting.json', destinationAt(refusing.url, kept))
    const { code, stdout } = await ran(['write', '--config', config, '--catalog', path('catalog.json')], {
      stdin: record(1) + state(1),
    })
    expect([code, statesIn(stdout)]).toEqual([1, 0])
    expect(stdout).toMatch(/"failure_type":"config_error"/)
    expect(stdout).toEqual(says)
  })

  test.each([
    ['the state of a sync', ['sync', ...BOTH, '--state', join(folder, 'state.json')]],
    ['the page of inspect', ['inspect', ...SOURCE, '--html', join(folder, 'page.html')]],
    ['the page of preview', ['preview', ...BOTH, '--html', join(folder, 'page.html')]],
    ['a sample', ['sample', '--out', join(folder, 'sample'), '--events', '100']],
  ])('does not take %s: the command says so and fails', async (_, args) => {
    const { code, stderr } = await ran(args)
    expect(stderr).toEqual(says)
    expect(stderr).not.toMatch(/^ {4}at /m)
    expect(code).not.toBe(0)
    if (existsSync(folder)) expect(readdirSync(folder).filter((name) => /state|page/.test(name))).toEqual([])
  })
})

test('a collector that could keep nothing does not begin', async () => {
  const { code, stderr } = await ran(['collector', '--port', '0', '--out', join(path('file'), 'sub', 'events.jsonl')])
  expect([code, stderr]).toEqual([1, expect.stringContaining("events.jsonl (--out) can't be written")])
})

const disk = where(full !== undefined, 'this user can fill no disk')

disk.describe(`a collector whose disk is full${disk.note}`, () => {
  const out = join(full?.folder ?? '', 'events.jsonl')
  const event = { type: 'track', event: 'Email Opened', userId: 'u', messageId: 'm', long: 'x'.repeat(20_000) }

  async function collecting(): Promise<ReturnType<typeof start> & { readonly post: () => Promise<Response> }> {
    const running = start(['collector', '--port', '0', '--out', out])
    const [line] = (await once(running.process.stdout ?? running.stdin, 'data')) as [Buffer]
    const { endpoint } = JSON.parse(`${line}`).destination
    const headers = { authorization: `Basic ${btoa('any:')}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ batch: [event] })
    return { ...running, post: () => fetch(`${endpoint}/v1/batch`, { method: 'POST', headers, body }) }
  }

  test('answers 500, counts nothing, and says so when it ends', async () => {
    const collector = await collecting()
    const [first, again] = [await collector.post(), await collector.post()]
    expect([first.status, again.status]).toEqual([500, 500])
    collector.process.kill('SIGTERM')
    const { code, stderr } = await collector.ended
    expect([code, readFileSync(out, 'utf8')]).toEqual([143, ''])
    expect(stderr).toMatch(/0 events of 0 names.*500: 2.*events\.jsonl \(--out\) can't be written \(ENOSPC\)/s)
  })

  test('keeps what is sent again once there is room', async () => {
    const collector = await collecting()
    expect((await collector.post()).status).toBe(500)
    full?.empty()
    const [first, again] = [await collector.post(), await collector.post()]
    full?.fill()
    expect([first.status, again.status]).toEqual([200, 200])
    collector.process.kill('SIGTERM')
    const { stderr } = await collector.ended
    expect(readFileSync(out, 'utf8')).toBe(`${JSON.stringify(event)}\n`)
    expect(stderr).toContain('1 event of 1 name, 1 duplicate')
    expect(stderr).not.toContain('ENOSPC')
  })
})

describe('a reader of stdout', () => {
  const reading = async (pauses: (chunks: number) => number) => {
    const running = start(READ, { isUnread: true, stdin: '' })
    const { stdout } = running.process
    if (!stdout) throw new Error('No stdout.')
    let [text, chunks] = ['', 0]
    for await (const chunk of stdout) {
      text += chunk
      await sleep(pauses(chunks++))
    }
    return { ...(await running.ended), text }
  }

  test.each([
    ['is slow', () => 5],
    ['is stuck for a while', (chunks: number) => (chunks === 1 ? 1500 : 0)],
  ])('that %s gets every line, whole', async (_, pauses) => {
    const [{ code, text }, all] = [await reading(pauses), await ran(READ)]
    expect(code).toBe(0)
    const types = (lines: string) =>
      lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).type)
    expect(types(text)).toEqual(types(all.stdout))
  })

  test.each(['read', 'sync --json', 'preview', 'inspect --json'])('that goes away makes %s fail', async (name) => {
    const running = start(COMMANDS[name] ?? [], { isUnread: true, stdin: '' })
    running.process.stdout?.destroy()
    expect((await running.ended).code).toBe(1)
  })

  test('that goes away makes write fail, and what it was not told of is sent again', async () => {
    const running = start(WRITE, { isUnread: true, stdin: record(1) + state(1) })
    running.process.stdout?.destroy()
    expect((await running.ended).code).toBe(1)
  })
})

describe('stdin that ends in the middle of a line', () => {
  const [whole, half] = [record(1) + state(1), record(2)]
  test.each([
    ['of a record', half.slice(0, -20)],
    ['of its first word', half.slice(0, 9)],
    ['of a state', state(2).slice(0, 30)],
  ])('%s fails; the states before it come back', async (_, rest) => {
    const { code, stdout } = await ran(WRITE, { stdin: whole + rest })
    expect([code, statesIn(stdout)]).toEqual([1, 1])
  })

  test('is no fault where only the line feed is missing', async () => {
    const { code, stdout } = await ran(WRITE, { stdin: whole + record(2) + state(2).trimEnd() })
    expect([code, statesIn(stdout)]).toEqual([0, 2])
  })
})

describe('a signal', () => {
  const LONG: Readonly<Record<string, readonly string[]>> = {
    ...COMMANDS,
    sample: ['sample', '--out', path('sampled'), '--events', '300000', '--hours', '200'],
    collector: ['collector', '--port', '0'],
  }
  const SIGNALS = [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const
  const random = new Random(7)
  const cases = Object.keys(LONG).flatMap((name) =>
    SIGNALS.map(([signal, code]) => ({ name, signal, code, afterMs: 40 + random.below(700) })),
  )

  test.each(cases)(
    '$signal to $name after $afterMs ms ends it as documented',
    async ({ name, signal, code, afterMs }) => {
      const stateFile = name.startsWith('sync') ? ['--state', path(`state-${name.length}-${signal}.json`)] : []
      const running = start([...(LONG[name] ?? []), ...stateFile])
      // stdin stays open: only the signal ends `write`.
      setTimeout(() => running.process.kill(signal), afterMs)
      const ended = await running.ended
      // Before the process has begun to listen, the signal itself ends it. One that was faster is done.
      expect([code, signal, ...(name === 'write' || name === 'collector' ? [] : [0])]).toContain(ended.code)
      expect(ended.stderr).not.toMatch(/add up|^ {4}at /m)
      const [written] = stateFile.slice(1)
      if (written && existsSync(written)) expect(JSON.parse(readFileSync(written, 'utf8'))).toBeInstanceOf(Array)
    },
  )

  const WHILE_LOADING = ['--import', new URL('machine/signalling.mjs', import.meta.url).href]

  test.each(['write', 'inspect'])('that comes while %s is being loaded ends it, too', async (name) => {
    const { code } = await start(COMMANDS[name] ?? [], { options: WHILE_LOADING }).ended
    expect(code).toBe(143)
  })

  const UNSHARE = ['unshare', '--fork', '--pid', '--mount-proc', '--kill-child']
  const namespaces = where(canUnshare(UNSHARE), 'this user has no namespaces')

  namespaces.test.each(SIGNALS)(`%s ends it as process number 1, too${namespaces.note}`, async (signal, code) => {
    const running = start(WRITE, { within: UNSHARE })
    running.stdin.write(record(1) + state(1) + record(2).repeat(2000))
    // Its first word shows that it listens.
    await once(running.process.stdout ?? running.stdin, 'data')
    const { pid } = running.process
    const [inner] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    process.kill(Number(inner), signal)
    const { code: ended, stdout } = await running.ended
    expect([ended, statesIn(stdout)]).toEqual([code, 1])
  })

  namespaces.test(`while process number 1 is being loaded ends it, too${namespaces.note}`, async () => {
    expect((await start(WRITE, { within: UNSHARE, options: WHILE_LOADING }).ended).code).toBe(143)
  })
})

function canUnshare([command = '', ...words]: readonly string[]): boolean {
  try {
    execFileSync(command, [...words, 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('memory', () => {
  /** As in the Dockerfile. */
  const options = ['--max-old-space-size=1400']
  const MB = 1024 * 1024
  const MOST = 700 * MB

  async function peakOf(running: ReturnType<typeof start>, work: () => Promise<void>): Promise<number> {
    let peak = 0
    const timer = setInterval(() => {
      peak = Math.max(peak, running.peak() ?? 0)
    }, 20)
    await work()
    clearInterval(timer)
    return peak
  }

  test('is bounded in write, though hundreds of megabytes come in events of 900 KB', async () => {
    const kept = { object_storage_config: { storage_type: 'Local', bucket_path: path('large') } }
    const config = file('large.json', destinationAt(service.url, kept))
    const running = start(['write', '--config', config, '--catalog', path('catalog.json')], { options })
    const peak = await peakOf(running, async () => {
      for (let i = 0; i < 400; i++) {
        const line = record(i, { url: 'x'.repeat(900_000) }) + (i % 50 === 49 ? state(i) : '')
        if (!running.stdin.write(line)) await once(running.stdin, 'drain')
      }
      running.stdin.end()
      await running.ended
    })
    const { code, stdout } = await running.ended
    expect([code, statesIn(stdout)]).toEqual([0, 8])
    expect(peak).toBeGreaterThan(50 * MB)
    expect(peak).toBeLessThan(MOST)
  })

  test('is bounded in read of every stream, though nobody reads what comes out', async () => {
    await sampleExport({ out: path('all'), events: 60_000, hours: 2 })
    const config = file('all.json', { storage: { provider: 'local', path: path('all') } })
    const catalog = fileOfCatalog()
    const running = start(['read', '--config', config, '--catalog', catalog], { options, isUnread: true, stdin: '' })
    const peak = await peakOf(running, async () => {
      await sleep(3000)
      running.process.stdout?.resume()
      await running.ended
    })
    expect((await running.ended).code).toBe(0)
    expect(peak).toBeGreaterThan(50 * MB)
    expect(peak).toBeLessThan(MOST)
  })
})

const fileOfCatalog = (): string => new URL('../catalogs/configured/all_events.json', import.meta.url).pathname
