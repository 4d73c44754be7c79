import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { DestinationConfig, SourceConfig } from '../../../src/config.ts'
import { Plan, planText } from '../../../src/local/plan/plan.ts'
import { requireShard } from '../../../src/local/plan/read.ts'
import { catalogOf, partOf, placeOf, plannedShard } from '../../../src/local/plan/shard.ts'
import { definitionOf } from '../../../src/source/definition.ts'

const scratch = mkdtempSync(join(tmpdir(), 'plan-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const OPEN = 'users.messages.email.Open'
const UNTIL = '2025-04-08T12:00:00.123Z'
const plan = Plan.parse({
  version: 1,
  written_until: UNTIL,
  source: 's3://exports/currents/',
  parallel: 4,
  shards: [
    { streams: [OPEN], start_date: '2025-04-01T05:00:00Z', undated_files: false, files: 1, bytes: 2 },
    { streams: [], undated_files: false, files: 0, bytes: 0 },
  ],
})
const source = SourceConfig.parse({ storage: { provider: 'local', path: '/data' }, end_date: '2025-05-01' })
const destinationWith = (limits: object) =>
  DestinationConfig.parse({ destination: { service: 'segment', write_key: 'k' }, limits })

test('the hours of the shard take the place of those of the configuration, and the rate is shared', () => {
  const configs = { source, destination: destinationWith({ max_events_per_second: 1000, gzip: true }) }
  const { end_date: _, ...rest } = source
  expect(partOf(plannedShard(plan, 0), configs)).toEqual({
    source: { ...rest, start_date: '2025-04-01T05:00:00Z', undated_files: false, written_until: UNTIL },
    destination: destinationWith({ max_events_per_second: 250, gzip: true }),
  })
  expect(partOf(undefined, configs)).toEqual(configs)
})

test('without a rate there is none to share', () => {
  const destination = destinationWith({})
  expect(partOf(plannedShard(plan, 0), { source, destination }).destination).toEqual(destination)
})

test('the catalogue is that of the plan, or what is given of it, read incrementally', () => {
  const stream = { ...definitionOf(OPEN), of_the_user: true }
  const given = { stream, sync_mode: 'full_refresh' as const, destination_sync_mode: 'append_dedup' as const }
  const shard = plannedShard(plan, 0)
  expect(catalogOf(shard, { streams: [given] })).toEqual({ streams: [{ ...given, sync_mode: 'incremental' }] })
  expect(catalogOf(shard).streams).toMatchObject([{ stream: { name: OPEN }, sync_mode: 'incremental' }])
  expect(() => catalogOf(shard, { streams: [] })).toThrow(`lacks the stream ${OPEN}`)
})

test('a plan is read as it was written', () => {
  expect(Plan.parse(JSON.parse(planText(plan)))).toEqual(plan)
})

test.each([
  ['s3://b/{shard}/{shard}.json', 's3://b/3/3.json'],
  ['{shard}', '3'],
])('the state %s is %s', (pattern, place) => {
  expect(placeOf(pattern, { index: 3 })).toBe(place)
  expect(placeOf(pattern, undefined)).toBe(pattern)
})

test.each([undefined, 'state.json'])('the state %s would be shared, and is refused', (state) => {
  expect(() => placeOf(state, { index: 3 })).toThrow('Put {shard} into its name')
})

test.each([
  [2, {}, 'There is no shard 2'],
  [undefined, { JOB_COMPLETION_INDEX: '7' }, 'There is no shard 7'],
  [undefined, { CLOUD_RUN_TASK_INDEX: '8', AWS_BATCH_JOB_ARRAY_INDEX: '9' }, 'There is no shard 8'],
  [9, { JOB_COMPLETION_INDEX: '7' }, 'There is no shard 9'],
  [undefined, { JOB_COMPLETION_INDEX: '' }, 'Which shard of the plan is meant?'],
])('of --shard %s and the environment %j follows: %s', async (shard, variables, message) => {
  const path = join(scratch, 'plan.json')
  writeFileSync(path, planText(plan))
  await expect(requireShard(path, shard, variables)).rejects.toThrow(message)
})
