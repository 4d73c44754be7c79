import type { Environment } from '../cdk/connector.ts'
import { TransientError } from '../cdk/errors.ts'

/** Ends the reading of a stream if the run is asked to stop. */
export function throwIfStopped({ stream, environment }: { stream: string; environment: Environment }): void {
  if (!environment.signal.aborted) return
  throw new TransientError(`Stream ${stream} was stopped before its end. The next sync goes on from there.`)
}
