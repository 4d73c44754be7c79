/** The commands that a person runs: no secret shows in what they print, in their pages or in their states. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { sampleExport } from '../src/local/sample/sample.ts'
import { type Canary, leaksIn } from './secrets/canary.ts'
import { told } from './secrets/command.ts'
import { type Planted, planted, SECRET_FIELDS, type SecretField } from './secrets/fields.ts'
import { hostileServer, type TreatmentName } from './secrets/hostile.ts'

// A few processes a test, on a machine that may be busy.
jest.setTimeout(60_000)

const scratch = mkdtempSync(join(tmpdir(), 'secrets-'))
afterAll(() => rmSync(scratch, { recursive: true }))
beforeAll(() => sampleExport({ out: scratch, events: 50, hours: 1, streams: '*.email.Send' }))

const EXPORT: Planted = { config: { storage: { provider: 'local', path: scratch } }, canaries: [] }
const CRASHING = ['--import', new URL('secrets/crashing.mjs', import.meta.url).href]
const SYNC = ['sync', '--state', 'FOLDER/state.json']
const PREVIEW = ['preview', '--html', 'FOLDER/preview.html']
const INSPECT = ['inspect', '--html', 'FOLDER/inspect.html']

/** Final ones: what may pass is tried again, for a minute of real time. */
const TREATMENTS: Readonly<Record<SecretField['role'], TreatmentName>> = {
  source: 'answers 403 as XML, echoing',
  destination: 'answers 401, echoing',
}

const ofRole = (role: SecretField['role']) => SECRET_FIELDS.filter((field) => field.role === role)

const RUNS: Readonly<Record<SecretField['role'], readonly (readonly string[])[]>> = {
  source: [SYNC, PREVIEW, INSPECT, [...INSPECT, '--json']],
  destination: [PREVIEW, [...SYNC, '--json'], SYNC],
}

/** What prints is the same for every option, and what fails for every command: each meets some of the others. */
const CASES = (['source', 'destination'] as const).flatMap((role) =>
  ofRole(role).flatMap((field, i) => {
    const args = RUNS[role][i % RUNS[role].length] ?? SYNC
    const crashing = role === 'source' ? INSPECT : SYNC
    return [
      { role, name: field.name, run: args.join(' '), field, args, options: [] },
      ...(i % 2 === 0 ? [{ role, name: field.name, run: 'a crash', field, args: crashing, options: CRASHING }] : []),
    ]
  }),
)

test.each(CASES)('$role $name is not shown by $run', ({ field, args, options }) => expectSilence(field, args, options))

/** Whichever of the two roles the field is of, the other one has nothing to hide. */
async function expectSilence(field: SecretField, args: readonly string[], options: readonly string[]): Promise<void> {
  let known: readonly Canary[] = []
  const server = await hostileServer(TREATMENTS[field.role], () => known)
  try {
    const own = planted(field, server.url, 'unruly')
    if (!own) throw new Error(`No configuration with ${field.name} is valid.`)
    known = own.canaries
    const destination = { config: { destination: { service: 'segment', write_key: 'k' } }, canaries: [] }
    const isInspect = args[0] === 'inspect'
    const configs = field.role === 'source' ? { source: own, destination } : { source: EXPORT, destination: own }
    const { code, text } = await told(args, isInspect ? { source: configs.source } : configs, options)
    expect(leaksIn(text, known)).toEqual([])
    // A preview sends nothing, and a local export asks for nothing.
    if (field.role === 'source' || args[0] === 'sync') expect(code).toBe(1)
    if (options.length > 0 && server.heads.length > 0) expect(text).toMatch(/crashed with .*\*\*\*\*/)
  } finally {
    await server.close()
  }
}

/** Where there are no lists, every option can be set. */
const SETTABLE = SECRET_FIELDS.filter(({ path }, i) => !path.includes('0') && i % 3 === 0)

test.each(SETTABLE)('$role $name is not shown by init', async (field) => {
  const own = planted(field, 'http://127.0.0.1:1', 'unruly')
  const settings = settingsOf(own?.config ?? {})
  const other = field.role === 'source' ? ['destination.service=nonsense'] : [`storage.path=${scratch}`]
  const words = [...settings, ...other].flatMap((setting) => ['--set', setting])
  const { text } = await told(['init', '--no-check', ...FILES, ...words], {})
  expect(text).not.toBe('')
  expect(leaksIn(text, own?.canaries ?? [])).toEqual([])
})

/** Elsewhere than in the folder that is looked into: that the files hold the secrets is what they are for. */
const FILES = ['--source-config', join(scratch, 'source.json'), '--destination-config', join(scratch, 'new', 'd.json')]

function settingsOf(value: object, path = ''): readonly string[] {
  return Object.entries(value).flatMap(([name, item]) =>
    typeof item === 'object' ? settingsOf(item, `${path}${name}.`) : [`${path}${name}=${item}`],
  )
}
