import type { Row, Side } from '../row.ts'
import { type Export, readCommand, type Workbench } from '../workbench.ts'

const OUT = 'out.jsonl'

/** Both write their lines to a file, in which they are counted. */
export function toFile(workbench: Workbench, files: Export, { other, bar }: { other: Side; bar: number }): Row {
  const { events, bytes } = files
  return {
    ours: { label: 'read', command: `${readCommand(files)} > $DATA/${OUT}`, events },
    other: { ...other, command: `${other.command} > $DATA/${OUT}` },
    bytes,
    compares: 'cpu',
    bar,
    output: OUT,
    arrived: () => workbench.records(OUT),
  }
}
