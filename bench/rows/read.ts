/** Reading from a folder: against what one would write first, and against the floor. */
import type { Benchmark, Row, Side } from '../row.ts'
import { contender, type Export, filesOf, readCommand } from '../workbench.ts'
import { toFile } from './to-file.ts'

export const READ: readonly Benchmark[] = [
  {
    key: 'read',
    title: 'read to a file',
    prepare: async (workbench) =>
      toFile(workbench, workbench.plain(), { other: naive(workbench.plain()), bar: 1 / 12 }),
  },
  {
    key: 'null',
    title: 'read to /dev/null',
    prepare: async (workbench) => leadingTo('> /dev/null', workbench.plain(), 1 / 12),
  },
  {
    key: 'pipe',
    title: 'read through a pipe',
    prepare: async (workbench) => leadingTo(PIPE, workbench.plain(), 1 / 8),
  },
  {
    key: 'floor',
    title: 'read through a pipe',
    async prepare(workbench) {
      const plain = workbench.plain()
      const { name } = workbench.lines(plain)
      const command = `cat $DATA/${name} | cat > /dev/null`
      const other = { label: 'cat of the finished lines', command, events: plain.events }
      return { ...leadingTo(PIPE, plain, 4), other }
    },
  },
  {
    key: 'deflate',
    title: 'read deflated files',
    async prepare(workbench) {
      const { events } = workbench
      const files = workbench.export({ events, eventsPerFile: 25_000, codec: 'deflate' })
      const other = { label: 'inflating alone', command: contender('inflate', filesOf(files)), events }
      // The other lets nothing out.
      const ours = { label: 'read', command: `${readCommand(files)} > /dev/null`, events }
      return { ours, other, bytes: files.bytes, compares: 'cpu', bar: 1.4 }
    },
  },
  {
    key: 'small',
    title: 'read files of 50 events',
    async prepare(workbench) {
      const small = workbench.export({ events: Math.min(workbench.events, 200_000), eventsPerFile: 50 })
      return toFile(workbench, small, { other: naive(small), bar: 1 / 10 })
    },
  },
]

const naive = (files: Export): Side => ({
  label: 'avsc, stringify',
  command: contender('read-naive', filesOf(files)),
  events: files.events,
})

const PIPE = '| cat > /dev/null'

function leadingTo(end: string, files: Export, bar: number): Row {
  const { events, bytes } = files
  return {
    ours: { label: 'read', command: `${readCommand(files)} ${end}`, events },
    other: { ...naive(files), command: `${naive(files).command} ${end}` },
    bytes,
    compares: 'cpu',
    bar,
  }
}
