/** `sample` on the command line. */
import { countOf, countText } from '../../cdk/counts.ts'
import { bytesText } from '../format.ts'
import type { Terminal } from '../terminal.ts'
import type { Codec } from './avro-file.ts'
import type { SampleFormat } from './plan.ts'
import { type SampleReport, sampleExport } from './sample.ts'

export interface SampleArguments {
  readonly out: string
  readonly events: number
  readonly hours: number
  readonly seed: number
  readonly format: SampleFormat
  readonly codec: Codec
  readonly eventsPerFile?: number
  readonly streams?: string
  readonly end?: Date
  readonly json?: true
}

export async function runSample(options: SampleArguments, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const report = await sampleExport({ ...options, signal })
  terminal.out(options.json ? `${JSON.stringify(report)}\n` : `${sampleText(report, options.out)}\n`)
}

function sampleText({ files, bytes, unique, duplicates, types, start, end }: SampleReport, out: string): string {
  const kinds = Object.values(types).filter((type) => type.unique > 0).length
  return [
    `${countOf(unique, 'event')} of ${countOf(kinds, 'type')}, ${countText(duplicates)} of them written twice,`,
    `in ${countOf(files, 'file')} (${bytesText(bytes)}) of the hours ${hourText(start)} to ${hourText(end)} UTC: ${out}`,
  ].join('\n')
}

const hourText = (date: Date): string => date.toISOString().slice(0, 13)
