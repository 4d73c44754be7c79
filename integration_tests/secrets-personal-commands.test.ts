/** The commands as processes, over an export that breaks within personal data, to a service that quotes it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type Behaviour, type FakeService, fakeService, type ReceivedRequest } from './fakes/service.ts'
import { ran } from './machine/process.ts'
import { isPersonal, MARK, personalIn } from './secrets/personal.ts'
import { personalExport, STREAMS } from './secrets/personal-export.ts'
import { textsBelow } from './secrets/texts.ts'

// A few processes a test, on a machine that may be busy.
jest.setTimeout(60_000)

const scratch = mkdtempSync(join(tmpdir(), 'personal-'))
const path = (name: string): string => join(scratch, name)
function file(name: string, content: object): string {
  writeFileSync(path(name), JSON.stringify(content))
  return path(name)
}
const CATALOG = file('catalog.json', {
  streams: STREAMS.map((name) => ({
    stream: { name, json_schema: {} },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  })),
})

let service: FakeService
/** What the service is sent, and how it takes that. */
let sent: string[] = []
let answer: (request: ReceivedRequest) => Behaviour = () => 200
let folder: string

beforeAll(async () => {
  personalExport(path('export'))
  const onRequest = (request: ReceivedRequest) => {
    sent.push(request.body)
    return answer(request)
  }
  service = await fakeService(onRequest, { forgets: true })
})
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'run-'))
  sent = []
  answer = () => 200
})
afterEach(() => rmSync(folder, { recursive: true }))
afterAll(async () => {
  await service.close()
  rmSync(scratch, { recursive: true })
})

const POLICIES = ['keep', 'hash', 'drop'] as const
type Policy = (typeof POLICIES)[number]

const sourceOf = (policy: Policy): string =>
  file('source.json', {
    storage: { provider: 'local', path: path('export') },
    personal_data: { policy, ...(policy === 'hash' && { salt: 'the salt of this test' }) },
  })

const destinationOf = (isKept: boolean): string =>
  file('destination.json', {
    destination: { service: 'segment', write_key: 'k', endpoint: service.url },
    ...(isKept && { object_storage_config: { storage_type: 'Local', bucket_path: join(folder, 'rejected') } }),
  })

test('the export is full of personal data', async () => {
  const { stdout } = await ran(['read', '--config', sourceOf('keep'), '--catalog', CATALOG])
  const records = stdout.split('\n').filter((line) => line.startsWith('{"type":"RECORD"'))
  expect(records.length).toBeGreaterThan(3 * STREAMS.length)
  expect(records.every(isPersonal)).toBe(true)
  expect(stdout.split(' is broken ').length - 1).toBeGreaterThanOrEqual(STREAMS.length)
})

test.each([
  ['check', ['check', '--config']],
  ['discover', ['discover', '--config']],
  ['inspect', ['inspect', '--html', 'FOLDER/page.html', '--source-config']],
  ['inspect --json', ['inspect', '--json', '--source-config']],
])('%s shows nothing of personal data', async (_, args) => {
  const words = args.map((word) => word.replace('FOLDER', folder))
  const { stdout, stderr } = await ran([...words, sourceOf('keep')])
  expect(stdout).not.toBe('')
  expect(personalIn([stdout, stderr, ...textsBelow(folder)].join('\n'))).toEqual([])
})

/** How the service takes what it is sent, and how `sync` is asked for. */
const TREATMENTS: readonly (readonly [string, (request: ReceivedRequest) => Behaviour, readonly string[]])[] = [
  ['takes it', () => 200, []],
  ['refuses and quotes it', (request) => quoting(request, 400), []],
  ['refuses the key and quotes it', (request) => quoting(request, 401), ['--json']],
  ['takes it, and JSON is asked for', () => 200, ['--json']],
  ['takes it, but it is a dry run', () => 200, ['--dry-run']],
]

const quoting = ({ body }: ReceivedRequest, status: number): Behaviour => ({
  status,
  body: JSON.stringify({ success: false, message: body.slice(Math.max(0, body.indexOf(MARK) - 3)) }),
})

describe.each(POLICIES)('where personal data is to %s', (policy) => {
  const isKept = policy === 'keep'

  test('read shows nothing of it but in records', async () => {
    const { stdout, stderr, code } = await ran(['read', '--config', sourceOf(policy), '--catalog', CATALOG])
    const lines = stdout.split('\n').filter((line) => !isKept || !line.startsWith('{"type":"RECORD"'))
    expect([personalIn(lines.join('\n')), personalIn(stderr)]).toEqual([[], []])
    expect(code).toBe(1)
  })

  test.each(['on the screen', 'as a page'])('preview %s shows it only as it is sent', async (where) => {
    const html = where === 'as a page' ? ['--html', join(folder, 'page.html')] : []
    const configs = ['--source-config', sourceOf(policy), '--destination-config', destinationOf(true)]
    const { stdout, stderr } = await ran(['preview', '--streams', '*', ...configs, ...html])
    expect(personalIn(stderr)).toEqual([])
    const shown = [stdout, ...textsBelow(folder)].join('\n')
    expect(shown.length).toBeGreaterThan(1000)
    expect(isPersonal(shown)).toBe(isKept)
  })

  test.each(TREATMENTS.slice(0, isKept ? TREATMENTS.length : 2))(
    'sync shows nothing of it where the service %s',
    async (_, behaviour, options) => {
      answer = behaviour
      for (const keeps of [true, false]) {
        const state = ['--state', join(folder, `state-${keeps}.json`)]
        const configs = ['--source-config', sourceOf(policy), '--destination-config', destinationOf(keeps)]
        const { stdout, stderr, code } = await ran(['sync', ...configs, '--catalog', CATALOG, ...state, ...options])
        expect(code).toBe(1)
        const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        expect(personalIn([stdout, stderr, ...names].join('\n'))).toEqual([])
      }
      const files = textsBelow(folder).filter((text) => !isKept || !text.includes('"rejected":'))
      expect(personalIn(files.join('\n'))).toEqual([])
      if (sent.length > 0) expect(isPersonal(sent.join('\n'))).toBe(isKept)
    },
  )
})
