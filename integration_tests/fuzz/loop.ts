/** Breeds inputs from those that reached something new, for as long as it may. */
import { Random } from '../../src/local/random.ts'
import { countCoverage, Ground } from './coverage.ts'
import { child } from './mutate.ts'
import type { Target } from './target.ts'

export interface Watch {
  /** Told of each input before it runs, so that someone else can tell which one never ended. */
  starts(input: Buffer): void
  /** An input that reached something new. */
  learnt(input: Buffer): void
  /** An input that broke a promise. */
  found(input: Buffer, error: unknown): void
  /** Whether to go on. */
  isTimeLeft(): boolean
}

export interface Result {
  readonly runs: number
  /** Inputs that reached something new. */
  readonly inputs: number
  /** Characters of src/ that ran. */
  readonly reached: number
  readonly findings: number
}

/** Asking for coverage costs more than an input does: so many share one question. */
const BATCH = 48
/** Labels may be many, as those of messages in a row are. */
const MAX_LABELS = 500

/** Every input of `first` runs once, however short the time. */
export async function fuzz(target: Target, first: readonly Buffer[], seed: number, watch: Watch): Promise<Result> {
  const random = new Random(seed)
  const words = target.words.map((word) => Buffer.from(word))
  const [reached, ground] = [countCoverage(), new Ground()]
  const labels = new Set<string>()
  const inputs: Buffer[] = []
  let [runs, findings] = [0, 0]

  /** Whether the outcome has a label that none had before. */
  const run = async (input: Buffer): Promise<boolean> => {
    runs++
    watch.starts(input)
    try {
      const label = (await target.run(input)).slice(0, 200)
      return labels.size < MAX_LABELS && !labels.has(label) && Boolean(labels.add(label))
    } catch (error) {
      findings++
      watch.found(input, error)
      return false
    }
  }
  const runAlone = async (input: Buffer, isLabelled = false): Promise<void> => {
    const isNew = (await run(input)) || isLabelled
    if (!ground.add(reached()) && !isNew) return
    inputs.push(input)
    watch.learnt(input)
  }
  const runBatch = async (batch: readonly Buffer[]): Promise<void> => {
    const labelled = new Set<Buffer>()
    for (const input of batch) if (await run(input)) labelled.add(input)
    const together = reached()
    if (!ground.isLeftBy(together) && labelled.size === 0) return
    for (const input of batch) await runAlone(input, labelled.has(input))
    // What runs only once in a process, such as filling a cache, is never reached again.
    ground.add(together)
  }

  for (const input of first) await runAlone(input)
  while (watch.isTimeLeft()) {
    const stock = { inputs: inputs.length > 0 ? inputs : first, words }
    await runBatch(Array.from({ length: BATCH }, () => child(random, stock)))
  }
  return { runs, inputs: inputs.length, reached: ground.size, findings }
}
