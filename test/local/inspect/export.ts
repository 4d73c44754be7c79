/** Exports in memory for tests of `inspect`. */
import type { Environment } from '../../../src/cdk/connector.ts'
import { type InspectOptions, inspectExport } from '../../../src/local/inspect/inspect.ts'
import type { InspectReport } from '../../../src/local/inspect/report.ts'
import { avroFile } from '../../source/decode/avro-file.ts'
import { type MemoryFile, memoryStore } from '../../source/memory-store.ts'

export const HOUR = 3_600_000
/** Hour 0 of the tests. */
export const START = Date.UTC(2025, 3, 1, 0)

/** `2025-04-01-05` is the hour 5. */
export const hourText = (hour: number): string =>
  new Date(START + hour * HOUR).toISOString().slice(0, 13).replace('T', '-')

const INTEGRATION = 'currents/dataexport.prod-01.S3.integration.0123'

export interface TestFile {
  readonly type?: string
  readonly hour: number
  readonly name?: string
  readonly folder?: string
  /** What stands between the hour and the name. */
  readonly version?: string
  /** Milliseconds after the end of the hour; a minute before it if absent. */
  readonly lateMs?: number
  /** Numbers of events in its blocks. */
  readonly blocks?: readonly number[]
  readonly fields?: readonly object[]
  readonly codec?: string
  readonly headerType?: string
  readonly change?: (bytes: Buffer) => Uint8Array
}

export const SEND = 'users.messages.email.Send'
export const ID = { name: 'id', type: 'string' }
export const TIME = { name: 'time', type: 'int' }

let number = 0

/** An Avro file as Braze writes them. What is within its blocks is of the right length, and means nothing. */
export function fileOf(file: TestFile): MemoryFile {
  const { type = SEND, hour, folder = INTEGRATION, version = 'version=12/us-01', lateMs = -60_000 } = file
  const name = file.name ?? `part+0+${number++}.avro`
  const bytes = avroFile(
    schemaOf(file.headerType ?? type, file.fields ?? [ID, TIME]),
    (file.blocks ?? [3]).map((count) => ({ count, content: Buffer.alloc(count * 20) })),
    file.codec,
  )
  return {
    key: `${folder}/event_type=${type}/date=${hourText(hour)}/${version}/${name}`,
    content: file.change?.(bytes) ?? bytes,
    modified: START + (hour + 1) * HOUR + lateMs,
  }
}

function schemaOf(eventType: string, fields: readonly object[]): string {
  const dot = eventType.lastIndexOf('.')
  const namespace = `dataexport.S3.inner.${eventType.slice(0, dot)}`
  return JSON.stringify({ type: 'record', name: eventType.slice(dot + 1), namespace, fields })
}

/** Files in each of these hours. */
export const filesIn = (hours: Iterable<number>, file: Omit<TestFile, 'hour'> = {}): readonly MemoryFile[] =>
  [...hours].map((hour) => fileOf({ ...file, hour }))

export const range = (first: number, end: number): readonly number[] =>
  Array.from({ length: end - first }, (_, i) => first + i)

export function environmentAt(hour: number, signal = new AbortController().signal): Environment {
  return { now: () => START + hour * HOUR, elapsed: () => 0, sleep: async () => {}, random: () => 0, signal }
}

/** Inspects at the beginning of the hour `at`. */
export function inspected(
  files: readonly MemoryFile[],
  at: number,
  { config, ...options }: Partial<Omit<InspectOptions, 'config'>> & { readonly config?: object } = {},
): Promise<InspectReport> {
  return inspectExport({
    store: memoryStore(files),
    config: { path_prefix: '', lookback_hours: 168, ...config },
    sampleFiles: 10_000,
    environment: environmentAt(at),
    ...options,
  })
}

export const codesOf = ({ findings }: InspectReport): readonly string[] => findings.map(({ code }) => code)
