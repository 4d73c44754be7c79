/** What a run did, in numbers that must add up. */
import type { StreamDescriptor } from '../../cdk/protocol.ts'

export interface StreamReport {
  readonly stream: string
  readonly namespace?: string
  readonly read: number
  readonly delivered: number
  /** Left out by choice: records by reason. */
  readonly skipped: Readonly<Record<string, number>>
  /** Not deliverable: records by reason. */
  readonly rejected: Readonly<Record<string, number>>
  /** Delivered, but with fields shortened or left out. */
  readonly trimmed: number
  /** Of the delivered events. */
  readonly bytes: number
}

export interface Report {
  readonly streams: readonly StreamReport[]
  readonly requests: number
  /** Attempts that failed and were made again. */
  readonly retries: number
  /** Of all request bodies, compressed if they were. */
  readonly bytesSent: number
  readonly seconds: number
  /** Nothing was sent. */
  readonly dryRun: boolean
  /** Where rejected records are kept. */
  readonly rejectedPlace?: string
}

/** The report of one stream while it grows. */
export class StreamTally {
  readonly descriptor: StreamDescriptor
  read = 0
  delivered = 0
  trimmed = 0
  bytes = 0
  readonly #skipped = new Map<string, number>()
  readonly #rejected = new Map<string, number>()
  /** The first message of each reason. */
  readonly #examples = new Map<string, string>()

  constructor(descriptor: StreamDescriptor) {
    this.descriptor = descriptor
  }

  skip(reason: string): void {
    count(this.#skipped, reason)
  }

  /** Gives whether it is the first for this reason. */
  reject(reason: string, message: string): boolean {
    const isFirst = !this.#examples.has(reason)
    if (isFirst) this.#examples.set(reason, message)
    count(this.#rejected, reason)
    return isFirst
  }

  get rejected(): number {
    return [...this.#rejected.values()].reduce((a, b) => a + b, 0)
  }

  /** `users.messages.email.Open: 2 oversize (the event is …)`. */
  get rejections(): string {
    const reasons = [...this.#rejected].map(([reason, n]) => `${n} ${reason} (${this.#examples.get(reason)})`)
    return `${this.descriptor.name}: ${reasons.join(', ')}`
  }

  report(): StreamReport {
    const { name, namespace } = this.descriptor
    return {
      stream: name,
      ...(namespace && { namespace }),
      read: this.read,
      delivered: this.delivered,
      skipped: Object.fromEntries(this.#skipped),
      rejected: Object.fromEntries(this.#rejected),
      trimmed: this.trimmed,
      bytes: this.bytes,
    }
  }
}

/** One line per stream that had records, and one for all. */
export function summaryLines(report: Report): readonly string[] {
  const streams = report.streams.filter(({ read }) => read > 0)
  return [
    ...streams.map((stream) => `${stream.stream}: ${countsOf(stream, report)}`),
    `Total: ${countsOf(totalOf(streams), report)}; ${trafficOf(report)}`,
  ]
}

/** Records that are neither delivered, nor skipped, nor rejected: 0 for every stream after a run that went through. */
export const unaccounted = ({ read, delivered, skipped, rejected }: Counts): number =>
  read - delivered - total(skipped) - total(rejected)

type Counts = Omit<StreamReport, 'stream' | 'namespace'>

export function totalOf(streams: readonly StreamReport[]): Counts {
  const skipped = new Map<string, number>()
  const rejected = new Map<string, number>()
  const sums = { read: 0, delivered: 0, trimmed: 0, bytes: 0 }
  for (const stream of streams) {
    for (const key of ['read', 'delivered', 'trimmed', 'bytes'] as const) sums[key] += stream[key]
    for (const [reason, n] of Object.entries(stream.skipped)) count(skipped, reason, n)
    for (const [reason, n] of Object.entries(stream.rejected)) count(rejected, reason, n)
  }
  return { ...sums, skipped: Object.fromEntries(skipped), rejected: Object.fromEntries(rejected) }
}

function countsOf(counts: Counts, { dryRun }: Report): string {
  const { read, delivered, skipped, rejected, trimmed, bytes } = counts
  const open = unaccounted(counts)
  const parts = [
    `${read} read = ${delivered} ${dryRun ? 'deliverable' : 'delivered'}`,
    `${total(skipped)} skipped${reasonsOf(skipped)}`,
    `${total(rejected)} rejected${reasonsOf(rejected)}`,
    ...(open ? [`${open} not delivered`] : []),
  ]
  return `${parts.join(' + ')}${trimmed ? `, ${trimmed} of them shortened` : ''}, ${bytes} bytes of events`
}

const trafficOf = ({ requests, retries, bytesSent, seconds }: Report): string =>
  `requests: ${requests}, retries: ${retries}, bytes sent: ${bytesSent}, seconds: ${seconds.toFixed(1)}`

function reasonsOf(counts: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(counts).map(([reason, n]) => `${reason} ${n}`)
  return reasons.length > 0 ? ` (${reasons.join(', ')})` : ''
}

function count(counts: Map<string, number>, reason: string, n = 1): void {
  counts.set(reason, (counts.get(reason) ?? 0) + n)
}

export const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((a, b) => a + b, 0)
