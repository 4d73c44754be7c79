import { COMMANDS, type Invocation, parseArguments } from './arguments.ts'
import type { ByteInput } from './byte-input.ts'
import type { Environment, Output } from './connector.ts'
import type { Entry, Surroundings } from './entry.ts'
import { ConfigError, TransientError } from './errors.ts'
import { connectionStatus, errorTrace, log } from './messages.ts'
import { Redaction } from './redact.ts'

export type { Entry } from './entry.ts'

/**
 * Runs one command of the protocol and emits its messages. Never throws: the last message of a command that failed is a
 * TRACE ERROR, or for `check` the CONNECTION_STATUS after it. Secrets of the configuration are kept out of the messages;
 * they are also made known to `redaction`, for messages from elsewhere.
 */
export async function* run<Config>(
  entry: Entry<Config>,
  argv: readonly string[],
  stdin: ByteInput,
  environment: Environment,
  redaction = new Redaction(),
): AsyncIterable<Output> {
  let invocation: Invocation | undefined
  try {
    invocation = parseArguments(argv, { name: entry.name, commands: COMMANDS[entry.role] })
    const outputs = outputsOf(entry, invocation, { stdin, environment, redaction })
    for await (const output of outputs) if (isWanted(output, invocation)) yield redaction.apply(output)
  } catch (error) {
    yield* failure(error, invocation).map((output) => redaction.apply(output))
  }
}

/** A configuration that does not work is an answer to `check`, and no failure of it. */
function failure(error: unknown, invocation: Invocation | undefined): readonly Output[] {
  const trace = errorTrace(error)
  const isAnswer = invocation?.command === 'check' && (error instanceof ConfigError || error instanceof TransientError)
  return isAnswer ? [trace, connectionStatus('FAILED', error.message)] : [trace]
}

const isWanted = (output: Output, invocation: Invocation): boolean =>
  output.type !== 'LOG' || !DETAILS.has(output.log.level) || ('debug' in invocation && invocation.debug)

const DETAILS: ReadonlySet<string> = new Set(['DEBUG', 'TRACE'])

async function* outputsOf<Config>(
  entry: Entry<Config>,
  invocation: Invocation,
  surroundings: Surroundings,
): AsyncIterable<Output> {
  if (invocation.command === 'help') return yield log('INFO', invocation.text)
  if (invocation.command === 'spec') return yield { type: 'SPEC', spec: await entry.spec() }
  // What follows loads zod, for which `spec` has no time.
  const { runConfigured } = await import('./run-configured.ts')
  yield* runConfigured(entry, invocation, surroundings)
}
