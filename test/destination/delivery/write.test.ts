import { afterEach, describe, expect, test } from '@jest/globals'
import {
  type FakeService,
  fakeService,
  type ReceivedRequest,
  type Script,
} from '../../../integration_tests/fakes/service.ts'
import { ConfigError, TransientError } from '../../../src/cdk/errors.ts'
import type { Limits } from '../../../src/config.ts'
import type { Report } from '../../../src/destination/delivery/summary.ts'
import { type WriteOptions, write } from '../../../src/destination/delivery/write.ts'
import {
  block,
  blocks,
  catalog,
  type FakeTargetOptions,
  type FakeWorld,
  fakeTarget,
  fakeWorld,
  KEY,
  logsOf,
  type Ran,
  ran,
  record,
  state,
  stateIds,
  statesOf,
} from './fakes.ts'

interface Given {
  readonly script?: Script
  readonly target?: FakeTargetOptions
  readonly limits?: Partial<Limits>
  readonly options?: Partial<WriteOptions>
  readonly world?: FakeWorld
}

let service: FakeService
afterEach(() => service.close())

const LIMITS: Limits = { concurrent_requests: 4, gzip: false }

/** What may happen to the clock on the wall, in milliseconds. */
const JUMPS = [
  ['not', 0],
  ['back', -3_600_000],
  ['forwards', 3_600_000],
] as const

/** Writes messages to a service that answers by a script. */
async function writing(
  input: AsyncIterable<Uint8Array>,
  { script = [], target = {}, limits = {}, options = {}, world = fakeWorld() }: Given = {},
): Promise<Ran & { readonly report: Report | undefined }> {
  service = await fakeService(script)
  let report: Report | undefined
  const result = await ran(
    write(
      {
        target: fakeTarget(service.url, target),
        catalog: catalog('a', 'b'),
        limits: { ...LIMITS, ...limits },
        dryRun: false,
        rejected: undefined,
        environment: world,
        pulse: () => () => undefined,
        onReport: (value) => {
          report = value
        },
        ...options,
      },
      input,
    ),
  )
  return { ...result, report }
}

const ids = (events: readonly Readonly<Record<string, unknown>>[]) => events.map(({ id }) => id)
const deliveredIds = () => ids(service.delivered)

describe('a run that goes well', () => {
  test('delivers every record once, and gives every state back with its counts', async () => {
    const { outputs, error, report } = await writing(
      blocks(
        [record('a', { id: 1 }), record('b', { id: 2 }), state(1, 'a')],
        [record('a', { id: 3, skip: true }), record('a', { id: 4 }), state(2, 'a'), state(3, 'b')],
      ),
    )
    expect(error).toBeUndefined()
    expect(deliveredIds()).toEqual([1, 2, 4])
    expect(statesOf(outputs).map(({ id, destinationStats }) => [id, destinationStats])).toEqual([
      [1, { recordCount: 1, rejectedRecordCount: 0 }],
      [2, { recordCount: 2, rejectedRecordCount: 0 }],
      [3, { recordCount: 1, rejectedRecordCount: 0 }],
    ])
    expect(report?.streams.map(({ stream, read, delivered, skipped }) => [stream, read, delivered, skipped])).toEqual([
      ['a', 3, 2, { anonymous_user: 1 }],
      ['b', 1, 1, {}],
    ])
  })

  test('says that all is loaded when a request has been answered, not before', async () => {
    const told: number[] = []
    const world = { ...fakeWorld(), onLoaded: () => told.push(service.requests.length) }
    await writing(blocks([record('a', { id: 1 })]), { world })
    expect(told).toEqual([1])
  })

  test('gives states back though there is no record at all', async () => {
    const { outputs, error } = await writing(blocks([state(1, 'a')], [state(2)]))
    expect([error, stateIds(outputs), service.requests.length]).toEqual([undefined, [1, 2], 0])
  })

  test('counts the records of all streams for a LEGACY state', async () => {
    const { outputs } = await writing(blocks([record('a', { id: 1 }), record('b', { id: 2 }), state(1)]))
    expect(statesOf(outputs)[0]?.destinationStats).toEqual({ recordCount: 2, rejectedRecordCount: 0 })
  })

  test('sends events of different keys in different requests', async () => {
    await writing(
      blocks([record('a', { id: 1, key: 'x' }), record('a', { id: 2, key: 'y' }), record('a', { id: 3, key: 'x' })]),
    )
    expect(service.requests.map(({ path, events }) => [path, ids(events)])).toEqual([
      ['/v1/batch?writeKey=x', [1, 3]],
      ['/v1/batch?writeKey=y', [2]],
    ])
  })

  test('keeps streams of the same name and different namespaces apart', async () => {
    const { report } = await writing(blocks([record('a', { id: 1 }, 'n'), record('a', { id: 2 })]), {
      options: { catalog: catalog('a', { name: 'a', namespace: 'n' }) },
    })
    expect(report?.streams.map(({ namespace, read }) => [namespace, read])).toEqual([
      [undefined, 1],
      ['n', 1],
    ])
  })

  test('sums up in the log', async () => {
    const { outputs } = await writing(blocks([record('a', { id: 1 }), record('a', { id: 2, skip: true })]))
    expect(logsOf(outputs)).toEqual([
      'a: 2 read = 1 delivered + 1 skipped (anonymous_user 1) + 0 rejected, 8 bytes of events',
      'Total: 2 read = 1 delivered + 1 skipped (anonymous_user 1) + 0 rejected, 8 bytes of events; ' +
        'requests: 1, retries: 0, bytes sent: 56, seconds: 0.0',
    ])
  })

  test('sends nothing and returns no state in a dry run', async () => {
    const { outputs, error, report } = await writing(
      blocks([record('a', { id: 1 }), state(1, 'a'), record('a', { id: 2, reject: 'too large' })]),
      { options: { dryRun: true } },
    )
    expect([error, service.requests.length, stateIds(outputs)]).toEqual([undefined, 0, []])
    expect(report?.streams[0]).toMatchObject({ read: 2, delivered: 1, rejected: { oversize: 1 } })
  })
})

describe('what is not delivered', () => {
  test('refuses a stream that is no event before anything is sent', async () => {
    const { error } = await writing(blocks([record('a', { id: 1 })]), {
      options: { catalog: catalog('a', 'nonsense') },
    })
    expect(error).toBeInstanceOf(ConfigError)
    expect(service.requests).toEqual([])
  })

  test('delivers everything else, then fails, and holds back the states that cover a lost record', async () => {
    const { outputs, error } = await writing(
      blocks(
        [record('a', { id: 1 }), state(1, 'a'), record('a', { id: 2, reject: 'too large' }), state(2, 'a')],
        [record('b', { id: 3 }), state(3, 'b'), record('a', { id: 4 }), state(4, 'a'), state(5)],
      ),
    )
    expect(deliveredIds()).toEqual([1, 3, 4])
    expect(stateIds(outputs)).toEqual([1, 3])
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toMatch(/1 records were rejected: a: 1 oversize \(too large\).*Set object_storage_config/)
  })

  test.each([
    ['a record of a stream that the catalog does not name', record('c', { id: 1 }), 'c', 'unknown_stream'],
    [
      'a line that was meant to be a record',
      { type: 'UNREADABLE', isRecord: true, line: '{"type":"RECORD"' } as const,
      '(unreadable)',
      'unreadable',
    ],
  ])('counts %s as rejected', async (_, message, stream, reason) => {
    const { report, error } = await writing(blocks([message, state(1)]))
    expect(report?.streams.find((one) => one.stream === stream)).toMatchObject({ read: 1, rejected: { [reason]: 1 } })
    expect(error).toBeInstanceOf(ConfigError)
  })

  test('holds back the states of all streams after a line that can’t be read', async () => {
    const unreadable = { type: 'UNREADABLE', isRecord: true, line: '{"type":"RECORD"' } as const
    const { outputs } = await writing(
      blocks([
        record('a', { id: 1 }),
        state(1, 'a'),
        state(2, 'b'),
        unreadable,
        state(3, 'a'),
        state(4, 'b'),
        state(5),
      ]),
    )
    expect(stateIds(outputs)).toEqual([1, 2])
  })

  test('passes over lines that are no messages, and tells how many, but not what they say', async () => {
    const lines = ['s3cr3t', '{"a":1}', '', '{"type":"LOG"}', '42']
    const strays = lines.map((line) => ({ type: 'UNREADABLE', isRecord: false, line }) as const)
    const { outputs, error } = await writing(blocks([...strays, state(1, 'a')]))
    expect([error, stateIds(outputs)]).toEqual([undefined, [1]])
    expect(logsOf(outputs)).toContain('3 lines on stdin were not messages and were passed over.')
    expect(JSON.stringify(outputs)).not.toContain('s3cr3t')
  })

  test('finds the one event that the service refuses, and delivers the rest', async () => {
    const bad = (events: readonly Readonly<Record<string, unknown>>[]) => events.some(({ id }) => id === 7)
    const { error, report } = await writing(
      blocks(Array.from({ length: 20 }, (_, id) => record('a', { id, name: 'Ada' }))),
      {
        script: ({ events }) => (bad(events) ? { status: 400, body: 'Ada has no id, a@b.example neither' } : 200),
      },
    )
    expect(deliveredIds().toSorted()).toEqual(
      Array.from({ length: 20 }, (_, id) => id)
        .filter((id) => id !== 7)
        .toSorted(),
    )
    expect(report?.streams[0]).toMatchObject({ read: 20, delivered: 19, rejected: { refused_by_service: 1 } })
    // What the service says helps; what it quotes from the event stays out.
    expect(String(error)).toContain('refused_by_service (… has no id, … neither)')
  })

  test('gives up at once if the service refuses every event', async () => {
    const records = Array.from({ length: 500 }, (_, id) => record('a', { id }))
    const { error } = await writing(blocks(records), { script: () => 400, limits: { concurrent_requests: 1 } })
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toContain('refused each of the first 100 events')
  })
})

describe('a service in trouble', () => {
  const RECORDS = [record('a', { id: 1 }), state(1, 'a')]

  test.each([408, 425, 429, 460, 500, 502, 503, 504, 'reset', 'reset-early', 'cut'] as const)(
    'tries again after %s',
    async (behaviour) => {
      const { outputs, error } = await writing(blocks(RECORDS), { script: [behaviour, behaviour] })
      expect([error, deliveredIds().at(-1), stateIds(outputs)]).toEqual([undefined, 1, [1]])
    },
  )

  test('tries again when no answer comes in time', async () => {
    const { error } = await writing(blocks(RECORDS), { script: ['never'], options: { timeoutMs: 50 } })
    expect([error, deliveredIds()]).toEqual([undefined, [1]])
  })

  test.each([401, 403, 404, 405, 407, 410, 415, 301, 307, 501, 511])('stops at once at %s', async (status) => {
    const world = fakeWorld()
    const { outputs, error } = await writing(blocks(RECORDS), {
      script: () => ({ status, headers: { location: 'https://elsewhere.example/path?key=1' } }),
      world,
    })
    expect(error).toBeInstanceOf(ConfigError)
    expect([service.requests.length, world.waits, stateIds(outputs)]).toEqual([1, [], []])
  })

  test('returns only the states before the request that was refused', async () => {
    const input = [1, 2, 3].flatMap((id) => [record('a', { id }), state(id, 'a')])
    const { outputs, error } = await writing(blocks(input), {
      script: [200, 401],
      target: { limits: { batchEvents: 1 } },
      limits: { concurrent_requests: 1 },
    })
    expect(error).toBeInstanceOf(ConfigError)
    expect(stateIds(outputs)).toEqual([1])
  })

  test('fails for now, with nothing acknowledged, when the service stays down for half an hour', async () => {
    const world = fakeWorld()
    const begin = world.now()
    const { outputs, error } = await writing(blocks(RECORDS), { script: () => 503, world })
    expect(error).toBeInstanceOf(TransientError)
    expect(stateIds(outputs)).toEqual([])
    expect(world.now() - begin).toBeGreaterThan(30 * 60_000)
    expect(world.now() - begin).toBeLessThan(32 * 60_000)
  })

  test('waits as long as the service asks, and tells the platform', async () => {
    const world = fakeWorld()
    const { outputs, error } = await writing(blocks(RECORDS), {
      script: Array.from({ length: 10 }, () => ({ status: 429, headers: { 'retry-after': '600' } })),
      world,
    })
    expect(error).toBeUndefined()
    expect(stateIds(outputs)).toEqual([1])
    const traces = outputs.flatMap((output) => (output.type === 'TRACE' ? [output.trace] : []))
    expect(traces).toHaveLength(10)
    expect(traces[0]).toMatchObject({
      type: 'STREAM_STATUS',
      stream_status: {
        stream_descriptor: { name: 'a' },
        status: 'RUNNING',
        reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: expect.any(Number) } }],
      },
    })
  })

  test('stamps every attempt with its own time', async () => {
    await writing(blocks(RECORDS), { script: [503] })
    const [first, second] = service.requests.map(({ body }) => JSON.parse(body).sentAt)
    expect(Date.parse(second)).toBeGreaterThan(Date.parse(first))
  })

  test('lets nothing secret out, whatever the service answers', async () => {
    const basic = Buffer.from(`${KEY}:`).toString('base64')
    const body = `key ${KEY}, header ${basic}`
    const { outputs, error } = await writing(blocks(RECORDS), {
      script: [
        { status: 500, body },
        { status: 401, body },
      ],
    })
    const said = JSON.stringify([outputs, String(error), (error as Error).stack, (error as Error).cause])
    expect(said).not.toContain(KEY)
    expect(said).not.toContain(basic)
    expect(said).toContain('****')
  })
})

describe('with one service and much to send', () => {
  const each = (id: number) => [record('a', { id }), state(id, 'a')]

  test('sends nothing more once the service has refused the key', async () => {
    const { error } = await writing(blocks(...Array.from({ length: 20 }, (_, id) => each(id))), {
      script: () => 401,
      target: { limits: { batchEvents: 1 } },
      limits: { concurrent_requests: 1 },
    })
    expect(error).toBeInstanceOf(ConfigError)
    expect(service.requests).toHaveLength(1)
  })

  test.each([1, 3])('makes %i requests at a time, and reads no further meanwhile', async (concurrent_requests) => {
    let [open, most, read] = [0, 0, 0]
    async function* input() {
      for (; read < 30; read++) yield block(each(read))
    }
    const ahead: number[] = []
    const { error } = await writing(input(), {
      async script() {
        most = Math.max(most, ++open)
        for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve))
        ahead.push(read - service.delivered.length)
        open--
        return 200
      },
      target: { limits: { batchEvents: 1 } },
      limits: { concurrent_requests },
    })
    expect([error, most]).toEqual([undefined, concurrent_requests])
    // In flight, one that waits for its turn, and one that was asked for.
    expect(Math.max(...ahead)).toBeLessThanOrEqual(concurrent_requests + 2)
  })

  test('sends no more events in a second than allowed', async () => {
    const world = fakeWorld()
    const begin = world.now()
    const records = Array.from({ length: 50 }, (_, id) => record('a', { id }))
    const { error } = await writing(blocks(records), {
      world,
      limits: { max_events_per_second: 10, concurrent_requests: 4 },
    })
    expect(error).toBeUndefined()
    expect(service.requests.map(({ events }) => events.length)).toEqual([10, 10, 10, 10, 10])
    expect(world.now() - begin).toBe(4000)
  })

  test.each(JUMPS)('keeps to its rate though the clock on the wall jumps %s in the middle', async (_, jump) => {
    const world = fakeWorld()
    const records = Array.from({ length: 50 }, (_, id) => record('a', { id }))
    const script = (_: ReceivedRequest, before: number) => {
      if (before === 1) world.jump(jump)
      return 200
    }
    const { error, report } = await writing(blocks(records), {
      world,
      script,
      limits: { max_events_per_second: 10, concurrent_requests: 1 },
    })
    expect([error, world.waits, report?.seconds]).toEqual([undefined, [1000, 1000, 1000, 1000], 4])
  })

  test.each(JUMPS)('goes on after a pause, though the clock on the wall jumps %s in it', async (_, jump) => {
    const world = fakeWorld()
    const begin = world.elapsed()
    const script = (_: ReceivedRequest, before: number) => {
      world.jump(jump)
      return before < 3 ? { status: 429, headers: { 'Retry-After': '7' } } : 200
    }
    const { error } = await writing(blocks([record('a', { id: 1 })]), { world, script })
    expect([error, world.elapsed() - begin]).toEqual([undefined, 21_000])
  })
})

describe('a run that is asked to stop', () => {
  test('stops reading, sends what is open, and returns the states that are safe', async () => {
    const world = fakeWorld()
    async function* input() {
      yield block([record('a', { id: 1 }), state(1, 'a')])
      world.stop()
      yield await new Promise<never>(() => undefined)
    }
    const { outputs, error } = await writing(input(), { world })
    expect([error, deliveredIds(), stateIds(outputs)]).toEqual([undefined, [1], [1]])
  })

  test('does not wait for a service in trouble', async () => {
    const world = fakeWorld()
    const script = () => {
      world.stop()
      return 503
    }
    const { outputs, error } = await writing(blocks([record('a', { id: 1 }), state(1, 'a')]), { script, world })
    expect([error, service.requests.length, stateIds(outputs)]).toEqual([undefined, 1, []])
    expect(logsOf(outputs)).toContain('Stopped with 1 records not delivered. They are not acknowledged.')
  })
})

test.each(JUMPS)('sends an open batch after ten silent seconds, though the clock jumps %s', async (_, jump) => {
  const world = fakeWorld()
  let beat: () => void = () => undefined
  let finish: () => void = () => undefined
  async function* input() {
    yield block([record('a', { id: 1 }), state(1, 'a')])
    await new Promise<void>((resolve) => {
      finish = resolve
      world.jump(jump)
      world.advance(9_999)
      beat()
      expect(service.requests).toEqual([])
      world.advance(1)
      beat()
    })
  }
  service = await fakeService()
  const pulse = (callback: () => void) => {
    beat = callback
    return () => undefined
  }
  const messages = write(
    {
      target: fakeTarget(service.url),
      catalog: catalog('a'),
      limits: LIMITS,
      dryRun: false,
      rejected: undefined,
      environment: world,
      pulse,
    },
    input(),
  )
  const first = await messages.next()
  expect(stateIds(first.value ? [first.value] : [])).toEqual([1])
  finish()
  for await (const _ of messages);
})
