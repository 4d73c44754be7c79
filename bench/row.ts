/** One line of the table: what is compared, and what came out. */
import { type Cost, measure } from './measure.ts'
import { makeRoomFor, readInputs } from './warm.ts'
import type { Workbench } from './workbench.ts'

export interface Side {
  /** What the table calls it. */
  readonly label: string
  /** For bash, in the project's folder. `$DATA` is the benchmark's own folder, `$SINK` the address of the HTTP sink. */
  readonly command: string
  /** How many events it handles. */
  readonly events: number
}

export interface Row {
  readonly ours: Side
  /** Missing where nothing but the memory of ours is of interest. */
  readonly other?: Side
  /** What the ratio is made of. `cpu` is that of an event, should the two sides handle different numbers of them. */
  readonly compares: 'cpu' | 'wall' | 'memory'
  /** What the ratio is to stay below; with `memory`, the megabytes. */
  readonly bar: number
  /** Bytes that ours takes in: Avro files or JSON lines. */
  readonly bytes?: number
  /** A file below `$DATA` that the commands make. It is removed before each, which would pay for what it overwrites. */
  readonly output?: string
  /** How many events the last command has let out: fewer than it was given is a failure. */
  readonly arrived?: () => Promise<number>
}

export interface Benchmark {
  /** For `--only`. */
  readonly key: string
  readonly title: string
  prepare(workbench: Workbench): Promise<Row>
}

export interface Result extends Pick<Row, 'ours' | 'other' | 'compares' | 'bar' | 'bytes'> {
  readonly key: string
  readonly title: string
  /** Each pair was run one after the other: the machine may drift between pairs, hardly within one. */
  readonly pairs: readonly { readonly ours: Cost; readonly other?: Cost }[]
}

export async function run({ key, title, prepare }: Benchmark, workbench: Workbench, pairs: number): Promise<Result> {
  try {
    const { arrived, output, ...row } = await prepare(workbench)
    const once = (side: Side) => {
      readInputs(side.command, workbench)
      if (output !== undefined) makeRoomFor(workbench.path(output), LINES_PER_INPUT * (row.bytes ?? 0))
      return runSide(side, workbench.environment, arrived)
    }
    const costs: { ours: Cost; other?: Cost }[] = []
    // Peaks of memory hardly vary.
    while (costs.length < (row.compares === 'memory' ? 1 : pairs)) {
      const ours = await once(row.ours)
      costs.push(row.other ? { ours, other: await once(row.other) } : { ours })
    }
    return { key, title, ...row, pairs: costs }
  } finally {
    await workbench.stopServers()
  }
}

/** Lines of JSON are about twice as long as the Avro that they are made of. */
const LINES_PER_INPUT = 2.5

async function runSide(side: Side, environment: NodeJS.ProcessEnv, arrived: Row['arrived']): Promise<Cost> {
  try {
    const cost = await measure(side.command, environment)
    const events = await arrived?.()
    if (events !== undefined && events < side.events) throw new Error(`only ${events} of ${side.events} events arrived`)
    return cost
  } catch (error) {
    throw new Error(`${side.label} failed: ${(error as Error).message}\n  ${side.command}`)
  }
}
