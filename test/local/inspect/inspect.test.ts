import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from '@jest/globals'
import { inspectExport } from '../../../src/local/inspect/inspect.ts'
import { sampleExport } from '../../../src/local/sample/sample.ts'
import { localStore } from '../../../src/source/storage/local.ts'
import { memoryStore } from '../../source/memory-store.ts'
import {
  codesOf,
  environmentAt,
  fileOf,
  filesIn,
  HOUR,
  hourText,
  ID,
  inspected,
  range,
  SEND,
  START,
  TIME,
} from './export.ts'

const scratch = mkdtempSync(join(tmpdir(), 'inspect-'))
afterAll(() => rmSync(scratch, { recursive: true }))

test.each(['null', 'deflate', 'snappy'] as const)('counts what sample has written, with codec %s', async (codec) => {
  const out = join(scratch, codec)
  const end = new Date(START + 4 * HOUR)
  const wrote = await sampleExport({ out, events: 1500, hours: 4, format: 'both', codec, end })
  const report = await inspectExport({
    store: localStore({ provider: 'local', path: out }),
    config: { path_prefix: '', lookback_hours: 168 },
    sampleFiles: 10_000,
    environment: environmentAt(4),
  })
  const { totals, types } = report
  expect(totals).toMatchObject({ files: wrote.files, bytes: wrote.bytes, isEstimated: false, types: 106 })
  expect(Object.fromEntries(types.map(({ eventType, events }) => [eventType, events]))).toEqual(
    Object.fromEntries(
      Object.entries(wrote.types).map(([type, { unique, duplicates }]) => [type, unique + duplicates]),
    ),
  )
  expect(types.flatMap(({ unknownFields }) => unknownFields)).toEqual([])
  expect(report.broken.count).toBe(0)
})

test('tells for each event type its hours, files, bytes and events', async () => {
  const files = [fileOf({ hour: 0, blocks: [2, 5] }), fileOf({ hour: 0 }), fileOf({ hour: 2, codec: 'deflate' })]
  const { types, totals } = await inspected(files, 3)
  const sizes = files.map(({ content }) => content.length)
  expect(types).toMatchObject([
    {
      eventType: SEND,
      status: 'current',
      files: 3,
      events: 13,
      firstHour: hourText(0),
      lastHour: hourText(2),
      hours: [
        { hour: hourText(0), files: 2, bytes: (sizes[0] ?? 0) + (sizes[1] ?? 0), events: 10 },
        { hour: hourText(2), files: 1, bytes: sizes[2], events: 3 },
      ],
    },
  ])
  expect(totals).toMatchObject({ newestHour: hourText(2), ageMs: 0, recentShare: 2 / 3 })
})

test('tells schemas apart by their fields, and in which hours and folders they occur', async () => {
  const url = { name: 'new_field', type: ['null', 'string'], default: null, doc: 'words do not matter' }
  const files = [
    ...filesIn([0, 1], { version: '345/prod-01' }),
    ...filesIn([1, 2], { fields: [ID, TIME, url] }),
    ...filesIn([3], { fields: [ID, { ...TIME, type: 'long' }, { ...url, doc: 'other words' }] }),
  ]
  const [type] = (await inspected(files, 4)).types
  expect(type?.schemas).toMatchObject([
    {
      fields: 2,
      added: [],
      versions: ['schema 345'],
      codecs: ['null'],
      files: 2,
      firstHour: hourText(0),
      lastHour: hourText(1),
    },
    { fields: 3, added: ['new_field'], removed: [], changed: [], versions: ['version=12'], files: 2 },
    { fields: 3, added: [], removed: [], changed: ['time'], files: 1 },
  ])
  expect(type?.unknownFields).toEqual([
    { name: 'new_field', type: 'string', files: 3, firstHour: hourText(1), lastHour: hourText(3) },
  ])
})

test('reads JSON files, packed or not, by the event types that they say', async () => {
  const event = (event_type: string | undefined, properties: object = {}) => ({
    event_type,
    id: '1',
    time: 1,
    user: {},
    properties,
  })
  const envelope = JSON.stringify({ events: [event(SEND), event('users.UserOrphan'), event(undefined)] })
  const lines = [event(SEND, { brand_new: 1, campaign_id: 'c' }), event('users.new.Thing')]
    .map((one) => JSON.stringify(one))
    .join('\n')
  const report = await inspected(
    [
      { key: 'hooks/a.json', content: envelope, modified: START },
      { key: 'hooks/b.ndjson.gz', content: gzipSync(lines), modified: START },
    ],
    1,
  )
  const counts = report.types.map(({ eventType, status, events, files }) => [eventType, status, events, files])
  expect(counts).toEqual([
    ['users.UserOrphan', 'current', 1, 1],
    [SEND, 'current', 2, 2],
    ['users.new.Thing', 'unknown', 1, 1],
  ])
  expect(report.types[1]?.unknownFields).toMatchObject([{ name: 'brand_new', files: 1 }])
  expect(report).toMatchObject({ namelessEvents: 1, layouts: [{ layout: 'loose', files: 2 }], totals: { events: 5 } })
  expect(codesOf(report)).toEqual(['no_event_type', 'unknown_types', 'unknown_fields'])
})

test.each([
  [
    'cut off in a block',
    (bytes: Buffer) => bytes.subarray(0, bytes.length - 30),
    6,
    'the file ends in the middle of a block',
  ],
  ['cut off in its header', (bytes: Buffer) => bytes.subarray(0, 40), 0, 'the file ends in the middle of its header'],
  ['empty', () => Buffer.alloc(0), 0, 'the file is empty'],
  ['no Avro', () => Buffer.from('hello world'), 0, 'the file is no Avro file'],
])('a file that is %s is counted as far as it goes, and named', async (_, change, events, reason) => {
  const report = await inspected([fileOf({ hour: 0, name: 'bad.avro', blocks: [6, 3], change })], 1)
  expect(report.types).toMatchObject([{ events, files: 1, brokenFiles: 1 }])
  expect(report.broken.count).toBe(1)
  expect(report.broken.items).toMatchObject([
    { key: expect.stringMatching(/bad\.avro$/), reason, hour: hourText(0), eventType: SEND },
  ])
  expect(report.broken.items[0]?.byte).toBeGreaterThanOrEqual(0)
  expect(codesOf(report)).toEqual(['broken_files'])
})

test('a JSON file that is cut off is counted as far as it goes', async () => {
  const content = `{"event_type":"${SEND}","id":"1"}\n{"event_type":"${SEND}","id`
  const report = await inspected([{ key: 'a.jsonl', content, modified: START }], 1)
  expect(report.types).toMatchObject([{ eventType: SEND, events: 1, brokenFiles: 1 }])
  expect(report.broken.items).toMatchObject([{ key: 'a.jsonl', reason: 'the file is no JSON' }])
})

test('goes on if a file disappears', async () => {
  const store = memoryStore(filesIn([0, 1]))
  const report = await inspected([], 2, { store, onProgress: ({ toOpen }) => toOpen && store.files.splice(0, 1) })
  expect(report.goneFiles).toBeGreaterThan(0)
  expect(codesOf(report)).toContain('gone_files')
})

test('says which files have the same name, within an event type only', async () => {
  const twice = { hour: 0, name: 'x+0+1.avro' }
  const report = await inspected(
    [fileOf(twice), fileOf({ ...twice, folder: 'copy' }), fileOf({ ...twice, type: 'users.UserOrphan' })],
    1,
  )
  const [one, other] = ['copy', 'currents/dataexport.prod-01.S3.integration.0123'].map(
    (folder) => `${folder}/event_type=${SEND}/date=${hourText(0)}/version=12/us-01/x+0+1.avro`,
  )
  expect(report.sameNames).toEqual({ count: 1, items: [{ eventType: SEND, key: other, otherKey: one }] })
  expect(codesOf(report)).toEqual(['same_names', 'several_integrations'])
})

test('knows the Currents, the layouts and files in the wrong folder', async () => {
  const files = [
    ...filesIn([0, 1], { version: '345/prod-01' }),
    ...filesIn([1], { folder: 'b/dataexport.prod-01.GCS.integration.9', headerType: 'users.UserOrphan' }),
  ]
  const report = await inspected(files, 2)
  expect(report.integrations).toMatchObject([
    { folder: 'b/dataexport.prod-01.GCS.integration.9', files: 1, types: 1, lastHour: hourText(1) },
    { folder: 'currents/dataexport.prod-01.S3.integration.0123', files: 2 },
  ])
  expect(report.layouts.map(({ layout }) => layout)).toEqual(['schema_id', 'version'])
  expect(report.otherTypes.items).toMatchObject([{ folder: SEND, found: 'users.UserOrphan' }])
  // As a sync would read it.
  expect(report.types).toMatchObject([{ eventType: SEND, events: 9 }])
  expect(codesOf(report)).toEqual(['other_types', 'several_integrations', 'two_layouts'])
})

test('files of other streams outside of event_type= folders are not counted in', async () => {
  const content = ['users.UserOrphan', SEND].map((type) => `{"event_type":"${type}","id":"1"}`).join('\n')
  const files = ['a', 'b'].map((name, i) => ({ key: `${name}.json`, content: content.slice(i * 40), modified: START }))
  const all = await inspected(files, 1)
  expect(all.totals).toMatchObject({ types: 2, files: 2, events: 3 })
  const { totals } = await inspected(files, 1, { streams: 'users.UserOrphan' })
  expect(totals).toMatchObject({ types: 1, files: 1, events: 1, bytes: all.types[0]?.bytes })
})

test('stays within the streams and the hours that are asked for', async () => {
  const files = [...filesIn(range(0, 10)), ...filesIn(range(0, 10), { type: 'users.UserOrphan' })]
  const report = await inspected(files, 10, {
    streams: '*.email.*',
    config: {
      start_date: new Date(START + 2 * HOUR).toISOString(),
      end_date: new Date(START + 5 * HOUR).toISOString(),
    },
  })
  expect(report.types).toMatchObject([{ eventType: SEND, files: 3, firstHour: hourText(2), lastHour: hourText(4) }])
  expect(report.limits).toMatchObject({ streams: '*.email.*' })
  expect(codesOf(await inspected(files, 10, { streams: 'nothing' }))).toEqual(['no_files'])
})

test('opens some files only if there are many, and estimates the rest by the bytes', async () => {
  const files = range(0, 20).flatMap((hour) => filesIn(Array(12).fill(hour), { blocks: [10, 10] }))
  const report = await inspected(files, 20, { sampleFiles: 45 })
  expect(report.counting).toEqual({ openedFiles: 40, sample: { each: 2, hours: 1 } })
  expect(report.totals).toMatchObject({ files: 240, events: 4800, isEstimated: true })
  expect(report.types[0]?.hours.every(({ events }) => events === 240)).toBe(true)
})

test('estimates files outside of event_type= folders that were not opened', async () => {
  const content = `{"event_type":"${SEND}","id":"1"}\n`
  const files = range(0, 100).map((i) => ({ key: `hooks/${i}.json`, content, modified: START + i * HOUR }))
  const report = await inspected(files, 100, { sampleFiles: 50 })
  expect(report.types).toMatchObject([{ eventType: SEND, events: 100, files: 100, isEstimated: true }])
})

test('reads the beginning of large files only, but sees that their end is missing', async () => {
  const large = { blocks: Array(30).fill(5000) }
  const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)
  const files = [fileOf({ hour: 0, ...large }), fileOf({ hour: 1, ...large, name: 'cut.avro', change: cut })]
  const report = await inspected(files, 2, { sampleBytes: 1_000_000 })
  expect(report.counting).toEqual({ openedFiles: 2, mostBytes: 1_048_576 })
  expect(report.types[0]?.hours).toMatchObject([{ events: 150_000 }, { events: 150_000 }])
  expect(report.totals.isEstimated).toBe(true)
  expect(report.broken.items).toMatchObject([{ key: expect.stringMatching(/cut\.avro$/) }])
})

test('stops when it is told to', async () => {
  const stop = new AbortController()
  stop.abort()
  const inspecting = inspected(filesIn([0]), 1, { environment: environmentAt(1, stop.signal) })
  await expect(inspecting).rejects.toThrow('The inspection was stopped before its end.')
})

test('a file in an hour that no calendar has is counted, without an hour', async () => {
  const [file] = filesIn([0])
  const key = file?.key.replace(hourText(0), '2025-99-99-99') ?? ''
  const report = await inspected([{ key, content: file?.content ?? '', modified: START }], 1)
  expect(report.types).toMatchObject([{ files: 1, events: 3, hours: [], undated: { files: 1, events: 3 } }])
})

test('an event type that the catalogue lacks is inspected like any other', async () => {
  const report = await inspected(filesIn([0], { type: 'users.brand.New' }), 1)
  expect(report.types).toMatchObject([
    { eventType: 'users.brand.New', status: 'unknown', events: 3, unknownFields: [] },
  ])
})
