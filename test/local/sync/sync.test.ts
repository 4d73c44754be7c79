import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { bytesOf } from '../../../src/cdk/bytes.ts'
import type { Destination, Environment, Output, Source } from '../../../src/cdk/connector.ts'
import { ConfigError } from '../../../src/cdk/errors.ts'
import { errorTrace, log, streamStatus } from '../../../src/cdk/messages.ts'
import type { AirbyteStreamState } from '../../../src/cdk/protocol.ts'
import { readMessages } from '../../../src/cdk/read-lines.ts'
import { plainDisplay } from '../../../src/local/sync/display.ts'
import { sync } from '../../../src/local/sync/sync.ts'

test('what the source emits is what the destination gets, and states come back', async () => {
  const { result, records, states } = await run([lines('a', 1, 2), state('a', 2), lines('b', 3), lines('a', 4)])
  expect(records).toEqual(['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}'])
  expect(states).toEqual([{ stream_descriptor: { name: 'a' }, stream_state: { n: 2 } }])
  expect(result).toEqual({ emitted: { a: 3, b: 1 }, error: undefined })
})

test('takes single RECORD messages too', async () => {
  const record = { type: 'RECORD', record: { stream: 'a', data: { n: 1 }, emitted_at: 0 } } as const
  const { result, records } = await run([record])
  expect(records).toEqual(['{"n":1}'])
  expect(result.emitted).toEqual({ a: 1, b: 0 })
})

test('delivers what the source had emitted before it failed, and then tells the failure', async () => {
  const failure = new ConfigError('The bucket is gone.')
  const { result, records, states } = await run([lines('a', 1), state('a', 1), lines('a', 2), failure])
  expect(records).toEqual(['{"n":1}', '{"n":2}'])
  expect(states).toHaveLength(1)
  expect(result.error).toEqual({ error: failure })
})

test('reads no more once a state can not be kept, and ends in order', async () => {
  const failure = new ConfigError('The state is in use.')
  const many = Array.from({ length: 1000 }, (_, i) => [lines('a', i), state('a', i)]).flat()
  const { result, records } = await run(many, undefined, failure)
  expect(result.error).toEqual({ error: failure })
  expect(records.length).toBeLessThan(1000)
  expect(result.emitted['a']).toBe(records.length)
})

test('tells the failure of the destination', async () => {
  const failure = new ConfigError('The write key is unknown.')
  const { result } = await run([lines('a', 1), lines('a', 2)], failure)
  expect(result.error).toEqual({ error: failure })
})

test('shows warnings and errors, but neither chatter nor the destination’s own summary', async () => {
  const { shown, result } = await run([
    log('INFO', 'listing'),
    log('WARN', 'a file is cut off'),
    errorTrace(new ConfigError('stream a is gone')),
    streamStatus({ name: 'a' }, 'COMPLETE'),
  ])
  expect(shown).toBe(
    'WARN: a file is cut off\nERROR: stream a is gone\n0.0 s: 0 records read, 0 done with; 1 of 2 streams\n',
  )
  expect(result.error?.error).toMatchObject({ message: 'The sync did not go through; the errors above say why.' })
})

const lines = (stream: string, ...numbers: readonly number[]): Output => ({
  type: 'RECORD_LINES',
  stream,
  count: numbers.length,
  bytes: Buffer.from(
    numbers.map((n) => `{"type":"RECORD","record":{"stream":"${stream}","data":{"n":${n}},"emitted_at":0}}\n`).join(''),
  ),
})

const state = (name: string, n: number): Output => ({
  type: 'STATE',
  state: { type: 'STREAM', stream: { stream_descriptor: { name }, stream_state: { n } } },
})

const environment: Environment = {
  now: () => 0,
  elapsed: () => 0,
  sleep: async () => {},
  random: () => 0,
  signal: new AbortController().signal,
}

async function run(emits: readonly (Output | Error)[], destinationFailure?: Error, stateFailure?: Error) {
  const [records, states]: [string[], AirbyteStreamState[]] = [[], []]
  let shown = ''
  const none = { config: z.object({}), check: async () => {} }
  const source: Source<object> = {
    ...none,
    role: 'source',
    discover: async () => ({ streams: [] }),
    async *read() {
      for (const output of emits) {
        if (output instanceof Error) throw output
        yield output
      }
    },
  }
  const destination: Destination<object> = {
    ...none,
    role: 'destination',
    discover: async () => ({ operations: [] }),
    async *write(_, __, input) {
      for await (const messages of readMessages(input)) {
        if (destinationFailure) throw destinationFailure
        for (const message of messages) {
          if (message.type === 'RECORD') records.push(`{"${message.data.names}":${message.data.values}}`)
          if (message.type === 'STATE') yield { type: 'STATE_LINE', bytes: bytesOf(message.line) }
        }
      }
      yield log('INFO', 'Total: all of it')
    },
  }
  const streams = ['a', 'b'].map((name) => ({
    stream: { name, json_schema: {} },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  }))
  const result = await sync({
    source: { connector: source, config: {} },
    destination: { connector: destination, config: {} },
    catalog: { streams },
    states: [],
    onState(state) {
      states.push(state)
      if (stateFailure) throw stateFailure
    },
    display: plainDisplay({ write: (text) => (shown += text), elapsed: () => 0 }),
    isDryRun: false,
    environment,
  })
  return { result, records, states, shown }
}
