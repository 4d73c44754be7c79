/**
 * The totals of a run against those of the service, which refuses some events and fails every tenth request.
 * RECONCILE=1000000 makes a million events of the few that `npm test` has time for.
 */
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { Random } from '../src/local/random.ts'
import { catalog, fakeWorld } from '../test/destination/delivery/fakes.ts'
import { type Behaviour, fakeService } from './fakes/service.ts'
import { type Write, type Wrote, writeInProcess } from './in_process.ts'
import { type Kind, kindOf, linesOf, STREAMS } from './reconcile/events.ts'

const EVENTS = Number(process.env['RECONCILE'] ?? 5000)
jest.setTimeout(60_000 + EVENTS)

const scratch = mkdtempSync(join(tmpdir(), 'reconcile-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** What the generator made, of each kind. */
const made: Record<Kind, number> = { bad: 0, long: 0, huge: 0, anonymous: 0, good: 0 }
/** What the service counted. */
const counts = { requests: 0, kept: new Set<string>(), copies: 0, refused: new Set<string>() }
let wrote: Wrote
let seconds: number

beforeAll(async () => {
  const random = new Random(8)
  const service = await fakeService(({ events }) => treat(random, idsOf(events)), { forgets: true })
  const started = performance.now()
  wrote = await write(service.url, linesOf(EVENTS, made), 'rejected')
  seconds = (performance.now() - started) / 1000
  await service.close()
})

/** One request in ten goes wrong, in one of four ways. What the service can't accept is refused as a whole. */
function treat(random: Random, ids: readonly string[]): Behaviour {
  counts.requests++
  const fault = random.chance(0.1) ? random.pick(['lost', 'reset', 503, 429] as const) : undefined
  if (fault === 429) return { status: 429, headers: { 'retry-after': '1' } }
  if (fault === 503 || fault === 'reset') return fault
  if (ids.some((id) => kindOf(id) === 'bad')) {
    for (const id of ids.length === 1 ? ids : []) counts.refused.add(id)
    return { status: 400, body: 'event is not valid' }
  }
  for (const id of ids) {
    if (counts.kept.has(id)) counts.copies++
    counts.kept.add(id)
  }
  return fault === 'lost' ? { status: 200, fate: 'lost' } : 200
}

test('every event that could be delivered arrives, and none else', () => {
  expect(wrote.exitCode).toBe(0)
  expect(kindsOf(counts.kept)).toEqual({ good: made.good, long: made.long })
  expect(kindsOf(counts.refused)).toEqual({ bad: made.bad })
  // Of answers that were lost.
  expect(counts.copies).toBeGreaterThan(0)
})

test('what the service refuses, and what would not fit, is kept with the reason', async () => {
  const { refused_by_service, oversize, ...others } = await rejectedIn('rejected')
  expect(refused_by_service).toEqual(counts.refused)
  expect(kindsOf(oversize)).toEqual({ huge: made.huge })
  expect(others).toEqual({})
})

test('the summary gives the numbers of the service', () => {
  const { kept, refused, copies, requests } = counts
  const rejected = refused.size + made.huge
  const skipped = EVENTS - kept.size - rejected
  const summary = logs().find((line) => line.startsWith('Total: '))
  expect(summary).toContain(`${EVENTS} read = ${kept.size} delivered + ${skipped} skipped (anonymous_user ${skipped})`)
  expect(summary).toMatch(new RegExp(` \\+ ${rejected} rejected \\(.*\\brefused_by_service ${refused.size}\\b`))
  expect(summary).toContain(`, ${made.long} of them shortened,`)
  expect(summary).toContain(`; requests: ${requests}, `)
  const size = `${kept.size} kept, ${copies} copies, ${refused.size} refused, ${requests} requests; ${seconds} s`
  if (process.env['RECONCILE']) process.stderr.write(`${summary}\nThe service: ${size}\n`)
})

test('the states that come back count every record once', () => {
  const states = wrote.messages.flatMap((message) => (message.type === 'STATE' ? [message.state.destinationStats] : []))
  const sum = (key: 'recordCount' | 'rejectedRecordCount') =>
    states.reduce((total, stats) => total + Number(stats?.[key]), 0)
  const rejected = counts.refused.size + made.huge
  expect([sum('recordCount'), sum('rejectedRecordCount')]).toEqual([EVENTS - rejected, rejected])
})

test('what was rejected arrives once its cause is mended, and the rest is kept again', async () => {
  const service = await fakeService()
  const again = await write(service.url, textOf('rejected'), 'again')
  await service.close()
  expect(again.exitCode).toBe(0)
  expect(idsOf(service.delivered).toSorted()).toEqual([...counts.refused].toSorted())
  const { oversize } = await rejectedIn('rejected')
  expect(await rejectedIn('again')).toEqual({ oversize })
})

/** Writes to Segment, in a world where waiting takes no time. Rejected records are kept in a folder of that name. */
const write = (endpoint: string, stdin: Write['stdin'], name: string): Promise<Wrote> =>
  writeInProcess({
    config: {
      destination: { service: 'segment', write_key: 'key', endpoint },
      mapping: { anonymous_users: 'skip' },
      object_storage_config: { storage_type: 'Local', bucket_path: join(scratch, name) },
    },
    catalog: catalog(...STREAMS),
    stdin,
    environment: fakeWorld(),
  })

const idsOf = (events: readonly Readonly<Record<string, unknown>>[]): readonly string[] =>
  events.map(({ messageId }) => String(messageId))

function kindsOf(ids: Iterable<string> = []): Partial<Record<Kind, number>> {
  const kinds: Partial<Record<Kind, number>> = {}
  for (const id of ids) kinds[kindOf(id)] = (kinds[kindOf(id)] ?? 0) + 1
  return kinds
}

const logs = (): readonly string[] =>
  wrote.messages.flatMap((message) => (message.type === 'LOG' ? [message.log.message] : []))

/** The ids of the records that were kept as rejected, by reason. */
async function rejectedIn(name: string): Promise<Readonly<Record<string, ReadonlySet<string>>>> {
  const reasons: Record<string, Set<string>> = {}
  for await (const line of createInterface({ input: textOf(name), crlfDelay: Number.POSITIVE_INFINITY })) {
    const { record, rejected } = JSON.parse(line)
    reasons[rejected.reason] ??= new Set()
    reasons[rejected.reason]?.add(record.data.id)
  }
  return reasons
}

/** The one file of the folder. */
function textOf(name: string) {
  const [file = '', ...others] = readdirSync(join(scratch, name))
  expect(others).toEqual([])
  return createReadStream(join(scratch, name, file), 'utf8')
}
