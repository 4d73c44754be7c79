/** The commands that need a configuration. Loaded when one is run, for it loads zod. */
import type { Invocation } from './arguments.ts'
import type { ByteInput } from './byte-input.ts'
import type { Connector, Destination, Environment, Output, Source } from './connector.ts'
import type { Entry, Surroundings } from './entry.ts'
import { ConfigError, TransientError } from './errors.ts'
import { readJsonFile } from './json-file.ts'
import { connectionStatus, log } from './messages.ts'
import { ConfiguredAirbyteCatalog, JsonObject } from './protocol.ts'
import { readStates } from './states.ts'
import { unknownKeys } from './unknown-keys.ts'
import { validate } from './validate.ts'

type Configured = Exclude<Invocation, { command: 'help' | 'spec' }>

export async function* runConfigured<Config>(
  entry: Entry<Config>,
  invocation: Configured,
  surroundings: Surroundings,
): AsyncIterable<Output> {
  const { connectionSpecification } = await entry.spec()
  const given = validate(JsonObject, await readJsonFile(invocation.config, '--config'), CONFIGURATION)
  surroundings.redaction.learn(connectionSpecification, given)
  const raw = withoutReserved(given)
  for (const warning of unknownKeys(connectionSpecification, raw)) yield log('WARN', warning)
  const connector = await entry.load()
  yield* runCommand(connector, validate(connector.config, raw, CONFIGURATION), invocation, surroundings)
}

const CONFIGURATION = 'The configuration'

/** The platform adds members of its own, whose names begin with an underscore. */
const withoutReserved = (config: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(config).filter(([name]) => !name.startsWith('_')))

async function* runCommand<Config>(
  connector: Connector<Config>,
  config: Config,
  invocation: Configured,
  { stdin, environment }: Surroundings,
): AsyncIterable<Output> {
  switch (invocation.command) {
    case 'check':
      return yield* checked((await connector.check(config, environment)) || undefined)
    case 'discover':
      return yield* discovered(connector, config, environment)
    case 'read':
      return yield* read(asRole(connector, 'source'), config, invocation, environment)
    case 'write':
      return yield* write(asRole(connector, 'destination'), config, invocation, stdin, environment)
  }
}

function* checked(note: string | undefined): Iterable<Output> {
  if (note) yield log('INFO', note)
  yield connectionStatus('SUCCEEDED', note)
}

async function* discovered<Config>(
  connector: Connector<Config>,
  config: Config,
  environment: Environment,
): AsyncIterable<Output> {
  if (connector.role === 'destination')
    return yield { type: 'DESTINATION_CATALOG', destination_catalog: await connector.discover(config, environment) }
  const warnings: string[] = []
  const catalog = await connector.discover(config, environment, (message) => warnings.push(message))
  yield* warnings.map((message) => log('WARN', message))
  yield { type: 'CATALOG', catalog }
}

function asRole<Config, Role extends Connector<Config>['role']>(
  connector: Connector<Config>,
  role: Role,
): Extract<Connector<Config>, { role: Role }>
function asRole<Config>(connector: Connector<Config>, role: string): Connector<Config> {
  if (connector.role !== role) throw new Error(`The entry says ${role}, but what it loads is a ${connector.role}.`)
  return connector
}

async function* read<Config>(
  source: Source<Config>,
  config: Config,
  files: { readonly catalog: string; readonly state: string | undefined },
  environment: Environment,
): AsyncIterable<Output> {
  const catalog = await readCatalog(files.catalog)
  const states = files.state === undefined ? [] : await readStates(files.state)
  yield* source.read(config, catalog, states, environment)
}

async function* write<Config>(
  destination: Destination<Config>,
  config: Config,
  files: { readonly catalog: string },
  stdin: ByteInput,
  environment: Environment,
): AsyncIterable<Output> {
  const catalog = await readCatalog(files.catalog)
  const end = new EndOfText()
  try {
    const input = end.seen(untilStopped(stdin, environment.signal))
    yield* destination.write(config, catalog, input, environment)
  } finally {
    // A destination that fails reads no more, and the platform may keep stdin open until the process has ended.
    stdin.destroy()
  }
  if (end.isCut && !environment.signal.aborted) throw cutOff()
}

/** What writes to us was killed, or its disk was full. A part of a line must not pass for the end of all of them. */
const cutOff = (): TransientError =>
  new TransientError(
    'stdin ended in the middle of a line. All whole records before it were seen to; run the sync again from its last state.',
  )

async function readCatalog(path: string): Promise<ConfiguredAirbyteCatalog> {
  const catalog = validate(ConfiguredAirbyteCatalog, await readJsonFile(path, '--catalog'), 'The catalog (--catalog)')
  const keys = catalog.streams.map(({ stream: { name, namespace } }) => JSON.stringify([namespace ?? null, name]))
  const twice = catalog.streams.find((_, i) => keys.indexOf(keys[i] ?? '') !== i)
  if (twice)
    throw new ConfigError(`The catalog (--catalog) has the stream "${twice.stream.name}" twice. Keep one of them.`)
  return catalog
}

const [BLANK, CLOSING_BRACE] = [0x20, 0x7d]

/** Watches the last byte of a text of lines. The last line needs no line feed if it is whole. */
class EndOfText {
  #last: number = BLANK

  get isCut(): boolean {
    return this.#last > BLANK && this.#last !== CLOSING_BRACE
  }

  async *seen(input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of input) {
      this.#last = chunk.at(-1) ?? this.#last
      yield chunk
    }
  }
}

/** What comes in on stdin until the run is asked to stop: what has come by then is to be delivered. */
async function* untilStopped(stdin: ByteInput, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const stop = () => stdin.destroy()
  if (signal.aborted) return
  signal.addEventListener('abort', stop)
  try {
    yield* stdin
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
