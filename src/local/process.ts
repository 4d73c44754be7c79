/** The process around a local command: the terminal, signals, the exit code. */
import { environmentOf } from '../cdk/process.ts'
import { redact } from '../cdk/redact.ts'
import { runCommand } from './cli.ts'
import type { Terminal } from './terminal.ts'

const SIGNALS = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const

/**
 * The first signal asks the command to come to an end, the second one ends the process. A command whose output could not
 * be written has failed: `… | head` may have had enough of it, a full disk has not.
 */
export async function runLocally(argv: readonly string[], version: string): Promise<void> {
  const stop = new AbortController()
  const terminal = processTerminal()
  let stopped: number | undefined
  for (const [signal, code] of SIGNALS) {
    process.on(signal, () => {
      if (stopped !== undefined) process.exit(code)
      stopped = code
      stop.abort(new Error(`Stopped by ${signal}.`))
    })
  }
  process.stdout.on('error', (error) => {
    stopped ??= 1
    process.exitCode = stopped
    stop.abort(error)
  })
  // What is shown of the progress is not what a command is run for.
  process.stderr.on('error', () => {})
  process.on('uncaughtException', (error) => {
    terminal.err(`Error: ${error.stack}\n`)
    process.exit(1)
  })
  const code = await runCommand(argv, version, terminal, environmentOf(stop.signal))
  process.exitCode = stopped ?? code
}

function processTerminal(): Terminal {
  let secrets: readonly string[] = []
  const clean = (text: string) => redact(text, secrets)
  return {
    out: (text) => process.stdout.write(clean(text)),
    err: (text) => process.stderr.write(clean(text)),
    screen: process.stderr.isTTY ? process.stderr : undefined,
    columns: process.stdout.columns ?? 160,
    conceal(more) {
      secrets = [...secrets, ...more]
    },
    clean,
  }
}
