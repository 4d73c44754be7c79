/** What a sync did, a row per stream, in numbers that add up. */
import type { Report, StreamReport } from '../../destination/delivery/summary.ts'
import type { Hour } from '../../source/hours.ts'
import type { SourceReport } from '../../source/report.ts'

export interface SyncRow {
  readonly stream: string
  readonly files: number
  /** Records that the source emitted. */
  readonly read: number
  readonly delivered: number
  /** Left out by choice. */
  readonly skipped: number
  readonly rejected: number
  /** Events that Braze exported twice, and the source emitted once. */
  readonly duplicates: number
  /** Of the files. */
  readonly bytes: number
  /** Files that are broken, whether they will be tried again or are left behind. */
  readonly broken: number
  /** Files left to the next sync. */
  readonly tooNew: number
  /** The last hour of the export that something was read of. */
  readonly newestHour?: Hour | undefined
  /** Milliseconds from the end of the newest hour to now. */
  readonly lagMs?: number | undefined
}

export interface SyncReport {
  readonly streams: readonly SyncRow[]
  readonly total: Omit<SyncRow, 'stream'>
  /** Why the numbers do not add up; none if they do. */
  readonly discrepancies: readonly string[]
  readonly dryRun: boolean
  readonly seconds: number
  readonly requests: number
  readonly retries: number
  readonly rejectedPlace?: string | undefined
}

export function syncReport(
  emitted: Readonly<Record<string, number>>,
  readReports: readonly SourceReport[],
  written: Report,
  nowMs: number,
): SyncReport {
  const byStream = new Map(readReports.map((report) => [report.stream, report]))
  const streams = Object.entries(emitted).map(([stream, read]) =>
    rowOf(stream, read, byStream.get(stream), writtenOf(written, stream), nowMs),
  )
  return {
    streams,
    total: totalOf(streams),
    discrepancies: discrepanciesOf(streams, written),
    dryRun: written.dryRun,
    seconds: written.seconds,
    requests: written.requests,
    retries: written.retries,
    rejectedPlace: written.rejectedPlace,
  }
}

const writtenOf = (written: Report, name: string): StreamReport | undefined =>
  written.streams.find(({ stream }) => stream === name)

function rowOf(
  stream: string,
  read: number,
  report: SourceReport | undefined,
  written: StreamReport | undefined,
  nowMs: number,
): SyncRow {
  const newestHour = report?.newestHour
  return {
    stream,
    read,
    files: report?.files ?? 0,
    duplicates: report?.duplicates ?? 0,
    bytes: report?.bytes ?? 0,
    broken: (report?.broken ?? 0) + (report?.leftBehind ?? 0),
    tooNew: report?.tooNew ?? 0,
    delivered: written?.delivered ?? 0,
    skipped: sum(Object.values(written?.skipped ?? {})),
    rejected: sum(Object.values(written?.rejected ?? {})),
    ...(newestHour && { newestHour, lagMs: Math.max(0, nowMs - endOf(newestHour)) }),
  }
}

/** Milliseconds since the Unix epoch. A day ends with its last hour. */
function endOf(hour: Hour): number {
  const [day = '', hours = '23'] = [hour.slice(0, 10), hour.slice(11, 13) || undefined]
  return Date.parse(`${day}T${hours}:00:00Z`) + 3_600_000
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** Sums, and the newest of the hours. */
export function totalOf(rows: readonly SyncRow[]): Omit<SyncRow, 'stream'> {
  const totals = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<(typeof COUNTS)[number], number>
  for (const row of rows) for (const name of COUNTS) totals[name] += row[name]
  const newestHour = rows
    .map((row) => row.newestHour ?? '')
    .sort()
    .at(-1)
  const lagMs = rows.find((row) => row.newestHour === newestHour)?.lagMs
  return newestHour ? { ...totals, newestHour, lagMs } : totals
}

const COUNTS = ['files', 'read', 'delivered', 'skipped', 'rejected', 'duplicates', 'bytes', 'broken', 'tooNew'] as const

/** What the source emitted must be what the destination read, and that must have ended somewhere. */
function discrepanciesOf(rows: readonly SyncRow[], written: Report): readonly string[] {
  return rows.flatMap(({ stream, read, delivered, skipped, rejected }) => {
    const taken = writtenOf(written, stream)?.read ?? 0
    const ended = delivered + skipped + rejected
    if (taken !== read) return [`${stream}: the source emitted ${read} records, the destination took ${taken}`]
    return ended === read ? [] : [`${stream}: ${read} records were read, ${ended} delivered, skipped or rejected`]
  })
}
