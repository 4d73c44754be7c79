/** `collector` on the command line. */
import { once } from 'node:events'
import { countOf, countText } from '../../cdk/counts.ts'
import { bytesText } from '../format.ts'
import type { Terminal } from '../terminal.ts'
import { type CollectorService, startCollector } from './collector.ts'
import type { CollectorStats } from './ledger.ts'

export interface CollectorArguments {
  readonly service: CollectorService
  readonly port: number
  readonly writeKey?: readonly string[]
  readonly out?: string
  readonly failRate: number
  readonly seed: number
}

/** Runs until it is told to stop. */
export async function runCollector(
  options: CollectorArguments,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { writeKey, ...rest } = options
  const collector = await startCollector({ ...rest, ...(writeKey && { writeKeys: writeKey }) })
  terminal.err(`Collecting at ${collector.url}; counts at ${collector.url}/stats. A destination for it:\n`)
  terminal.out(`${JSON.stringify({ destination: destinationFor(options.service, collector.url, writeKey?.[0]) })}\n`)
  if (!signal.aborted) await once(signal, 'abort')
  try {
    await collector.close()
  } finally {
    terminal.err(`${statsText(collector.stats())}\n`)
  }
}

const destinationFor = (service: CollectorService, url: string, write_key = 'any'): object =>
  service === 'segment' ? { service, write_key, endpoint: url } : { service, write_key, data_plane_url: url }

export function statsText({ requests, bytes, unique, duplicates, dropped, answers, events }: CollectorStats): string {
  return [
    `${countOf(unique, 'event')} of ${countOf(Object.keys(events).length, 'name')}, ${countOf(duplicates, 'duplicate')}`,
    ...Object.entries(dropped).map(([reason, count]) => `${countText(count)} lost: ${reason}`),
    `${countOf(requests, 'request')}, ${bytesText(bytes)}, answered ${countsText(answers)}`,
  ].join('\n')
}

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name}: ${countText(count)}`)
    .join(', ') || 'nothing'
