import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fakeService, type ReceivedRequest } from '../../../integration_tests/fakes/service.ts'
import type { InputMessage } from '../../../src/cdk/input.ts'
import { RejectedRecords } from '../../../src/destination/delivery/rejected.ts'
import { type WriteOptions, write } from '../../../src/destination/delivery/write.ts'
import { blocks, catalog, fakeTarget, fakeWorld, record, state, statesOf } from './fakes.ts'

/** What the input holds; a message's id is its place among all, from 1. */
type Planned =
  | { readonly stream: 'a' | 'b'; readonly fate: 'send' | 'skip' | 'refuse' | 'reject' | 'other_key' }
  | { readonly state: 'a' | 'b' | undefined }

const planned: fc.Arbitrary<Planned> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      stream: fc.constantFrom('a' as const, 'b' as const),
      fate: fc.constantFrom(...(['send', 'skip', 'refuse', 'reject', 'other_key'] as const)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ state: fc.constantFrom('a' as const, 'b' as const, undefined) }) },
)

const run = fc.record({
  blocks: fc.array(fc.array(planned, { maxLength: 6 }), { maxLength: 8 }),
  /** Turns of the event loop before each answer, so that requests end in any order. */
  delays: fc.infiniteStream(fc.nat(9)),
  concurrent_requests: fc.integer({ min: 1, max: 5 }),
})

test('no state leaves before the records ahead of it are taken, skipped or kept; each leaves once; counts add up', async () => {
  await fc.assert(
    fc.asyncProperty(run, async ({ blocks: plan, delays, concurrent_requests }) => {
      const flat = plan.flat()
      const done = new Set<number>()
      const service = await fakeService(async (request) => {
        await turns(delays.next().value)
        return answer(request, done)
      })
      const rejected = new RejectedRecords({
        place: 'here',
        async append(bytes) {
          await turns(delays.next().value)
          for (const line of bytes.toString().trim().split('\n')) done.add(JSON.parse(line).record.data.id)
        },
        close: async () => undefined,
      })
      const options: WriteOptions = {
        target: fakeTarget(service.url, { limits: { batchEvents: 3 } }),
        catalog: catalog('a', 'b'),
        limits: { concurrent_requests, gzip: false },
        dryRun: false,
        rejected,
        environment: fakeWorld(),
      }
      const left: object[] = []
      try {
        for await (const output of write(options, blocks(...messagesOf(plan)))) {
          for (const { id, destinationStats } of statesOf([output])) {
            left.push({ id, ...destinationStats })
            expect(idsAhead(flat, id).filter((one) => !done.has(one))).toEqual([])
          }
        }
      } finally {
        await service.close()
      }
      expect(left).toEqual(expectedStates(flat))
      expect([...done].sort((a, b) => a - b)).toEqual(idsAhead(flat, flat.length + 1))
    }),
    { numRuns: 100 },
  )
})

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await new Promise((resolve) => setImmediate(resolve))
}

/** Refuses the whole request for one bad event. */
function answer({ events }: ReceivedRequest, done: Set<number>): number {
  if (events.some(({ refuse }) => refuse)) return 400
  for (const { id } of events) done.add(id as number)
  return 200
}

function messagesOf(plan: readonly (readonly Planned[])[]): readonly (readonly InputMessage[])[] {
  let id = 0
  return plan.map((block) => block.map((one) => ('state' in one ? state(++id, one.state) : recordOf(++id, one))))
}

const recordOf = (id: number, { stream, fate }: Extract<Planned, { stream: string }>): InputMessage =>
  record(stream, {
    id,
    ...(fate === 'skip' && { skip: true }),
    ...(fate === 'refuse' && { refuse: true }),
    ...(fate === 'reject' && { reject: 'too large' }),
    ...(fate === 'other_key' && { key: 'x' }),
  })

/** The records before message `id` that are not skipped. */
const idsAhead = (flat: readonly Planned[], id: number): readonly number[] =>
  flat.slice(0, id - 1).flatMap((one, i) => ('fate' in one && one.fate !== 'skip' ? [i + 1] : []))

/** What each state must say: the records of its streams since their last state. */
function expectedStates(flat: readonly Planned[]): readonly object[] {
  let open: Extract<Planned, { fate: string }>[] = []
  return flat.flatMap((one, i) => {
    if ('fate' in one) open.push(one)
    if (!('state' in one)) return []
    const covered = open.filter(({ stream }) => one.state === undefined || stream === one.state)
    open = open.filter((each) => !covered.includes(each))
    const rejectedRecordCount = covered.filter(({ fate }) => fate === 'refuse' || fate === 'reject').length
    return [{ id: i + 1, recordCount: covered.length - rejectedRecordCount, rejectedRecordCount }]
  })
}
