/** The process around a local command: the terminal, signals, the exit code. */
import { environmentOf } from '../cdk/process.ts'
import { redact } from '../cdk/redact.ts'
import { runCommand } from './cli.ts'
import type { Terminal } from './terminal.ts'

const SIGNALS = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const

/** The first signal asks the command to come to an end, the second one ends the process. */
export async function runLocally(argv: readonly string[], version: string): Promise<void> {
  const stop = new AbortController()
  let stopped: number | undefined
  for (const [signal, code] of SIGNALS) {
    process.on(signal, () => {
      if (stopped !== undefined) process.exit(code)
      stopped = code
      stop.abort(new Error(`Stopped by ${signal}.`))
    })
  }
  // Whoever reads our output may have enough of it: `… | head`.
  process.stdout.on('error', (error) => stop.abort(error))
  const code = await runCommand(argv, version, processTerminal(), environmentOf(stop.signal))
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
