// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references to environment variables
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { ConfigError } from '../../../src/cdk/errors.ts'
import { type Collector, startCollector } from '../../../src/local/collector/collector.ts'
import { type InitArguments, runInit } from '../../../src/local/init/command.ts'
import type { Prompt } from '../../../src/local/init/keyboard.ts'
import { sampleExport } from '../../../src/local/sample/sample.ts'
import type { Terminal } from '../../../src/local/terminal.ts'
import { still } from '../../cdk/environment.ts'

const KEY = 'a-secret-write-key'
const scratch = mkdtempSync(join(tmpdir(), 'init-'))
const exported = join(scratch, 'export')
let collector: Collector
let cases = 0

beforeAll(async () => {
  await sampleExport({ out: exported, events: 20, hours: 1, end: new Date(0), streams: '*.email.Open' })
  collector = await startCollector({ service: 'rudderstack', writeKeys: [KEY] })
})
afterAll(async () => {
  await collector.close()
  rmSync(scratch, { recursive: true })
})

interface Case {
  readonly options?: Partial<InitArguments>
  /** What the person types, prompt by prompt; undefined if nobody is there. */
  readonly typed?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

async function init({ options, typed, variables = {} }: Case) {
  const folder = join(scratch, `case-${cases++}`)
  const files = { sourceConfig: join(folder, 'source.json'), destinationConfig: join(folder, 'destination.json') }
  const shown: string[] = []
  const concealed: string[] = []
  const write = (text: string) => void shown.push(text)
  const terminal: Terminal = {
    ...{ out: write, err: write, screen: undefined, columns: 80 },
    conceal: (secrets) => void concealed.push(...secrets),
    clean: (text) => text,
  }
  const left = [...(typed ?? [])]
  const prompts: Prompt[] = []
  const ask = async (prompt: Prompt) => {
    prompts.push(prompt)
    const answer = left.shift()
    if (answer === undefined) throw new ConfigError(`No answer to ${prompt.text}`)
    return answer
  }
  const keyboard = typed && { ask, close: () => {} }
  const all = { check: true, ...files, ...options }
  const error = await runInit(all, terminal, still(), () => ({ keyboard, variables })).then(
    () => undefined,
    (error: Error) => error.message,
  )
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)
  const [source, destination] = [read(all.sourceConfig), read(all.destinationConfig)]
  return { error, source, destination, files: all, prompts, left, shown: shown.join(''), concealed }
}

const storage = () => ['storage.provider=local', `storage.path=${exported}`]
const service = (key: string) => [
  'destination.service=rudderstack',
  `destination.data_plane_url=${collector.url}`,
  `destination.write_key=${key}`,
]

test('asks for the storage and the service, tries them, and writes both files', async () => {
  const done = await init({ typed: ['1', exported, '', '', '', 'rudderstack', collector.url, KEY, ''] })
  expect(done.error).toBeUndefined()
  expect(JSON.parse(done.source ?? '')).toEqual({ storage: { provider: 'local', path: exported } })
  expect(JSON.parse(done.destination ?? '')).toEqual({
    destination: { service: 'rudderstack', data_plane_url: collector.url, write_key: KEY },
  })
  expect(done.shown).toMatch(/Checking the source … it works\.\n.*Checking the destination … it works\.\n/s)
  expect(done.left).toEqual([])
})

test('the files are for one’s own eyes', async () => {
  const { files } = await init({ options: { set: [...storage(), ...service(KEY)] } })
  expect(statSync(files.sourceConfig).mode & 0o777).toBe(0o600)
  expect(statSync(files.destinationConfig).mode & 0o777).toBe(0o600)
})

test('says at once what is wrong with an answer, and asks again', async () => {
  const done = await init({
    typed: [
      'floppy',
      '1',
      '',
      exported,
      '',
      'yesterday',
      '',
      '',
      '2',
      'http://example.com',
      collector.url,
      KEY,
      'webhook',
    ],
  })
  expect(done.error).toBeUndefined()
  expect(done.shown).toContain('storage.provider: must be "local", "s3", "gcs" or "azure".')
  expect(done.shown).toContain('storage.path: required.')
  expect(done.shown).toContain('start_date: must look like 2025-04-01 or 2025-04-01T17:00:00Z.')
  expect(done.shown).toContain('destination.data_plane_url: must begin with https://')
  expect(JSON.parse(done.destination ?? '')).toMatchObject({ destination: { delivery: 'webhook' } })
})

test('hides secrets: from the prompts, from what is said, and from what checks say', async () => {
  const wrong = 'a-wrong-write-key'
  const typed = ['2', collector.url, wrong, '', 'yes', '', '', KEY, '']
  const done = await init({ options: { set: storage() }, typed })
  expect(done.error).toBeUndefined()
  const secret = done.prompts.filter(({ isSecret }) => isSecret)
  expect(secret.map(({ text }) => text)).toEqual([
    'destination.write_key (hidden, optional): ',
    'destination.write_key (hidden, optional) [as before]: ',
  ])
  expect(done.prompts.map(({ text }) => text).join() + done.shown).not.toMatch(/a-(wrong|secret)-write-key/)
  expect(done.concealed).toEqual(expect.arrayContaining([wrong, KEY]))
})

test('after a failed check an empty answer keeps what was said, and "-" takes it back', async () => {
  const typed = ['1', scratch, 'nowhere/', '2020-01-01', '', '', '', exported, '-', '', '']
  const done = await init({ options: { set: service(KEY) }, typed })
  expect(done.error).toBeUndefined()
  expect(done.shown).toContain('holds no files of a Currents export')
  expect(JSON.parse(done.source ?? '')).toEqual({
    storage: { provider: 'local', path: exported },
    start_date: '2020-01-01',
  })
})

test('a person who does not want to answer again gets no file', async () => {
  const done = await init({ typed: ['1', scratch, 'nowhere/', '', '', 'no'] })
  expect(done).toMatchObject({ error: 'Nothing was written.', source: undefined, destination: undefined })
})

test('asks nothing if everything needed is set, and everything if that is wished', async () => {
  const set = [...storage(), ...service(KEY)]
  expect((await init({ options: { set }, typed: [] })).error).toBeUndefined()
  const all = await init({ options: { set, all: true, check: false }, typed: Array(60).fill('') })
  expect(all.error).toBeUndefined()
  expect(all.prompts.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['lookback_hours [168]: ', 'mapping.purchases [purchased]: ', 'dry_run [false]: ']),
  )
  expect(JSON.parse(all.source ?? '')).toEqual({ storage: { provider: 'local', path: exported } })
})

test.each([
  [[], 'The source needs storage.provider. Give each with --set, such as --set storage.provider=local|s3|gcs|azure'],
  [['storage.provider=s3'], 'The source needs storage.bucket, storage.region_name.'],
  [['storage.provider=floppy'], 'storage.provider: must be "local", "s3", "gcs" or "azure".'],
  [
    ['storage.provider=local', 'storage.path=/x', 'storage.bucket=b'],
    'storage.bucket: no effect beside the other options.',
  ],
])('without a person, --set %j is answered', async (set, message) => {
  const done = await init({ options: { set, check: false } })
  expect(done.error).toContain(message)
  expect([done.source, done.destination]).toEqual([undefined, undefined])
})

test('a check that fails without a person ends it', async () => {
  const done = await init({ options: { set: [...storage(), ...service('wrong')] } })
  expect(done.error).toMatch(/refused the request \(401/)
  expect([done.source, done.destination]).toEqual([undefined, undefined])
})

test('references to environment variables are tried with their values, and written as they are', async () => {
  const set = [...storage(), ...service('${KEY}')]
  const done = await init({ options: { set }, variables: { KEY } })
  expect(done.error).toBeUndefined()
  expect(done.destination).toContain('"${KEY}"')
  expect(done.destination).not.toContain(KEY)
  expect((await init({ options: { set } })).error).toContain('The environment variable KEY')
})

test('never replaces a file unless it is told to', async () => {
  const files = { sourceConfig: join(scratch, 'old.json'), destinationConfig: join(scratch, 'new.yaml') }
  writeFileSync(files.sourceConfig, 'old', { mode: 0o644 })
  const set = [...storage(), ...service(KEY)]
  expect(await init({ options: { ...files, set } })).toMatchObject({
    error: `${files.sourceConfig} exists. Name another file, or replace it with --force.`,
    source: 'old',
    destination: undefined,
  })
  expect((await init({ options: { ...files, set, force: true } })).error).toBeUndefined()
  expect(statSync(files.sourceConfig).mode & 0o777).toBe(0o600)
})

test('writes YAML into a file of that name', async () => {
  const options = { destinationConfig: join(scratch, 'destination.yml'), set: [...storage(), ...service(KEY)] }
  const { destination = '' } = await init({ options })
  expect(destination).toMatch(/^destination:\n {2}service: rudderstack\n/)
  expect(parse(destination)).toMatchObject({ destination: { write_key: KEY } })
})

test('wants two files', async () => {
  const options = { sourceConfig: join(scratch, 'x.json'), destinationConfig: join(scratch, '.', 'x.json') }
  expect((await init({ options })).error).toContain('name the same file')
})
