/**
 * What the Airbyte platform does around a destination, so that `write` meets its habits without the platform: it starts
 * the entry point through a shell in another folder, adds an `id` and `sourceStats` to each STATE, sends messages that
 * a destination has no use for, and trusts nothing that comes back.
 *
 * Source: how airbyte-platform's replication orchestrator works (read 2026-11).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { until } from '../../src/destination/delivery/until.ts'
import { Books, type ReturnedState, type SourceMessage } from './books.ts'
import { DESTINATION } from './entrypoint.ts'

export interface Replication {
  /** If they don't end, stdin stays open until the connector has ended. */
  readonly messages: Iterable<SourceMessage> | AsyncIterable<SourceMessage>
  /** Lines that go in after them, as they are. */
  readonly lines?: readonly string[]
  readonly config: object
  readonly catalog: object
  readonly env?: Readonly<Record<string, string>>
  /** The source ended well, so COMPLETE is sent for every stream. Default true. */
  readonly completes?: boolean
  /** The platform's id of the sync's generation, which custom connectors do not get. */
  readonly generation?: number
  /** Whether a record that was sent has arrived, or is known to be rejected or skipped. Asked when a state comes back. */
  arrived(data: string): boolean
  /** Called once it runs. */
  onStart?(connector: Connector): void
  /** Called with every state that comes back. */
  onState?(state: ReturnedState, connector: Connector): void
}

export interface Connector {
  kill(signal: NodeJS.Signals): void
  closeStdout(): void
}

export interface Replicated {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The states that came back, in their order. */
  readonly states: readonly ReturnedState[]
  /** What the platform would not have understood or would have complained of. */
  readonly problems: readonly string[]
  /** Messages of TRACE ERRORs with their failure types. */
  readonly errors: readonly { readonly message: string; readonly failure_type: string }[]
  readonly logs: readonly string[]
  readonly stderr: string
  /** Everything that was printed. */
  readonly stdout: string
}

/** Runs one sync up to its end. */
export async function replicate(replication: Replication): Promise<Replicated> {
  const folder = await mkdtemp(join(tmpdir(), 'platform-'))
  try {
    return await replicateIn(folder, replication)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function replicateIn(folder: string, replication: Replication): Promise<Replicated> {
  const { env = {}, onStart, onState } = replication
  await writeFile(join(folder, 'connectorConfig.json'), JSON.stringify(replication.config))
  await writeFile(join(folder, 'catalog.json'), JSON.stringify(catalogOf(replication)))
  const command = `eval "exec $AIRBYTE_ENTRYPOINT write --config ${folder}/connectorConfig.json --catalog ${folder}/catalog.json"`
  // The shell gives its place to the connector, so that a signal reaches it.
  const shell = spawn('sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, ...env, AIRBYTE_ENTRYPOINT: DESTINATION },
  })
  const books = new Books(replication.arrived)
  const lines = createInterface({ input: shell.stdout, crlfDelay: Number.POSITIVE_INFINITY })
  const connector: Connector = {
    kill: (signal) => shell.kill(signal),
    closeStdout() {
      lines.close()
      shell.stdout.destroy()
    },
  }
  onStart?.(connector)
  const ended = new AbortController()
  const exit = once(shell, 'close').finally(() => ended.abort())
  const feeding = feed(shell.stdin, replication, books, ended.signal)
  let stderr = ''
  shell.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  for await (const line of lines) {
    const state = books.received(line)
    if (state) onState?.(state, connector)
  }
  const [code, signal] = await exit
  await feeding
  return { code, signal, stderr, ...books.result(code === 0) }
}

/** Custom connectors get neither generation ids nor sync ids. */
function catalogOf({ catalog, generation }: Replication): object {
  if (generation === undefined) return catalog
  const ids = { generation_id: generation, minimum_generation_id: 0, sync_id: 7 }
  const { streams } = catalog as { readonly streams: readonly object[] }
  return { streams: streams.map((stream) => ({ ...stream, ...ids })) }
}

/** Writes everything to the connector's stdin, noise included, until it has ended. */
async function feed(stdin: Writable, replication: Replication, books: Books, ended: AbortSignal): Promise<void> {
  // A connector that fails reads no more.
  stdin.on('error', () => {})
  for await (const line of until(linesOf(replication, books), ended)) {
    if (!stdin.write(`${line}\n`)) await once(stdin, 'drain', { signal: ended }).catch(() => {})
  }
  stdin.end()
}

async function* linesOf({ messages, lines = [], catalog, completes = true }: Replication, books: Books) {
  yield* NOISE
  let count = 0
  for await (const message of messages) {
    if (++count % 50 === 0) yield NOISE[(count / 50) % NOISE.length] ?? ''
    yield books.sent(message)
  }
  yield* lines
  const { streams } = catalog as { readonly streams: readonly { readonly stream: { readonly name: string } }[] }
  if (completes) for (const { stream } of streams) yield complete(stream.name)
}

/** What passes a destination by: the platform's own lines, those of newer ones, and faults. */
const NOISE: readonly string[] = [
  '',
  '  ',
  '{"type":"LOG","log":{"level":"INFO","message":"of the source"}}',
  '{"type":"TRACE","trace":{"type":"ESTIMATE","emitted_at":1,"estimate":{"name":"a","type":"STREAM","row_estimate":5}}}',
  '{"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","emitted_at":1,"connectorConfig":{"config":{}}}}',
  '{"type":"OF_THE_FUTURE","of_the_future":{"record":{"type":"RECORD"}}}',
  'no JSON at all',
]

const complete = (name: string): string =>
  JSON.stringify({
    type: 'TRACE',
    trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: { stream_descriptor: { name }, status: 'COMPLETE' } },
  })
