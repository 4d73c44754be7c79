/** `read` piped into `write`, killed again and again. CRASHES=50 kills more often than `npm test` has time for. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, jest, test } from '@jest/globals'
import { Random } from '../src/local/random.ts'
import { sampleExport } from '../src/local/sample/sample.ts'
import { type FakeService, fakeService, type ReceivedRequest, type Script } from './fakes/service.ts'
import type { SourceMessage } from './platform/books.ts'
import { SOURCE } from './platform/entrypoint.ts'
import { type Connector, type Replicated, replicate } from './platform/platform.ts'

const CRASHES = Number(process.env['CRASHES'] ?? 6)
/** Before each run the export grows by an hour of so many events. */
const EVENTS = 1000
const HOUR_MS = 3_600_000
const YEAR_HOURS = 8760
/** Of RudderStack's webhook: many moments among few events. */
const REQUEST_EVENTS = 100
const SEED = 22
jest.setTimeout(60_000 + CRASHES * 20_000)

const scratch = mkdtempSync(join(tmpdir(), 'crash-'))
afterAll(() => rmSync(scratch, { recursive: true }))
const path = (name: string): string => join(scratch, name)

/** When whom. */
interface Crash {
  /** The number of the request that decides, from 1. */
  readonly request: number
  /** Before the service has kept it, before its answer, or a while after that. */
  readonly moment: 'before' | 'kept' | 'after'
  readonly delayMs: number
  readonly victims: readonly ('source' | 'destination')[]
}

/** In a run that has so many requests to make. One run in three comes to its end before its crash. */
const crashOf = (random: Random, requests: number): Crash => ({
  request: 1 + random.below(1.5 * requests),
  moment: random.pick(['before', 'kept', 'after'] as const),
  delayMs: random.below(20),
  victims: random.pick([['destination'], ['destination', 'source'], ['destination'], ['source']] as const),
})

test(`killed ${CRASHES} times at any moment, it goes on from the last states, and every event arrives`, async () => {
  const random = new Random(SEED)
  const arrivals = new Map<string, number>()
  const states = new Map<string, string>()
  let [runs, crashes, exported, counted] = [0, 0, 0, 0]
  while (crashes < CRASHES) {
    exported += await exportHour(runs++)
    const requests = Math.ceil((exported - counted) / REQUEST_EVENTS)
    const { isKilled, ...ran } = await piped(crashOf(random, requests), arrivals, states)
    expect(ran).toMatchObject({ problems: [], errors: [] })
    if (isKilled) crashes++
    else expect([ran.code, arrivals.size]).toEqual([0, exported])
    counted += recordsOf(ran)
  }
  const last = await piped(undefined, arrivals, states)
  expect(last).toMatchObject({ code: 0, problems: [], errors: [] })
  expect(arrivals.size).toBe(exported)
  const total = [...arrivals.values()].reduce((sum, count) => sum + count)
  // What was kept just before a crash came again.
  expect(total).toBeGreaterThan(exported)
  // The states did go forward meanwhile: the last run had not everything to do.
  expect(recordsOf(last)).toBeLessThan(exported)
  if (process.env['CRASHES']) {
    const what = `${crashes} crashes in ${runs + 1} runs: ${exported} events arrived, ${total - exported} copies with them`
    process.stderr.write(`${what}; of ${counted} records the states came back before the last run\n`)
  }
})

/** Gives the number of its events. */
async function exportHour(run: number): Promise<number> {
  const end = new Date(Date.now() - (YEAR_HOURS - run) * HOUR_MS)
  const { unique } = await sampleExport({
    out: path('export'),
    events: EVENTS,
    hours: 1,
    seed: run,
    end,
    streams: '*.email.*',
  })
  return unique
}

const recordsOf = ({ states }: Replicated): number => states.reduce((sum, { recordCount }) => sum + recordCount, 0)

/** One run of the pipe, from `states` on. What arrives and which states come back is added to what is known. */
async function piped(
  crash: Crash | undefined,
  arrivals: Map<string, number>,
  states: Map<string, string>,
): Promise<Replicated & { readonly isKilled: boolean }> {
  const victims: { source?: ChildProcess; destination?: Connector } = {}
  let isKilled = false
  const kill = () => {
    isKilled = true
    for (const name of crash?.victims ?? []) victims[name]?.kill('SIGKILL')
  }
  const service = await fakeService(scriptOf(crash, arrivals, kill), { forgets: true })
  writeFileSync(path('states.json'), `[${[...states].map(stateMessage).join()}]`)
  const source = startSource()
  const closed = once(source, 'close')
  victims.source = source
  const replicated = await replicate({
    messages: messagesIn(source.stdout),
    config: destinationOf(service),
    catalog: CATALOG,
    completes: false,
    arrived: (data) => arrivals.has(JSON.parse(data).id),
    onStart: (connector) => {
      victims.destination = connector
    },
    onState: ({ stream = '', blob }) => states.set(stream, blob),
  })
  // Without a reader it would wait forever.
  source.kill('SIGKILL')
  await Promise.all([closed, service.close()])
  return { ...replicated, isKilled }
}

function scriptOf(crash: Crash | undefined, arrivals: Map<string, number>, kill: () => void): Script {
  let requests = 0
  return ({ events }: ReceivedRequest) => {
    const isNow = ++requests === crash?.request
    if (isNow && crash?.moment === 'before') {
      kill()
      return 'reset'
    }
    for (const { id } of events) arrivals.set(String(id), (arrivals.get(String(id)) ?? 0) + 1)
    if (isNow && crash?.moment === 'kept') kill()
    if (isNow && crash?.moment === 'after') setTimeout(kill, crash.delayMs)
    return 200
  }
}

const CATALOG_FILE = fileURLToPath(new URL('../catalogs/configured/email.json', import.meta.url))
const CATALOG = JSON.parse(readFileSync(CATALOG_FILE, 'utf8'))

const destinationOf = ({ url }: FakeService) => ({
  destination: { service: 'rudderstack', data_plane_url: url, write_key: 'key', delivery: 'webhook' },
})

function startSource() {
  writeFileSync(
    path('source.json'),
    JSON.stringify({ storage: { provider: 'local', path: path('export') }, lookback_hours: YEAR_HOURS }),
  )
  const files = `--config ${path('source.json')} --catalog ${CATALOG_FILE} --state ${path('states.json')}`
  return spawn('sh', ['-c', `exec ${SOURCE} read ${files}`], { stdio: ['ignore', 'pipe', 'ignore'] })
}

const stateMessage = ([name, blob]: readonly [string, string]): string =>
  `{"type":"STREAM","stream":{"stream_descriptor":{"name":"${name}"},"stream_state":${blob}}}`

/** What the platform passes on. A killed source may leave half a line, which is none. */
async function* messagesIn(stdout: Readable): AsyncGenerator<SourceMessage> {
  for await (const line of createInterface({ input: stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (!line.endsWith('}')) continue
    const { type, record, state } = JSON.parse(line)
    if (type === 'RECORD') yield { stream: record.stream, data: JSON.stringify(record.data) }
    if (type === 'STATE') {
      const { stream_descriptor, stream_state } = state.stream
      yield { state: stream_descriptor.name, blob: JSON.stringify(stream_state) }
    }
  }
}
