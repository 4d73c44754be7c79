/** Whatever a service does: which events arrived how often, which states came back, and what was said. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { AirbyteMessage } from '../src/cdk/protocol.ts'
import { catalog, fakeWorld } from '../test/destination/delivery/fakes.ts'
import { selfSigned } from './fakes/certificate.ts'
import { type FakeService, fakeService } from './fakes/service.ts'
import type { Expected, Fault } from './faults/fault.ts'
import { FAULTS } from './faults/faults.ts'
import { writeInProcess } from './in_process.ts'

const STREAM = 'users.messages.email.Send'
const KEY = 'write-key-that-nobody-may-see'
const TIMEOUT_MS = 300

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'faults-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const serviceFor = ({ script, server }: Fault): Promise<FakeService> =>
  fakeService(script, server === 'https without trust' ? { certificate: selfSigned() } : {})

function* stdin(events: number): Generator<string> {
  for (let i = 0; i < events; i++) {
    const data = `{"id":"e${i}","time":1700000000,"user_id":"braze-${i}","external_user_id":"customer-${i}"}`
    yield `{"type":"RECORD","record":{"stream":"${STREAM}","data":${data},"emitted_at":1}}\n`
    if (i % 10 === 9) yield state((i + 1) / 10)
  }
}

const state = (id: number): string =>
  `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"${STREAM}"},"stream_state":{}},"id":${id}}}\n`

const SERVICES = [
  ['Segment', (url: string) => ({ service: 'segment', write_key: KEY, endpoint: url })],
  ['RudderStack', (url: string) => ({ service: 'rudderstack', write_key: KEY, data_plane_url: url })],
] as const

describe.each(SERVICES)('%s', (name, destinationAt) => {
  test.each([...FAULTS.ANSWERS, ...FAULTS.CONNECTIONS])('$fault', async (fault) => {
    const service = await serviceFor(fault)
    const folder = await mkdtemp(join(scratch, 'case-'))
    const url = fault.server === 'https without TLS' ? service.url.replace('http', 'https') : service.url
    if (fault.server === 'gone') await service.close()
    const { exitCode, messages } = await writeInProcess({
      config: configOf(fault, destinationAt(url), folder),
      catalog: catalog(STREAM),
      stdin: stdin(fault.events ?? 30),
      environment: fakeWorld(),
      options: fault.timesOut ? { timeoutMs: TIMEOUT_MS } : {},
    })
    if (fault.server !== 'gone') await service.close()
    const { states, ...happened } = {
      ...arrivalsAt(service),
      kept: await linesIn(folder),
      exitCode,
      ...heard(messages),
    }
    const { says, ...expected } = { ...NOTHING, ...fault.expected }
    const words = { service: name, host: new URL(url).host, timeout: `${TIMEOUT_MS / 1000} s` }
    expect({ ...happened, states: STATES[states.join()] }).toEqual({ ...expected, says: says && filled(says, words) })
    expect(JSON.stringify(messages)).not.toContain(KEY)
    expect(rateLimits(messages)).toBe(/answered 429/.test(happened.says ?? ''))
  })
})

/** Of what the table says nothing. */
const NOTHING = { twice: 0, kept: 0, failure: undefined, says: undefined, waitedMs: 0 }

const STATES: Readonly<Record<string, Expected['states']>> = { '': 'none', '1': 'the first', '1,2,3': 'all' }

/** Ten events a second make requests of ten events. */
function configOf({ config = {} }: Fault, destination: object, folder: string): object {
  const { limits, ...more } = JSON.parse(JSON.stringify(config).replace('{folder}', folder))
  return { destination, limits: { max_events_per_second: 10, concurrent_requests: 1, ...limits }, ...more }
}

const filled = (text: string, words: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, word: string) => words[word] ?? '')

function arrivalsAt({ delivered, requests }: FakeService) {
  const counts = new Map<unknown, number>()
  for (const { messageId } of delivered) counts.set(messageId, (counts.get(messageId) ?? 0) + 1)
  const having = (times: number) => [...counts.values()].filter((count) => count === times).length
  const times = requests.map(({ body }) => Date.parse(JSON.parse(body).sentAt))
  const waits = times.map((time, i) => time - (times[i - 1] ?? time))
  return { once: having(1), twice: having(2), waitedMs: Math.max(0, ...waits.filter((ms) => ms > RATE_MS)) }
}

/** So long the rate of ten events a second may keep a request waiting, and its second attempt. */
const RATE_MS = 2000

async function linesIn(folder: string): Promise<number> {
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')))
  return texts.join('').split('\n').length - 1
}

function heard(messages: readonly AirbyteMessage[]) {
  const states = messages.flatMap((message) => (message.type === 'STATE' ? [message.state['id']] : []))
  const errors = messages.flatMap((message) =>
    message.type === 'TRACE' && message.trace.type === 'ERROR' ? [message.trace.error] : [],
  )
  const warnings = messages.flatMap((message) =>
    message.type === 'LOG' && message.log.level === 'WARN' ? [message.log.message] : [],
  )
  return { states, failure: errors[0]?.failure_type, says: errors[0]?.message ?? warnings[0] }
}

/** Whether the platform was told that the service limits the rate. */
const rateLimits = (messages: readonly AirbyteMessage[]): boolean =>
  messages.some(({ type }) => type === 'TRACE') && JSON.stringify(messages).includes('"RATE_LIMITED"')
