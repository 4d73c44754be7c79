/** What a process held over time, and whether that grew. */

/** Bytes, numbers of things, and seconds since the process began. */
export interface Sample {
  readonly seconds: number
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
  readonly fds: number
  readonly sockets: number
  readonly resources: number
}

export type Measure = Exclude<keyof Sample, 'seconds'>

const MB = 1024 * 1024

/** By how much each may differ between the beginning and the end of the second half, and still be called flat. */
const TOLERANCES: Readonly<Record<Measure, number>> = {
  rss: 48 * MB,
  heapUsed: 4 * MB,
  external: 24 * MB,
  fds: 6,
  sockets: 6,
  resources: 8,
}

export interface Verdict {
  readonly measure: Measure
  /** Growth within the second half, by the straight line that fits it best. */
  readonly growth: number
  readonly isFlat: boolean
}

/** A process fills its caches in the first half. What still grows in the second one is a leak. */
export function verdictsOn(samples: readonly Sample[]): readonly Verdict[] {
  const half = samples.slice(samples.length >> 1)
  return (Object.keys(TOLERANCES) as Measure[]).map((measure) => {
    const growth = growthOf(half.map((sample) => [sample.seconds, sample[measure]]))
    return { measure, growth, isFlat: growth <= TOLERANCES[measure] }
  })
}

/** How much the least-squares line through the points rises from the first to the last. */
function growthOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const variance = mean(points.map(([x]) => (x - meanX) ** 2))
  if (!variance) return 0
  const covariance = mean(points.map(([x, y]) => (x - meanX) * (y - meanY)))
  return (covariance / variance) * ((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0))
}

const ROWS = 20

/** At most so many of the samples, evenly spread, the last one among them. */
export function curveText(samples: readonly Sample[]): string {
  const step = Math.max(1, Math.ceil(samples.length / ROWS))
  const rows = samples.filter((_, i) => (samples.length - 1 - i) % step === 0)
  const cells = rows.map(({ seconds, rss, heapUsed, external, fds, sockets, resources }) =>
    [Math.round(seconds), mb(rss), mb(heapUsed), mb(external), fds, sockets, resources].map((cell) => `${cell}`),
  )
  return [HEAD, ...cells].map((row) => row.map((cell) => cell.padStart(10)).join('')).join('\n')
}

const HEAD = ['seconds', 'rss MB', 'heap MB', 'ext MB', 'fds', 'sockets', 'resources']

const mb = (bytes: number): string => (bytes / MB).toFixed(1)

export const verdictText = ({ measure, growth, isFlat }: Verdict): string => {
  const isBytes = TOLERANCES[measure] > MB
  const text = isBytes ? `${mb(growth)} MB` : growth.toFixed(1)
  const most = isBytes ? `${mb(TOLERANCES[measure])} MB` : `${TOLERANCES[measure]}`
  return `${isFlat ? 'flat ' : 'GROWS'} ${measure}: ${text} in the second half, ${most} allowed`
}
