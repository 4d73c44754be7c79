/** What keeps rejected records, and what it calls the place. */

/** Where lines are kept. */
export interface RejectedSink {
  /** For a person: the file or folder. */
  readonly place: string
  /** Resolves once the bytes are kept for good. */
  append(bytes: Buffer): Promise<void>
  close(): Promise<void>
}

/** What a run calls its file or folder of rejected records. */
export interface RunName {
  readonly started: Date
  /** The platform's job, else a name made of time and chance. */
  readonly name: string
}

export function runName(jobId: string | undefined, started: Date, random: number): RunName {
  const job = jobId?.replaceAll(/[^\w-]/g, '')
  const time = started.toISOString().replaceAll(/[-:]|\..*/g, '')
  return { started, name: job || `${time}-${random.toString(36).slice(2, 8)}` }
}
