/** The commands that a person runs without a platform. What a command needs is loaded when it runs. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Environment } from '../cdk/connector.ts'
import { ConfigError, TransientError } from '../cdk/errors.ts'
import { nearest } from '../cdk/nearest.ts'
import { examplesText, type LocalCommand, MORE } from './examples.ts'
import { printableLines } from './inspect/printable.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command. Resolves to its exit code, and never throws. */
export async function runCommand(
  argv: readonly string[],
  version: string,
  terminal: Terminal,
  environment: Environment,
): Promise<number> {
  try {
    const program = localProgram(version, terminal, environment, argv)
    await program.parseAsync(argv.length > 0 ? argv : ['--help'], { from: 'user' })
    return 0
  } catch (error) {
    // Commander has printed its own.
    if (error instanceof CommanderError) return error.exitCode
    terminal.err(`Error: ${printableLines(messageOf(error))}\n`)
    return 1
  }
}

/** What people can act on is a sentence. Anything else is a defect of ours, and its stack tells us where. */
function messageOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof TransientError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Every local command, ready to parse `argv`. */
export function localProgram(
  version: string,
  terminal: Terminal,
  environment: Environment,
  argv: readonly string[] = [],
): Command {
  const program = new Command('braze-currents')
    .description('Braze Currents to Airbyte, Segment and RudderStack.')
    .version(version)
    .helpCommand('help [command]', 'the same as <command> --help')
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', MORE)
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      outputError: (message, write) => write(faultOf(message, argv)),
    })
    .exitOverride()
  addInit(program, terminal, environment)
  addSync(program, terminal, environment)
  addPreview(program, terminal, environment)
  addInspect(program, terminal, environment)
  addPlan(program, terminal, environment)
  addShard(program, terminal, environment)
  addMerge(program, terminal, environment)
  addSample(program, terminal, environment)
  addCollector(program, terminal, environment)
  for (const [name, description] of CONNECTOR_COMMANDS)
    program.command(name).description(description).addHelpText('after', `\nMore: braze-currents ${name} --help`)
  return program
}

/** Commander misses a required option before it looks at those it does not know, one of which may be it, mistyped. */
function faultOf(message: string, argv: readonly string[]): string {
  const [, missing] = /^error: required option '(--[a-z-]+)/.exec(message) ?? []
  const typed = argv.map((word) => word.replace(/=.*/s, '')).find((word) => missing && isMistyped(word, missing))
  return typed === undefined ? message : `error: unknown option '${typed}'\n(Did you mean ${missing}?)\n`
}

const isMistyped = (word: string, option: string): boolean =>
  word.startsWith('--') && nearest(word, [option]) !== undefined

/** They are run elsewhere; here they are listed, and offered to whoever mistypes one. */
const CONNECTOR_COMMANDS = [
  ['source', 'run a command of the source, as Airbyte does: spec, check, discover, read'],
  ['destination', 'run a command of the destination: spec, check, discover, write'],
  ['spec', 'the same as source spec'],
  ['check', 'the same as source check'],
  ['discover', 'the same as source discover'],
  ['read', 'the same as source read'],
  ['write', 'the same as destination write'],
] as const

/** A command whose help ends with examples. */
const command = (program: Command, name: LocalCommand): Command =>
  program.command(name).addHelpText('after', examplesText(name))

function addInit(program: Command, terminal: Terminal, environment: Environment): void {
  command(program, 'init')
    .description('ask for storage and service, try them, and write the two configurations')
    .option('--source-config <file>', 'where to write that of the source, JSON or YAML', 'source.json')
    .option('--destination-config <file>', 'where to write that of the destination', 'destination.json')
    .option('--set <option=value>', 'answer beforehand; can be given again and again', setting)
    .option('--all', 'ask for every option, not only for what is needed')
    .option('--no-check', 'do not try whether the storage and the service can be reached')
    .option('--force', 'replace files that exist')
    .action(async (options) => (await import('./init/command.ts')).runInit(options, terminal, environment))
}

const setting = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

function addSync(program: Command, terminal: Terminal, environment: Environment): void {
  command(program, 'sync')
    .description('read and deliver in one process, with the progress kept in a file or a bucket')
    .requiredOption('--source-config <file>', 'configuration of the source, JSON or YAML')
    .requiredOption('--destination-config <file>', 'configuration of the destination, JSON or YAML')
    .option('--catalog <file>', 'ConfiguredAirbyteCatalog; by default every stream, incremental')
    .option('--state <file or URL>', 'where the progress is kept; without it everything is read')
    .addOption(streamsOption().conflicts('plan'))
    .option('--plan <file>', 'read one shard of this plan only; the state needs {shard} in its name')
    .addOption(shardOption())
    .option('--dry-run', 'do everything but send; the state stays as it is')
    .option('--json', 'print progress and the report as JSON, a line each')
    .action(async (options) => (await import('./sync/command.ts')).runSync(options, terminal, environment))
}

function addPreview(program: Command, terminal: Terminal, environment: Environment): void {
  command(program, 'preview')
    .description('show events beside what would be sent, and send nothing')
    .requiredOption('--source-config <file>', 'configuration of the source, JSON or YAML')
    .requiredOption('--destination-config <file>', 'configuration of the destination, JSON or YAML')
    .addOption(streamsOption())
    .option('--limit <number>', 'events of each stream (default: 3 with --streams, 1 without)', atLeast(1))
    .option('--html <file>', 'write them as a page for a browser, instead of showing them here')
    .action(async (options) => (await import('./preview/command.ts')).runPreview(options, terminal, environment))
}

function addInspect(program: Command, terminal: Terminal, environment: Environment): void {
  command(program, 'inspect')
    .description('tell what an export holds: event types, hours, files, events, schemas, and what is wrong with it')
    .requiredOption('--source-config <file>', 'configuration of the source, JSON or YAML')
    .addOption(streamsOption())
    .option('--json', 'print all of it as one JSON document')
    .option('--html <file>', 'write all of it as a page for a browser, too')
    .option(
      '--sample-files <number>',
      'how many files are opened at most; the events of others are estimated',
      atLeast(1),
      10_000,
    )
    .action(async (options) => (await import('./inspect/command.ts')).runInspect(options, terminal, environment))
}

function addPlan(program: Command, terminal: Terminal, environment: Environment): void {
  command(program, 'plan')
    .description('list an export once, and divide it into shards for several processes or machines')
    .requiredOption('--source-config <file>', 'configuration of the source, JSON or YAML')
    .requiredOption('--shards <number>', 'into how many', atLeast(1))
    .option('--parallel <number>', 'how many run at the same time, and share the rate; by default all', atLeast(1))
    .option('--catalog <file>', 'ConfiguredAirbyteCatalog; by default every stream')
    .addOption(streamsOption())
    .option('--state <file>', 'what was read before; without it everything is planned')
    .option('--out <file>', 'where to write the plan', 'plan.json')
    .option('--force', 'replace a plan that exists')
    .action(async (options) => (await import('./plan/command.ts')).runPlan(options, terminal, environment))
}

function addShard(program: Command, terminal: Terminal, environment: Environment): void {
  command(program, 'shard')
    .description('write what read takes of one shard: configuration, catalogue and state')
    .requiredOption('--plan <file>', 'the plan')
    .addOption(shardOption())
    .requiredOption('--source-config <file>', 'configuration of the source, JSON or YAML')
    .option('--catalog <file>', 'ConfiguredAirbyteCatalog to take the streams from')
    .requiredOption('--out <folder>', 'where to write them')
    .action(async (options) => (await import('./plan/shard-command.ts')).runShard(options, terminal, environment))
}

function addMerge(program: Command, terminal: Terminal, environment: Environment): void {
  command(program, 'merge')
    .description('add up what the shards of a plan have done, and print the one state to go on from')
    .requiredOption('--plan <file>', 'the plan')
    .requiredOption('--state <file or URL>', 'the state of every shard, with {shard} in the place of its number')
    .option('--source-config <file>', 'configuration of the source, for its credentials if the states lie in a bucket')
    .addOption(
      new Option('--format <format>', 'messages as read and sync take them, or as Airbyte shows a connection')
        .choices(['messages', 'airbyte'])
        .default('messages'),
    )
    .action(async (options) => (await import('./merge/command.ts')).runMerge(options, terminal, environment))
}

function addSample(program: Command, terminal: Terminal, { signal }: Environment): void {
  command(program, 'sample')
    .description('write a realistic Currents export of made-up events')
    .requiredOption('--out <folder>', 'where to write it')
    .option('--events <number>', 'how many different events', atLeast(1), 10_000)
    .option('--hours <number>', 'how many hours they are spread over', atLeast(1), 6)
    .option('--seed <number>', 'the same seed gives the same export', atLeast(0), 1)
    .addOption(
      new Option('--format <format>', 'kind of files').choices(['avro', 'custom-http', 'both']).default('avro'),
    )
    .addOption(
      new Option('--codec <codec>', 'compression of Avro files')
        .choices(['null', 'deflate', 'snappy', 'zstandard'])
        .default('null'),
    )
    .option('--events-per-file <number>', 'size of the files; by default as Braze cuts them', atLeast(1))
    .addOption(streamsOption())
    .option(
      '--end <hour>',
      'end of the last hour (UTC), like 2025-04-01T17; by default the hour that has just ended',
      hour,
    )
    .option('--json', 'print the counts as JSON')
    .action(async (options) => (await import('./sample/command.ts')).runSample(options, terminal, signal))
}

function addCollector(program: Command, terminal: Terminal, environment: Environment): void {
  command(program, 'collector')
    .description("stand in for Segment's or RudderStack's HTTP API on this machine")
    .addOption(
      new Option('--service <service>', 'whose rules apply').choices(['segment', 'rudderstack']).default('segment'),
    )
    .option('--port <port>', '0 takes a free one', atLeast(0), 8080)
    .option('--write-key <keys...>', 'the good write keys; by default every key is good')
    .option('--out <file>', 'gets every event once, as it came')
    .option('--fail-rate <share>', 'share of requests that go wrong, 0 to 1', share, 0)
    .option('--seed <number>', 'decides which requests go wrong', atLeast(0), 1)
    .action(async (options) =>
      (await import('./collector/command.ts')).runCollector(options, terminal, environment.signal),
    )
}

const streamsOption = (): Option =>
  new Option('--streams <globs>', "comma-separated, '!' excludes: 'users.messages.email.*,!*.Delivery'")

const shardOption = (): Option =>
  new Option(
    '--shard <number>',
    'which shard of the plan, counted from 0; by default $JOB_COMPLETION_INDEX or its like',
  ).argParser(atLeast(0))

const atLeast =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
    throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`)
  }

function share(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('It must be a number from 0 to 1.')
}

function hour(text: string): Date {
  const match = /^(\d{4}-\d{2}-\d{2})[T-](\d{2})(:00(:00)?)?Z?$/.exec(text)
  const date = new Date(`${match?.[1]}T${match?.[2]}:00:00Z`)
  if (!Number.isNaN(date.getTime())) return date
  throw new InvalidArgumentError('It must look like 2025-04-01T17.')
}
