import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, inflateRawSync } from 'node:zlib'
import { afterAll, expect, test } from '@jest/globals'
import avro from 'avsc'
import fc from 'fast-check'
import snappy from 'snappyjs'
import { eventTypes } from '../../../src/catalog.ts'
import { type SampleOptions, type SampleReport, sampleExport } from '../../../src/local/sample/sample.ts'

const scratch = mkdtempSync(join(tmpdir(), 'sample-'))
afterAll(() => rmSync(scratch, { recursive: true }))

interface StoredEvent {
  readonly id: string
  readonly time: number
  readonly [name: string]: unknown
}

test('the same seed gives the same files, byte by byte, and the same times', async () => {
  const tree = async (seed: number) => {
    const { folder } = await sample({ events: 300, hours: 3, seed, format: 'both' })
    return filesIn(folder).map((key) => [key, sha256(join(folder, key)), statSync(join(folder, key)).mtimeMs])
  }
  const first = await tree(7)
  expect(await tree(7)).toEqual(first)
  expect(await tree(8)).not.toEqual(first)
})

test('what it reports is what lies in the files, whatever was asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        events: fc.integer({ min: 1, max: 400 }),
        hours: fc.integer({ min: 1, max: 30 }),
        seed: fc.integer(),
        format: fc.constantFrom('avro', 'custom-http', 'both'),
        codec: fc.constantFrom('null', 'deflate', 'snappy'),
        streams: fc.constantFrom('*', '*.email.*', 'users.behaviors.*,!*.app.*'),
        eventsPerFile: fc.constantFrom(undefined, 1, 7, 1000),
      }),
      async ({ eventsPerFile, ...rest }) => {
        const options = { ...rest, ...(eventsPerFile && { eventsPerFile }) }
        const { folder, report } = await sample(options)
        const events = await eventsIn(folder)
        const counted = new Map<string, { ids: Set<string>; events: number }>()
        for (const { type, event } of events) {
          const count = counted.get(type) ?? { ids: new Set(), events: 0 }
          counted.set(type, { ids: count.ids.add(event.id), events: count.events + 1 })
        }
        for (const [type, { unique, duplicates }] of Object.entries(report.types)) {
          expect(counted.get(type)?.ids.size ?? 0).toBe(unique)
          expect(counted.get(type)?.events ?? 0).toBe(unique + duplicates)
        }
        expect(report.unique).toBe(options.events)
        expect(filesIn(folder)).toHaveLength(report.files)
      },
    ),
    { numRuns: 15 },
  )
})

test.each([
  [1, 7],
  [3, 10],
  [25, 1_000_000],
])('in %i hours, %i events per file fill every file but the last of a type', async (hours, eventsPerFile) => {
  const { folder, report } = await sample({ events: 500, hours, eventsPerFile, streams: '*.email.*' })
  const files = new Map<string, Set<string>[]>()
  for (const key of filesIn(folder)) {
    const ids = new Set((await stored(join(folder, key))).map(({ event }) => event.id))
    const type = /event_type=([^/]+)/.exec(key)?.[1] ?? ''
    files.set(type, [...(files.get(type) ?? []), ids])
  }
  const expected = Object.entries(report.types).map(([type, { unique }]) => [type, Math.ceil(unique / eventsPerFile)])
  expect([...files].map(([type, { length }]) => [type, length])).toEqual(expected)
  for (const [type, all] of files) {
    const sizes = all.map(({ size }) => size).sort((a, b) => b - a)
    // A file may also repeat the last event of the file before.
    for (const size of sizes.slice(0, -1)) expect([eventsPerFile, eventsPerFile + 1]).toContain(size)
    expect([type, new Set(all.flatMap((ids) => [...ids])).size]).toEqual([type, report.types[type]?.unique])
  }
})

test('holds every event type, both layouts, both formats, late files, duplicates and nameless users', async () => {
  const { folder, report } = await sample({ events: 4000, hours: 4, format: 'both' })
  const keys = filesIn(folder)
  expect(Object.values(report.types).filter(({ unique }) => unique === 0)).toEqual([])
  expect(Object.keys(report.types)).toEqual([...eventTypes().keys()])
  expect(keys.some((key) => /date=2025-04-01-20\/\d+\/prod-01\/[^/]+\.avro$/.test(key))).toBe(true)
  expect(keys.some((key) => /date=2025-04-01-23\/version=12\/us-01\/[^/]+\.avro$/.test(key))).toBe(true)
  expect(keys.some((key) => /^custom_http\/2025-04-01\/2\d\/.+\.json$/.test(key))).toBe(true)
  expect(report.duplicates).toBeGreaterThan(0)
  const late = keys.filter((key) => statSync(join(folder, key)).mtimeMs > endOfHour(key) + 3_600_000)
  expect(late.length).toBeGreaterThan(0)
  const users = (await eventsIn(folder)).map(({ event }) => [
    event['user_id'] ?? null,
    event['external_user_id'] ?? null,
  ])
  expect(users.some(([id, external]) => id !== null && external === null)).toBe(true)
  expect(users.some(([id, external]) => id === null && external === null)).toBe(true)
})

test('an event in Avro and in Custom HTTP JSON is the same but for what one of the two forms lacks', async () => {
  const streams = 'users.behaviors.CustomEvent'
  const stored = await eventsIn((await sample({ events: 50, hours: 1, streams, format: 'avro' })).folder)
  const posted = await eventsIn((await sample({ events: 50, hours: 1, streams, format: 'custom-http' })).folder)
  const flat = ({ user, properties, event_type: _, ...top }: StoredEvent) => {
    const { custom_properties, ...rest } = properties as Record<string, unknown>
    return { ...top, ...(user as object), ...rest, properties: custom_properties }
  }
  const inAvro = stored.map(({ event }) => ({
    ...Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null)),
    properties: JSON.parse(String(event['properties'])),
  }))
  expect(posted.map(({ event }) => flat(event)).sort(byId)).toEqual(inAvro.sort(byId))
})

test('no file is from the future, and the last hour has ended', async () => {
  const report = await sampleExport({ out: join(scratch, 'now'), events: 200, hours: 2 })
  expect(report.end.getTime()).toBeLessThanOrEqual(Date.now())
  expect(report.end.getTime() % 3_600_000).toBe(0)
  for (const key of filesIn(join(scratch, 'now'))) {
    expect(statSync(join(scratch, 'now', key)).mtimeMs).toBeLessThanOrEqual(report.end.getTime())
  }
})

test('refuses globs that fit no event type', async () => {
  await expect(sample({ events: 1, hours: 1, streams: 'users.nothing' })).rejects.toThrow(
    'No event type matches "users.nothing".',
  )
})

let folders = 0
async function sample(options: Omit<SampleOptions, 'out'>): Promise<{ folder: string; report: SampleReport }> {
  const folder = join(scratch, String(folders++))
  const report = await sampleExport({ end: new Date('2025-04-02T00:00:00Z'), ...options, out: folder })
  return { folder, report }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

const byId = (a: object, b: object): number => ((a as StoredEvent).id < (b as StoredEvent).id ? -1 : 1)

const endOfHour = (key: string): number => {
  const [, day, hour] = /(\d{4}-\d\d-\d\d)[-/](\d\d)\//.exec(key) ?? []
  return Date.parse(`${day}T${hour}:00:00Z`) + 3_600_000
}

async function eventsIn(folder: string): Promise<{ type: string; event: StoredEvent }[]> {
  const events = await Promise.all(
    filesIn(folder).map((key) => (key.endsWith('.avro') ? stored : posted)(join(folder, key))),
  )
  return events.flat()
}

async function stored(path: string): Promise<{ type: string; event: StoredEvent }[]> {
  const decoder = avro.createFileDecoder(path, {
    codecs: {
      null: (bytes, done) => done(null, bytes),
      deflate: (bytes, done) => done(null, inflateRawSync(bytes)),
      snappy: (bytes, done) => done(null, Buffer.from(snappy.uncompress(bytes.subarray(0, -4)))),
    },
  })
  const type = /event_type=([^/]+)/.exec(path)?.[1] ?? ''
  const events = []
  for await (const event of decoder) events.push({ type, event })
  return events
}

async function posted(path: string): Promise<{ type: string; event: StoredEvent }[]> {
  const bytes = readFileSync(path)
  const { events } = JSON.parse(String(path.endsWith('.gz') ? gunzipSync(bytes) : bytes)) as { events: StoredEvent[] }
  return events.map((event) => ({ type: String(event['event_type']), event }))
}
