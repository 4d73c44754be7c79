/**
 * An export as heavy as one may be, on machines with less and less memory, and with signals: either all of it arrives, or
 * the process ends early, and the next one begins before whatever has not arrived. MEMORY=all does what `npm test` has no
 * time for.
 */
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals'
import { Random } from '../src/local/random.ts'
import { where } from '../test/where.ts'
import { type FakeService, fakeService } from './fakes/service.ts'
import { heavyExport } from './machine/heavy.ts'
import { headOf, idIn, linesIn } from './machine/lines.ts'
import { limitedTo } from './machine/memory.ts'
import { type Ran, start } from './machine/process.ts'

const isAll = process.env['MEMORY'] === 'all'
jest.setTimeout(isAll ? 600_000 : 120_000)

const MB = 1 << 20
const scratch = mkdtempSync(join(tmpdir(), 'memory-'))
const path = (name: string): string => join(scratch, name)
const file = (name: string, content: object): void => writeFileSync(path(name), JSON.stringify(content))
let events = 0
let service: FakeService
/** The ids of what the service has taken, or `read` has given before a state. */
const arrived = new Set<string>()
/** What the service has taken again. */
let copies = 0

beforeAll(async () => {
  const streams = heavyExport(path('export'), isAll ? { files: 20_000, megabytes: 90 } : { files: 500, megabytes: 32 })
  for (const stream of streams) events += stream.events
  const takes = ({ events }: { readonly events: readonly Readonly<Record<string, unknown>>[] }) => {
    for (const { messageId } of events) {
      if (arrived.has(String(messageId))) copies++
      arrived.add(String(messageId))
    }
    return 200
  }
  service = await fakeService(takes, { forgets: true })
  file('source.json', { storage: { provider: 'local', path: path('export') } })
  file('destination.json', {
    destination: { service: 'segment', write_key: 'k', endpoint: service.url },
    object_storage_config: { storage_type: 'Local', bucket_path: path('rejected') },
  })
  file('catalog.json', {
    streams: streams.map(({ stream: name }) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['incremental'] },
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
    })),
  })
  await start(['read', ...SOURCE], { stdin: '', stdout: openSync(path('lines.jsonl'), 'w') }).ended
})
afterEach(() => {
  arrived.clear()
  copies = 0
  for (const name of ['states.jsonl', 'state.json', 'rejected']) rmSync(path(name), { recursive: true, force: true })
})
afterAll(async () => {
  await service.close()
  rmSync(scratch, { recursive: true })
})

interface Circumstances {
  readonly within?: readonly string[]
  readonly options?: readonly string[]
  /** What comes after so many milliseconds. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly afterMs: number }
}

function started(args: readonly string[], { signal, ...circumstances }: Circumstances, more: object = {}) {
  const running = start(args, { ...circumstances, ...more })
  if (signal) setTimeout(() => running.process.kill(signal.name), signal.afterMs)
  return running
}

const CATALOG = ['--catalog', path('catalog.json')]
const SOURCE = ['--config', path('source.json'), ...CATALOG]
const DESTINATION = ['--config', path('destination.json'), ...CATALOG]
const BOTH = ['--source-config', path('source.json'), '--destination-config', path('destination.json'), ...CATALOG]

/** Each goes on from the states of the run before. */
const COMMANDS = {
  /** Its reader is stuck for a while. */
  async read(circumstances: Circumstances): Promise<Ran> {
    const states = existsSync(path('states.jsonl')) ? ['--state', path('states.jsonl')] : []
    const running = started(['read', ...SOURCE, ...states], circumstances, { isUnread: true, stdin: '' })
    await sleep(500)
    const given: (readonly [stream: string, id: string])[] = []
    for await (const line of linesIn(running.process.stdout)) {
      const { type, stream } = headOf(line)
      if (type === 'RECORD') given.push([stream, idIn(line)])
      if (type !== 'STATE') continue
      writeFileSync(path('states.jsonl'), `${line}\n`, { flag: 'a' })
      for (const [of, id] of given) if (of === stream) arrived.add(id)
    }
    return running.ended
  },

  async write(circumstances: Circumstances): Promise<Ran> {
    const running = started(['write', ...DESTINATION], circumstances)
    Readable.from(notAcknowledged()).pipe(running.stdin)
    const ran = await running.ended
    const states = ran.stdout.split('\n').filter((line) => line.startsWith('{"type":"STATE"') && line.endsWith('}'))
    writeFileSync(path('states.jsonl'), states.map((line) => `${line}\n`).join(''), { flag: 'a' })
    return ran
  },

  sync: (circumstances: Circumstances): Promise<Ran> =>
    started(['sync', ...BOTH, '--state', path('state.json')], circumstances, { stdin: '' }).ended,
}

/** What `write` is given: all that comes, in its stream, behind the last state that it has given back. */
async function* notAcknowledged(): AsyncGenerator<string> {
  const states = existsSync(path('states.jsonl')) ? readFileSync(path('states.jsonl'), 'utf8').split('\n') : []
  const returned = states.map((line) => headOf(line).stream)
  for await (const line of linesIn(createReadStream(path('lines.jsonl')))) {
    const { type, stream } = headOf(line)
    const at = returned.indexOf(stream)
    if (at < 0) yield `${line}\n`
    else if (type === 'STATE') returned.splice(at, 1)
  }
}

/** The ids of what has arrived, at the service or in a file of rejected records. */
async function arrivals(): Promise<ReadonlySet<string>> {
  const files = existsSync(path('rejected')) ? readdirSync(path('rejected')) : []
  for (const name of files)
    for await (const line of linesIn(createReadStream(join(path('rejected'), name))))
      if (headOf(line).type === 'RECORD') arrived.add(idIn(line))
  return arrived
}

/** A machine, or a heap of Node.js, of so many megabytes. */
interface Case {
  readonly command: keyof typeof COMMANDS
  readonly memory: number
  readonly heap: number
}

/** As in the Dockerfile. */
const HEAP = 1400

const CASES: readonly Case[] = isAll
  ? [
      ...[2048, 512, 256, 192].flatMap((memory) => [
        { command: 'read' as const, memory, heap: HEAP },
        { command: 'write' as const, memory, heap: HEAP },
        { command: 'sync' as const, memory, heap: HEAP },
      ]),
      { command: 'write', memory: 64, heap: HEAP },
      { command: 'read', memory: 2048, heap: 64 },
      { command: 'sync', memory: 2048, heap: 64 },
    ]
  : [
      { command: 'sync', memory: 2048, heap: HEAP },
      { command: 'sync', memory: 192, heap: HEAP },
      { command: 'write', memory: 64, heap: HEAP },
      { command: 'read', memory: 2048, heap: 64 },
    ]

const canLimit = limitedTo(64 * MB)
canLimit?.remove()
const limited = where(canLimit !== undefined, 'this user can limit no memory')
let killed = 0

limited.test.each(CASES)(
  `$command loses nothing on a machine of $memory MB, with a heap of $heap MB${limited.note}`,
  async ({ command, memory, heap }) => {
    const machine = limitedTo(memory * MB)
    try {
      const options = [`--max-old-space-size=${heap}`]
      const code = await expectNothingLost(command, { within: machine?.within ?? [], options })
      // There is room for all of it.
      expect(memory < 2048 || heap < HEAP ? [0, 'SIGKILL', 'SIGABRT'] : [0]).toContain(code)
      if (code !== 0) killed++
    } finally {
      machine?.remove()
    }
  },
)

limited.test(`some of them were killed${limited.note}`, () => expect(killed).toBeGreaterThan(0))

const SIGNALS = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGKILL', 'SIGKILL'],
] as const
const random = new Random(11)
const STOPS = SIGNALS.flatMap(([signal, code]) =>
  (['read', 'write', 'sync'] as const).flatMap((command) =>
    Array.from({ length: isAll ? 5 : 1 }, () => ({
      command,
      signal,
      code,
      afterMs: 300 + random.below(isAll ? 5000 : 1500),
    })),
  ),
).filter((_, i) => isAll || i % 4 === 0)

test.each(STOPS)(
  '$command loses nothing at a $signal after $afterMs ms',
  async ({ command, signal, code, afterMs }) => {
    // Before the process has begun to listen, the signal itself ends it. One that was faster is done.
    expect([0, code, signal]).toContain(await expectNothingLost(command, { signal: { name: signal, afterMs } }))
  },
)

/** Gives how the first run ended; what it had not done, the second one does. */
async function expectNothingLost(command: keyof typeof COMMANDS, circumstances: Circumstances) {
  const { code } = await COMMANDS[command](circumstances)
  const first = (await arrivals()).size
  if (code !== 0) expect((await COMMANDS[command]({})).code).toBe(0)
  expect((await arrivals()).size).toBe(events)
  const { within, ...told } = circumstances
  if (isAll)
    process.stderr.write(`${command} ${JSON.stringify(told)}: ${code}, ${first} of ${events}, ${copies} twice\n`)
  return code
}
