/** The process around a local command: the terminal, signals, the exit code. */
import { endSoon, environmentOf } from '../cdk/process.ts'
import { redact } from '../cdk/redact.ts'
import type { Stop } from '../cdk/stop.ts'
import { runCommand } from './cli.ts'
import type { Terminal } from './terminal.ts'

/** A command whose output could not be written has failed: `… | head` may have had enough of it, a full disk has not. */
export async function runLocally(argv: readonly string[], version: string, stop: Stop): Promise<void> {
  const terminal = processTerminal()
  let isUnread = false
  process.stdout.on('error', (error) => {
    isUnread = true
    process.exitCode = stop.exitCode ?? 1
    stop.abort(error)
  })
  // What is shown of the progress is not what a command is run for.
  process.stderr.on('error', () => {})
  process.on('uncaughtException', (error) => {
    terminal.err(`Error: ${error.stack}\n`)
    process.exit(1)
  })
  const code = await runCommand(argv, version, terminal, environmentOf(stop.signal))
  process.exitCode = stop.exitCode ?? (isUnread ? 1 : code)
  endSoon()
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
