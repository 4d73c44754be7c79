/** Whether an event costs the same among few and among many, and how long it takes until anything begins. */
import type { Benchmark, Row } from '../row.ts'
import { type Export, readCommand } from '../workbench.ts'

const STARTS = 10
const STREAMS = 100

export const GROWTH: readonly Benchmark[] = [
  {
    key: 'growth',
    title: 'read, an event of many',
    prepare: async (workbench) => perEvent(workbench.plain(), workbench.plain(workbench.events / 10)),
  },
  {
    key: 'growth-streams',
    title: `read, ${STREAMS} streams`,
    async prepare(workbench) {
      const { events } = workbench
      const one = workbench.export({ events, eventsPerFile: Math.ceil(events / STREAMS), onlyOneStream: true })
      const row = perEvent(workbench.asStreams(one), one)
      return { ...row, other: { ...reading(one), label: '1 stream, the same files' }, bar: 1.1 }
    },
  },
  {
    key: 'start',
    title: `spec, ${STARTS} times`,
    async prepare() {
      const times = (command: string) => `for i in $(seq ${STARTS}); do ${command} > /dev/null; done`
      return {
        ours: { label: 'spec', command: times('node dist/main.js spec'), events: 0 },
        other: { label: 'an empty script', command: times('node bench/contenders/empty.mjs'), events: 0 },
        compares: 'wall',
        bar: 1.5,
      }
    },
  },
]

/** They take minutes and tens of gigabytes of disk. */
export const LARGE: readonly Benchmark[] = [
  {
    key: 'growth-large',
    title: 'read, an event of very many',
    prepare: async (workbench) => perEvent(workbench.plain(workbench.events * 10), workbench.plain()),
  },
]

function perEvent(more: Export, fewer: Export): Row {
  const other = { ...reading(fewer), label: `${fewer.events.toLocaleString('en')} events` }
  return { ours: reading(more), other, bytes: more.bytes, compares: 'cpu', bar: 1.1 }
}

const reading = (files: Export) => ({
  label: 'read',
  command: `${readCommand(files)} | cat > /dev/null`,
  events: files.events,
})
