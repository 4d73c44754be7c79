/** Whole commands, given what was made to break them: each ends, in little memory, with an error that has a type. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { AirbyteMessage } from '../src/cdk/protocol.ts'
import { type Collector, startCollector } from '../src/local/collector/collector.ts'
import { avroFile, blockOf, headerOf, text } from '../test/source/decode/avro-file.ts'
import { type Ended, startCliWith } from './command_line.ts'
import { messagesIn } from './platform/messages.ts'

jest.setTimeout(180_000)

const scratch = mkdtempSync(join(tmpdir(), 'hostile-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const SCHEMA = '{"type":"record","name":"R","fields":[{"name":"id","type":"string"}]}'
const OPEN = 'users.messages.email.Open'
const DEEP = 100_000

let files = 0
function write(name: string, content: string | Uint8Array): string {
  const path = join(scratch, `${files++}`, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

const catalogOf = (...names: readonly string[]): string => {
  const streams = names.map((name) => ({
    stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  }))
  return write('catalog.json', JSON.stringify({ streams }))
}

interface Run extends Ended {
  readonly messages: readonly AirbyteMessage[]
  /** The types of the errors that it ended with. */
  readonly failures: readonly (string | null | undefined)[]
  /** The most memory that it held, in MB. */
  readonly megabytes: number
}

async function run(input: string, ...args: readonly string[]): Promise<Run> {
  const { process: child, ended } = startCliWith(input, ...args)
  let megabytes = 0
  const timer = setInterval(() => {
    megabytes = Math.max(megabytes, memoryOf(child.pid))
  }, 20)
  const end = await ended
  clearInterval(timer)
  const messages = messagesIn(end.stdout)
  const failures = messages.flatMap((message) =>
    message.type === 'TRACE' && message.trace.type === 'ERROR' ? [message.trace.error?.failure_type] : [],
  )
  return { ...end, messages, failures, megabytes }
}

/** The most so far, as Linux counts it; 0 elsewhere. */
function memoryOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Reads an export of one file, which lies where its event type says. */
function read(name: string, content: Uint8Array, stream = OPEN): Promise<Run> {
  const file = write(join(`event_type=${stream}`, 'date=2025-04-01-17', name), content)
  const storage = { provider: 'local', path: dirname(dirname(dirname(file))) }
  return run(
    '',
    'source',
    'read',
    '--config',
    write('c.json', JSON.stringify({ storage })),
    '--catalog',
    catalogOf(stream),
  )
}

let collector: Collector
beforeAll(async () => {
  collector = await startCollector({ service: 'segment', writeKeys: ['k'] })
})
afterAll(() => collector.close())

function send(input: string): Promise<Run> {
  const config = { destination: { service: 'segment', write_key: 'k', endpoint: collector.url } }
  const path = write('c.json', JSON.stringify(config))
  return run(input, 'destination', 'write', '--config', path, '--catalog', catalogOf(OPEN))
}

const recordsIn = ({ messages }: Run) =>
  messages.flatMap((message) => (message.type === 'RECORD' ? [message.record.data] : []))
/** More than a line of JSON or a block may have. */
const zeros = Buffer.alloc(260 << 20)

test.each([
  ['a gzip bomb', 'x.json.gz', () => gzipSync(zeros, { level: 1 })],
  [
    'a deflate bomb',
    'x.avro',
    () =>
      Buffer.concat([
        headerOf({ 'avro.schema': SCHEMA, 'avro.codec': 'deflate' }),
        blockOf({ count: 1, content: deflateRawSync(zeros, { level: 1 }) }),
      ]),
  ],
  ['brackets without end', 'x.json', () => Buffer.from('['.repeat(2_000_000))],
])('%s is a broken file, and does not fill the memory', async (_, name, content) => {
  const result = await read(name, content())
  expect([result.code, result.failures]).toEqual([1, ['transient_error']])
  expect(result.megabytes).toBeLessThan(900)
})

test.each(['__proto__', 'constructor', 'toString'])('a stream may be named %s', async (stream) => {
  const file = avroFile(SCHEMA, [{ count: 1, content: text('1') }])
  const result = await read('x.avro', file, stream)
  expect([result.code, result.failures]).toEqual([0, []])
  expect(recordsIn(result)).toMatchObject([{ id: '1' }])
  const states = result.messages.flatMap((message) => (message.type === 'STATE' ? [message.state] : []))
  expect(states.at(-1)).toMatchObject({ stream: { stream_descriptor: { name: stream } } })
})

test('a line of a hundred megabytes that is no message is passed over', async () => {
  const result = await send(`${'x'.repeat(100 << 20)}\n`)
  expect([result.code, result.failures]).toEqual([0, []])
  expect(result.stdout).toContain('1 lines on stdin were not messages')
  expect(result.megabytes).toBeLessThan(1200)
})

const lineOf = (data: string): string =>
  `{"type":"RECORD","record":{"stream":"${OPEN}","data":${data},"emitted_at":0}}\n`

test.each([
  ['cut off', lineOf(`{"id":"1","a":"${'x'.repeat(10 << 20)}`).slice(0, 10 << 20)],
  ['nested too deep', lineOf(`{"id":"1","a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`)],
  ['with a NUL in a string', lineOf('{"id":"1\u0000"}')],
])('a record %s is rejected, and the sync is no success', async (_, line) => {
  const result = await send(`${line}\n${lineOf('{"id":"2","time":1743527000,"user_id":"u"}')}`)
  expect(result.code).toBe(1)
  expect(result.failures).toHaveLength(1)
  expect(result.failures).not.toContain('system_error')
  expect(result.stderr).toBe('')
})

test.each(['--config', '--catalog', '--state'])('a %s nested without end is refused in words', async (option) => {
  const storage = { provider: 'local', path: scratch }
  const options = {
    '--config': write('c.json', JSON.stringify({ storage })),
    '--catalog': catalogOf(OPEN),
    [option]: write('deep.json', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`),
  }
  const result = await run('', 'source', 'read', ...Object.entries(options).flat())
  expect([result.code, result.failures]).toEqual([1, ['config_error']])
})
