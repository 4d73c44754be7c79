/** `sync` from a bucket whose answers break off, as long as the soak lasts; then SIGTERM asks it to stop. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../../src/local/random.ts'
import { sampleExport } from '../../src/local/sample/sample.ts'
import { type FakeS3, fakeS3 } from '../fakes/s3.ts'
import { EVENTS_PER_SECOND, type Load, type Outcome } from './load.ts'
import { faultyService } from './service.ts'
import { type Watched, watch } from './watched.ts'

/** Events of one hour of the bucket, in two dozen files: many requests, little memory. */
const EVENTS_OF_AN_HOUR = 1000
const RATE = EVENTS_PER_SECOND / 3
const HOUR_MS = 3_600_000
const FAULT_EVERY_MS = 5000

export async function syncLoad({ durationMs, probeMs, folder, seed }: Load): Promise<Outcome> {
  const [service, bucket] = [await faultyService(seed), await fakeS3()]
  const hours = Math.ceil((1.5 * RATE * durationMs) / 1000 / EVENTS_OF_AN_HOUR) + 1
  await fill(bucket, join(folder, 'hour'), hours)
  const watched = watch(syncArguments(folder, bucket, service.url), probeMs)
  const random = new Random(seed)
  const troubles = setInterval(() => trouble(bucket, random), FAULT_EVERY_MS)
  const deadline = setTimeout(() => watched.process.kill('SIGTERM'), durationMs)
  const totals = await totalsIn(watched.lines)
  const code = await watched.ended
  clearInterval(troubles)
  clearTimeout(deadline)
  await Promise.all([bucket.close(), service.close()])
  const { requests, faults, others } = service.counts
  const problems = [
    ...(code === 143 || code === 0 ? [] : [`it ended with ${code}: ${watched.stderr()}`]),
    ...(totals === undefined ? ['it printed no report'] : []),
    ...((totals?.delivered ?? 0) <= others ? [] : [`${totals?.delivered} are said to be delivered, ${others} arrived`]),
  ]
  const summary = `sync: ${totals?.read} events read from ${bucket.count('read')} requests of a bucket of ${hours} hours, ${totals?.delivered} delivered in ${requests} requests, ${faults} of which failed; exit code ${code}`
  return { samples: watched.samples, summary, problems }
}

/** The same hour again and again: a bucket without end fits into memory. */
async function fill(bucket: FakeS3, folder: string, hours: number): Promise<void> {
  const end = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - hours * HOUR_MS)
  mkdirSync(folder)
  await sampleExport({
    out: folder,
    events: EVENTS_OF_AN_HOUR,
    hours: 1,
    streams: '*.email.Open,*.email.Send',
    end,
    codec: 'deflate',
  })
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.avro'))
  const files = names.map((name) => [name, readFileSync(join(folder, name))] as const)
  for (let hour = 0; hour < hours; hour++) {
    const date = new Date(end.getTime() + (hour - 1) * HOUR_MS)
    const text = date.toISOString().slice(0, 13).replace('T', '-')
    for (const [name, content] of files)
      bucket.put(name.replace(/date=[^/]*/, `date=${text}`), content, { modified: date })
  }
}

function syncArguments(folder: string, bucket: FakeS3, endpoint: string): readonly string[] {
  const file = (name: string, value: object): string => {
    writeFileSync(join(folder, name), JSON.stringify(value))
    return join(folder, name)
  }
  const source = { storage: bucket.config, deduplicate: false, path_prefix: 'currents/' }
  const destination = {
    destination: { service: 'segment', write_key: 'key', endpoint },
    limits: { max_events_per_second: RATE },
  }
  return [
    ...['sync', '--json', '--state', join(folder, 'state.json')],
    ...['--source-config', file('source.json', source)],
    ...['--destination-config', file('destination.json', destination)],
  ]
}

/** What the next request of a kind meets. A request that is made again must not meet the next fault, too. */
const FAULTS = [
  { on: 'read', cutAfter: 5000 },
  { on: 'read', refuse: { status: 503, code: 'SlowDown' } },
  { on: 'read', cutAfter: 0 },
  { on: 'list', refuse: { status: 500, code: 'InternalError' } },
  { on: 'list', cutAfter: 100 },
] as const

function trouble(bucket: FakeS3, random: Random): void {
  bucket.clearFaults()
  bucket.fault(random.pick(FAULTS))
}

async function totalsIn(lines: Watched['lines']): Promise<{ read: number; delivered: number } | undefined> {
  let report: { total: { read: number; delivered: number } } | undefined
  for await (const line of lines) {
    if (line.startsWith('{"type":"report"')) report = JSON.parse(line)
  }
  return report?.total
}
