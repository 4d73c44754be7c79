/** Reading from a folder: against what one would write first, and against the floor. */
import type { Benchmark, Row } from '../row.ts'
import { contender, type Export, filesOf, readCommand, type Workbench } from '../workbench.ts'

const OUT = 'out.jsonl'

export const READ: readonly Benchmark[] = [
  {
    key: 'read',
    title: 'read to a file',
    prepare: async (workbench) => ({ ...toFile(workbench, workbench.plain()), bar: 1 / 12 }),
  },
  {
    key: 'pipe',
    title: 'read through a pipe',
    prepare: async (workbench) => throughPipe(workbench.plain()),
  },
  {
    key: 'floor',
    title: 'read through a pipe',
    async prepare(workbench) {
      const plain = workbench.plain()
      const { name } = workbench.lines(plain)
      const command = `cat $DATA/${name} | cat > /dev/null`
      const { ours, bytes = 0 } = throughPipe(plain)
      const other = { label: 'cat of the finished lines', command, events: plain.events }
      return { ours, other, bytes, compares: 'cpu', bar: 4 }
    },
  },
  {
    key: 'deflate',
    title: 'read deflated files',
    async prepare(workbench) {
      const files = workbench.export({ events: workbench.events, eventsPerFile: 25_000, codec: 'deflate' })
      const { ours, bytes = 0 } = toFile(workbench, files)
      const command = contender('inflate', filesOf(files))
      const other = { label: 'inflating alone', command, events: files.events }
      return { ours, other, bytes, compares: 'cpu', bar: 1.4, output: OUT }
    },
  },
  {
    key: 'small',
    title: 'read files of 50 events',
    async prepare(workbench) {
      const small = workbench.export({ events: Math.min(workbench.events, 200_000), eventsPerFile: 50 })
      return { ...toFile(workbench, small), bar: 1 / 10 }
    },
  },
]

function toFile(workbench: Workbench, files: Export): Row {
  const { events, bytes } = files
  return {
    ours: { label: 'read', command: `${readCommand(files)} > $DATA/${OUT}`, events },
    other: { label: 'avsc, stringify', command: `${contender('read-naive', filesOf(files))} > $DATA/${OUT}`, events },
    bytes,
    compares: 'cpu',
    bar: 1 / 8,
    output: OUT,
    arrived: () => workbench.records(OUT),
  }
}

function throughPipe(files: Export): Row {
  const { events, bytes } = files
  const end = '| cat > /dev/null'
  return {
    ours: { label: 'read', command: `${readCommand(files)} ${end}`, events },
    other: { label: 'avsc, stringify', command: `${contender('read-naive', filesOf(files))} ${end}`, events },
    bytes,
    compares: 'cpu',
    bar: 1 / 8,
  }
}
