import { setMaxListeners } from 'node:events'
import { COMMANDS, parseArguments } from './arguments.ts'
import type { Environment } from './connector.ts'
import { tuneEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import { errorTrace } from './messages.ts'
import { Redaction } from './redact.ts'
import { run } from './run.ts'
import { standardInput } from './standard-input.ts'
import { standardOutput } from './standard-output.ts'
import { type Stop, stopOnSignals } from './stop.ts'
import { LineWriter } from './write-lines.ts'

/**
 * The process around `run`: stdin, stdout, signals, the exit code. It ends when nothing is left to do.
 *
 * | exit code | |
 * |---|---|
 * | 0 | the command did what it was asked to; a `check` that answers FAILED did, too |
 * | 1 | it failed, or nobody reads its output any longer |
 * | 143, 130 | SIGTERM or SIGINT asked it to stop; the states that were safe by then are written |
 *
 * A second signal ends it at once. A program that takes a while to load begins to listen for them first, and hands that
 * in as `stop`: process number 1 of a container never hears of a signal that came before.
 */
export async function runProcess<Config>(
  entry: Entry<Config>,
  argv: readonly string[],
  stop: Stop = stopOnSignals(),
): Promise<void> {
  const help = helpOf(entry, argv)
  if (help !== undefined) return void process.stdout.write(help)
  const redaction = new Redaction()
  const output = standardOutput()
  const lines = new LineWriter(output.stream, (error) => stop.abort(error))
  const end = async (error: unknown) => {
    await lines.end(redaction.apply(errorTrace(error)))
    process.exit(1)
  }
  // A rejection that nobody handles becomes an uncaught exception, too.
  process.on('uncaughtException', end)
  try {
    const environment = { ...environmentOf(stop.signal), pump: output.pump }
    const { failed } = await lines.writeAll(run(entry, argv, standardInput(), environment, redaction))
    process.exitCode = stop.exitCode ?? (failed ? 1 : 0)
    endSoon()
  } catch (error) {
    await end(error)
  }
}

const GRACE_MS = 1000

/**
 * Ends a process that has done its work. Most end at once, by themselves. A server that never answered may keep a
 * connection of somebody's SDK open for ever; what has been written goes out even then.
 */
export function endSoon(): void {
  setTimeout(() => process.stdout.write('', () => process.exit()), GRACE_MS).unref()
}

/** The real world. */
export function environmentOf(signal: AbortSignal): Environment {
  // Every request in flight may listen.
  setMaxListeners(0, signal)
  const sleep = (ms: number, cut?: AbortSignal) => sleepUnless(cut ? [signal, cut] : [signal], ms)
  const elapsed = () => performance.now()
  return { now: Date.now, elapsed, sleep, random: Math.random, signal, onLoaded: tuneEngine }
}

/** Timers of Node.js hold no more. */
const MAX_SLEEP_MS = 2 ** 31 - 1

function sleepUnless(signals: readonly AbortSignal[], ms: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, Math.min(ms, MAX_SLEEP_MS))
    for (const signal of signals) signal.addEventListener('abort', wake)
    if (signals.some(({ aborted }) => aborted)) wake()
  })
}

/** Help is for people, so it is no message. */
function helpOf<Config>(entry: Entry<Config>, argv: readonly string[]): string | undefined {
  try {
    const invocation = parseArguments(argv, { name: entry.name, commands: COMMANDS[entry.role] })
    return invocation.command === 'help' ? invocation.text : undefined
  } catch {
    return undefined
  }
}
