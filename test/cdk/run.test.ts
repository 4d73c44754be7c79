import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, expect, test } from '@jest/globals'
import { z } from 'zod'
import type { Destination, Output, Source } from '../../src/cdk/connector.ts'
import { ConfigError, TransientError } from '../../src/cdk/errors.ts'
import { log } from '../../src/cdk/messages.ts'
import { readMessages } from '../../src/cdk/read-lines.ts'
import { type Entry, run } from '../../src/cdk/run.ts'
import { stateLine } from '../../src/cdk/state-line.ts'
import { brief, collect, still } from './environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'run-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(content: unknown): string {
  const path = join(folder, `${files++}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const SPEC = {
  connectionSpecification: {
    properties: { host: { type: 'string' }, key: { type: 'string', airbyte_secret: true } },
  },
}
const Config = z.object({ host: z.string(), key: z.string() })
type Config = z.infer<typeof Config>
const CONFIG = { host: 'h', key: 's3cr3t' }
const CATALOG = {
  streams: [{ stream: { name: 'users', json_schema: {} }, sync_mode: 'incremental', destination_sync_mode: 'append' }],
}

const SOURCE: Source<Config> = {
  role: 'source',
  config: Config,
  check: async () => {},
  discover: async () => ({ streams: [] }),
  read: async function* () {},
}
const DESTINATION: Destination<Config> = {
  role: 'destination',
  config: Config,
  check: async () => {},
  discover: async () => ({ operations: [] }),
  write: async function* () {},
}

const entryOf = (connector: Source<Config> | Destination<Config>): Entry<Config> => ({
  name: 'mine',
  role: connector.role,
  spec: async () => SPEC,
  load: async () => connector,
})

const outputsOf = (
  connector: Source<Config> | Destination<Config>,
  argv: readonly string[],
  stdin = '',
  signal?: AbortSignal,
) => collect<Output>(run(entryOf(connector), argv, Readable.from([Buffer.from(stdin)]), still(signal)))

const source = async (more: Partial<Source<Config>>, ...argv: string[]) =>
  (await outputsOf({ ...SOURCE, ...more }, argv)).map(brief)

test('spec prints the specification, and loads nothing', async () => {
  const load = async () => {
    throw new Error('loaded')
  }
  const entry = { ...entryOf(SOURCE), load }
  expect(await collect(run(entry, ['spec'], Readable.from([]), still()))).toEqual([{ type: 'SPEC', spec: SPEC }])
})

test('a specification that cannot be read is a failure like any other', async () => {
  const spec = async () => {
    throw new Error('no spec')
  }
  for (const argv of [['spec'], ['check', '--config', file(CONFIG)]])
    expect((await collect(run({ ...entryOf(SOURCE), spec }, argv, Readable.from([]), still()))).map(brief)).toEqual([
      'system_error: no spec',
    ])
})

test('a wrong command line is a config_error', async () => {
  expect(await source({}, 'chek')).toEqual([expect.stringMatching(/^config_error: There is no command "chek"/)])
})

test('help is a message where only messages may be', async () => {
  expect(await source({}, '--help')).toEqual([expect.stringMatching(/^LOG INFO Usage: mine/)])
})

// ------------------------------------------------------------------------------------------------------------- check

const failing = (error: unknown) => ({
  check: async () => {
    throw error
  },
})

test.each([
  ['SUCCEEDED', {}, ['SUCCEEDED']],
  [
    'a ConfigError',
    failing(new ConfigError('Key s3cr3t refused.')),
    ['config_error: Key **** refused.', 'FAILED Key **** refused.'],
  ],
  ['a TransientError', failing(new TransientError('Later.')), ['transient_error: Later.', 'FAILED Later.']],
  ['a defect', failing(new Error('Oh s3cr3t')), ['system_error: Oh ****']],
  ['something thrown that is no error', failing('s3cr3t!'), ['system_error: ****!']],
  ['something thrown that has no text', failing(Object.create(null)), ['system_error: [Object: null prototype] {}']],
  ['nothing thrown', failing(undefined), ['system_error: undefined']],
  ['an error without words', failing(new AggregateError([])), ['system_error: AggregateError']],
])('check answers: %s', async (_, connector, expected) => {
  expect(await source(connector, 'check', '--config', file(CONFIG))).toEqual(expected)
})

test.each([
  ['is missing', () => join(folder, 'none.json'), /does not exist/],
  ['is a folder', () => folder, /is a folder/],
  ['is no JSON', () => file('{\n"key": "s3cr3t",\n}'), /is not JSON/],
  ['is cut off', () => file('{"key": "s3cr3t'), /is not JSON/],
  ['is a list', () => file(['s3cr3t']), /must be an object/],
  ['is empty', () => file(''), /is not JSON/],
  ['lacks a field', () => file({ key: 's3cr3t' }), /host: required/],
  ['has a field of another type', () => file({ host: ['s3cr3t'], key: 's3cr3t' }), /host: must be a text/],
  ['is JSON on the command line', () => '{"key":"s3cr3t"}', /wants the name of a file/],
])('a configuration that %s fails check, and nothing of it is quoted', async (_, path, reason) => {
  const outputs = await source({}, 'check', '--config', path())
  expect(outputs).toEqual([expect.stringMatching(/^config_error: /), expect.stringMatching(/^FAILED /)])
  expect(outputs.at(-1)).toMatch(reason)
  expect(outputs.join()).not.toContain('s3cr3t')
})

test('other commands end with the error alone', async () => {
  const path = file({})
  expect(await source({}, 'discover', '--config', path)).toEqual([
    expect.stringMatching(/^config_error: .*host: required/),
  ])
})

test('a fault in a file is said with its line', async () => {
  expect(await source({}, 'discover', '--config', file('{\n"host": "h",\n"key": x\n}'))).toEqual([
    expect.stringContaining('see line 3'),
  ])
})

test('members of the platform are ignored, and unknown ones are warned of', async () => {
  const seen: unknown[] = []
  const check = async (config: Config) => void seen.push(config)
  const config = { ...CONFIG, _secrets: 1, hst: 's3cr3t', __injected: { a: 1 } }
  expect(await source({ check }, 'check', '--config', file(config))).toEqual([
    'LOG WARN The configuration has an unknown field, "hst": it has no effect. Did you mean "host"?',
    'SUCCEEDED',
  ])
  expect(seen).toEqual([CONFIG])
})

test('a file may begin with a byte order mark', async () => {
  expect(await source({}, 'check', '--config', file(`\uFEFF${JSON.stringify(CONFIG)}`))).toEqual(['SUCCEEDED'])
})

// ---------------------------------------------------------------------------------------------------- discover, read

test('discover gives each role its own message', async () => {
  const argv = ['discover', '--config', file(CONFIG)]
  expect(await outputsOf(SOURCE, argv)).toEqual([{ type: 'CATALOG', catalog: { streams: [] } }])
  expect(await outputsOf(DESTINATION, argv)).toEqual([
    { type: 'DESTINATION_CATALOG', destination_catalog: { operations: [] } },
  ])
})

test('what keeps a catalog from being complete is said before it', async () => {
  const discover: Source<Config>['discover'] = async (_config, _environment, warn) => {
    warn?.('2 of 3 were not looked at')
    return { streams: [] }
  }
  const outputs = await source({ discover }, 'discover', '--config', file(CONFIG))
  expect(outputs[0]).toBe('LOG WARN 2 of 3 were not looked at')
  expect(outputs.length).toBe(2)
})

test('read hands on the catalog and the states', async () => {
  const seen: unknown[] = []
  const read: Source<Config>['read'] = async function* (config, catalog, states) {
    seen.push(config, catalog, states)
    yield log('INFO', 'read')
  }
  const state = { stream_descriptor: { name: 'users' }, stream_state: { n: 1 } }
  const argv = ['read', '--config', file(CONFIG), '--catalog', file(CATALOG)]
  await source({ read }, ...argv, '--state', file([{ type: 'STREAM', stream: state }]))
  await source({ read }, ...argv)
  expect(seen).toEqual([CONFIG, CATALOG, [state], CONFIG, CATALOG, []])
})

test('what was read before a failure stands, and the failure is the last message', async () => {
  const read: Source<Config>['read'] = async function* () {
    yield log('INFO', 'with s3cr3t')
    throw new TransientError('lost s3cr3t')
  }
  const outputs = await source({ read }, 'read', '--config', file(CONFIG), '--catalog', file(CATALOG))
  expect(outputs).toEqual(['LOG INFO with ****', 'transient_error: lost ****'])
})

test.each([
  ['a stream twice', { streams: [...CATALOG.streams, ...CATALOG.streams] }, /has the stream "users" twice/],
  [
    'a stream without its name',
    { streams: [{ ...CATALOG.streams[0], stream: {} }] },
    /streams\[0\]\.stream\.name: required/,
  ],
  ['no streams', {}, /streams: required/],
])('refuses a catalog with %s', async (_, catalog, reason) => {
  const outputs = await source({}, 'read', '--config', file(CONFIG), '--catalog', file(catalog))
  expect(outputs).toEqual([expect.stringMatching(reason)])
  expect(outputs[0]).toMatch(/^config_error: The catalog/)
})

test('details are printed when they are asked for', async () => {
  const read: Source<Config>['read'] = async function* () {
    yield log('DEBUG', 'detail')
  }
  const argv = ['read', '--config', file(CONFIG), '--catalog', file(CATALOG)]
  expect(await source({ read }, ...argv)).toEqual([])
  expect(await source({ read }, ...argv, '--debug')).toEqual(['LOG DEBUG detail'])
})

// ------------------------------------------------------------------------------------------------------------- write

const RECORD = '{"type":"RECORD","record":{"stream":"users","data":{"id":1},"emitted_at":1}}'
const STATE = '{"type":"STATE","state":{"data":{"n":9007199254740993},"id":4}}'

const echo: Destination<Config>['write'] = async function* (_config, _catalog, input) {
  for await (const messages of readMessages(input))
    for (const message of messages) {
      yield log('INFO', message.type)
      if (message.type === 'STATE') yield stateLine(message, { recordCount: 1, rejectedRecordCount: 0 })
    }
}
const write = (stdin: string, signal?: AbortSignal) =>
  outputsOf(
    { ...DESTINATION, write: echo },
    ['write', '--config', file(CONFIG), '--catalog', file(CATALOG)],
    stdin,
    signal,
  )

test('write hands on records and states, and a state goes back as the text it came in', async () => {
  const outputs = await write(`${RECORD}\n${STATE}\n`)
  expect(outputs.slice(0, 2).map(brief)).toEqual(['LOG INFO RECORD', 'LOG INFO STATE'])
  const [last] = outputs.slice(-1)
  expect(last?.type === 'STATE_LINE' && Buffer.from(last.bytes).toString()).toBe(
    STATE.replace('4}', '4,"destinationStats":{"recordCount":1.0,"rejectedRecordCount":0.0}}'),
  )
})

test('a run that is asked to stop reads no further, and what has come is dealt with', async () => {
  const stop = new AbortController()
  const stdin = new Readable({ read() {} })
  stdin.push(`${RECORD}\n`)
  const argv = ['write', '--config', file(CONFIG), '--catalog', file(CATALOG)]
  const outputs: string[] = []
  for await (const output of run(entryOf({ ...DESTINATION, write: echo }), argv, stdin, still(stop.signal))) {
    outputs.push(brief(output))
    stop.abort()
  }
  expect(outputs).toEqual(['LOG INFO RECORD'])
  expect(stdin.destroyed).toBe(true)
})

test('a stdin that breaks is a failure', async () => {
  const stdin = new Readable({
    read() {
      this.destroy(new Error('broken pipe of s3cr3t'))
    },
  })
  const argv = ['write', '--config', file(CONFIG), '--catalog', file(CATALOG)]
  const outputs = await collect(run(entryOf({ ...DESTINATION, write: echo }), argv, stdin, still()))
  expect(outputs.map(brief)).toEqual(['system_error: broken pipe of ****'])
})

test('an entry that loads the other role is a defect', async () => {
  const entry = { ...entryOf(SOURCE), load: async () => DESTINATION }
  const argv = ['read', '--config', file(CONFIG), '--catalog', file(CATALOG)]
  expect((await collect(run(entry, argv, Readable.from([]), still()))).map(brief)).toEqual([
    expect.stringMatching(/^system_error: The entry says source/),
  ])
})
