/** `write` as a process runs it, arguments and stdin in, lines and exit code out, but in a world of the test's own. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Environment } from '../src/cdk/connector.ts'
import type { AirbyteMessage } from '../src/cdk/protocol.ts'
import { type Entry, run } from '../src/cdk/run.ts'
import { writeLines } from '../src/cdk/write-lines.ts'
import type { DestinationConfig } from '../src/config.ts'
import { type DestinationOptions, segmentRudderstackDestination } from '../src/destination/destination.ts'
import { messagesIn } from './platform/messages.ts'

export interface Write {
  readonly config: object
  readonly catalog: object
  /** Lines of stdin, in pieces of any size. */
  readonly stdin: Iterable<string> | AsyncIterable<string>
  readonly environment: Environment
  readonly options?: DestinationOptions
}

export interface Wrote {
  readonly exitCode: 0 | 1
  readonly messages: readonly AirbyteMessage[]
}

const SPEC = new URL('../spec.destination.json', import.meta.url)

export async function writeInProcess({ config, catalog, stdin, environment, options = {} }: Write): Promise<Wrote> {
  const entry: Entry<DestinationConfig> = {
    name: 'destination',
    role: 'destination',
    spec: async () => JSON.parse(await readFile(SPEC, 'utf8')),
    load: async () => segmentRudderstackDestination(options),
  }
  const folder = await mkdtemp(join(tmpdir(), 'in-process-'))
  try {
    const argv = ['write']
    for (const [name, value] of Object.entries({ config, catalog })) {
      const path = join(folder, name)
      await writeFile(path, JSON.stringify(value))
      argv.push(`--${name}`, path)
    }
    const stdout = new PassThrough()
    const printed = text(stdout)
    const { failed } = await writeLines(
      run(entry, argv, Readable.from(stdin, { objectMode: false }), environment),
      stdout,
    )
    stdout.end()
    return { exitCode: failed ? 1 : 0, messages: messagesIn(await printed) }
  } finally {
    await rm(folder, { recursive: true })
  }
}
