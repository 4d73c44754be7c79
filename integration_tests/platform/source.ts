/**
 * What the Airbyte platform does around a source: it starts the entry point through a shell in another folder, reads
 * every line strictly, and keeps book of what it hears.
 *
 * Source: how airbyte-platform's replication orchestrator works (read 2026-11).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type {
  AirbyteErrorTraceMessage,
  AirbyteMessage,
  AirbyteStreamState,
  JsonObject,
} from '../../src/cdk/protocol.ts'
import { SOURCE } from './entrypoint.ts'
import { messageOf } from './messages.ts'

export interface SourceRun {
  readonly command: 'check' | 'discover' | 'read'
  readonly config: object
  readonly catalog?: object
  readonly states?: readonly AirbyteStreamState[]
  /** Called with every message as it comes. */
  onMessage?(message: AirbyteMessage, kill: (signal: NodeJS.Signals) => void): void
}

export interface SourceRan {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly messages: readonly AirbyteMessage[]
  readonly records: readonly { readonly stream: string; readonly data: JsonObject }[]
  /** The last state of each stream, as the next run is given them. */
  readonly states: readonly AirbyteStreamState[]
  /** The statuses of each stream in their order. */
  readonly statuses: Readonly<Record<string, readonly string[]>>
  readonly errors: readonly { readonly message: string; readonly failure_type: string; readonly stream?: string }[]
  /** Level and message. */
  readonly logs: readonly string[]
  /** What the platform would have dropped, failed at or warned of. */
  readonly problems: readonly string[]
  readonly stderr: string
}

export async function runSource(run: SourceRun): Promise<SourceRan> {
  const folder = await mkdtemp(join(tmpdir(), 'platform-'))
  try {
    return await runIn(folder, run)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function runIn(folder: string, { command, config, catalog, states, onMessage }: SourceRun): Promise<SourceRan> {
  const files = { config, catalog, state: states?.map((stream) => ({ type: 'STREAM', stream })) }
  let words = command as string
  for (const [name, value] of Object.entries(files)) {
    if (value === undefined) continue
    await writeFile(join(folder, `${name}.json`), JSON.stringify(value))
    words += ` --${name} ${folder}/${name}.json`
  }
  const shell = spawn('sh', ['-c', `eval "exec $AIRBYTE_ENTRYPOINT ${words}"`], {
    cwd: folder,
    env: { ...process.env, AIRBYTE_ENTRYPOINT: SOURCE },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  shell.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const closed = once(shell, 'close')
  const [messages, problems]: [AirbyteMessage[], string[]] = [[], []]
  for await (const line of createInterface({ input: shell.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
    const message = messageOf(line)
    if (message) messages.push(message)
    // A run that is killed may leave half a line.
    else if (!shell.killed) problems.push(`not a message: ${line}`)
    if (message) onMessage?.(message, (signal) => shell.kill(signal))
  }
  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null]
  return { code, signal, ...booksOf(messages), problems: [...problems, ...problemsIn(messages)], stderr }
}

function booksOf(messages: readonly AirbyteMessage[]) {
  const states = new Map<string, AirbyteStreamState>()
  const statuses: Record<string, string[]> = {}
  for (const message of messages) {
    if (message.type === 'STATE' && message.state.stream) {
      states.set(message.state.stream.stream_descriptor.name, message.state.stream)
    } else if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
      const { stream_descriptor, status } = message.trace.stream_status
      statuses[stream_descriptor.name] = [...(statuses[stream_descriptor.name] ?? []), status]
    }
  }
  return {
    messages,
    statuses,
    states: [...states.values()],
    records: messages.flatMap((message) => (message.type === 'RECORD' ? [message.record] : [])),
    logs: messages.flatMap((message) =>
      message.type === 'LOG' ? [`${message.log.level} ${message.log.message}`] : [],
    ),
    errors: messages.flatMap((message) =>
      message.type === 'TRACE' && message.trace.type === 'ERROR' ? [errorOf(message.trace.error)] : [],
    ),
  }
}

function errorOf({ message, failure_type, stream_descriptor }: AirbyteErrorTraceMessage) {
  return { message, failure_type: failure_type ?? '', ...(stream_descriptor && { stream: stream_descriptor.name }) }
}

/** Counts that disagree, empty records, missing keys, equal states in a row, statuses out of order. */
function problemsIn(messages: readonly AirbyteMessage[]): readonly string[] {
  const problems: string[] = []
  const books = new Map<string, { count: number; state: string; isOpen: boolean }>()
  const bookOf = (stream: string) => {
    const book = books.get(stream) ?? { count: 0, state: '', isOpen: false }
    books.set(stream, book)
    return book
  }
  for (const message of messages) {
    if (message.type === 'RECORD') {
      const { stream, data } = message.record
      bookOf(stream).count++
      if (!bookOf(stream).isOpen) problems.push(`${stream}: a record outside of STARTED and COMPLETE`)
      if (typeof data['id'] !== 'string') problems.push(`${stream}: a record without its primary key`)
    } else if (message.type === 'STATE') {
      const { stream, type, sourceStats } = message.state
      const name = stream?.stream_descriptor.name ?? ''
      const book = bookOf(name)
      const state = JSON.stringify(stream?.stream_state)
      if (type !== 'STREAM') problems.push(`${name}: a state of type ${type}`)
      if (sourceStats?.recordCount !== book.count) {
        problems.push(`${name}: a state counts ${sourceStats?.recordCount} records, not ${book.count}`)
      }
      if (state === book.state && book.count === 0) problems.push(`${name}: the same state twice`)
      books.set(name, { ...book, count: 0, state })
    } else if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
      const { stream_descriptor, status } = message.trace.stream_status
      const book = bookOf(stream_descriptor.name)
      if (book.isOpen === (status === 'STARTED')) problems.push(`${stream_descriptor.name}: ${status} out of order`)
      book.isOpen = status === 'STARTED' || status === 'RUNNING'
      if (status === 'COMPLETE' && book.count > 0) problems.push(`${stream_descriptor.name}: records without a state`)
    }
  }
  return problems
}
