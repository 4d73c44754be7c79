/** The wish that a process come to an end. Imports nothing, so that nothing is loaded before somebody listens for it. */

export interface Stop {
  /** Aborted by the first signal, or by `abort`. */
  readonly signal: AbortSignal
  /** That of a process that was stopped by a signal; undefined if it was not. */
  readonly exitCode: number | undefined
  abort(reason: unknown): void
}

/** Listens for SIGTERM and SIGINT from now on: the first asks the process to stop, the second ends it at once. */
export function stopOnSignals(): Stop {
  const controller = new AbortController()
  let exitCode: number | undefined
  for (const [signal, code] of SIGNALS)
    process.on(signal, () => {
      if (exitCode !== undefined) process.exit(code)
      exitCode = code
      controller.abort(new Error(`Stopped by ${signal}.`))
    })
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    abort: (reason) => controller.abort(reason),
  }
}

/** A process that a signal ended is said to have exited with 128 and the signal's number. */
const SIGNALS = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const
