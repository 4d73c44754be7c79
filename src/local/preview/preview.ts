/** `preview`: events as Braze exported them, beside what would be sent. Sends nothing. */
import type { Environment, Source } from '../../cdk/connector.ts'
import type { InputRecord } from '../../cdk/input.ts'
import type { ConfiguredAirbyteCatalog, ConfiguredAirbyteStream } from '../../cdk/protocol.ts'
import { readMessages } from '../../cdk/read-lines.ts'
import type { Mapped, Target } from '../../destination/target.ts'

export interface PreviewOptions<Config> {
  readonly source: Source<Config>
  readonly config: Config
  readonly target: Pick<Target, 'mapper'>
  readonly catalog: ConfiguredAirbyteCatalog
  /** Events of each stream. */
  readonly limit: number
  readonly environment: Environment
}

export interface Preview {
  readonly record: InputRecord
  readonly mapped: Mapped
}

/** Stream by stream. Streams without events are passed over. */
export async function* preview<Config>(options: PreviewOptions<Config>): AsyncGenerator<Preview> {
  for (const stream of options.catalog.streams) {
    const map = options.target.mapper(stream)
    for await (const record of firstRecords(stream, options)) yield { record, mapped: map(record) }
  }
}

async function* firstRecords<Config>(
  stream: ConfiguredAirbyteStream,
  { source, config, limit, environment }: PreviewOptions<Config>,
): AsyncGenerator<InputRecord> {
  let count = 0
  // Leaving the loop ends the reading.
  for await (const messages of readMessages(recordLines(source.read(config, { streams: [stream] }, [], environment)))) {
    for (const message of messages) {
      if (message.type !== 'RECORD') continue
      yield message
      if (++count >= limit) return
    }
  }
}

async function* recordLines(outputs: ReturnType<Source<unknown>['read']>): AsyncGenerator<Uint8Array> {
  for await (const output of outputs) if (output.type === 'RECORD_LINES') yield Buffer.from(output.bytes)
}
