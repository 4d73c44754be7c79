/** What a read needs at most while the platform takes its lines slowly. */
import type { Benchmark, Row } from '../row.ts'
import { contender, type Export, readCommand } from '../workbench.ts'

/** MB. */
const MOST = 120
/** MB a second. */
const SLOW = 20

export const MEMORY: readonly Benchmark[] = [
  {
    key: 'memory-many',
    title: `memory, many files, a reader of ${SLOW} MB/s`,
    prepare: async (workbench) => slowly(workbench.export({ events: workbench.events, eventsPerFile: 50 })),
  },
  {
    key: 'memory-one',
    title: `memory, one file, a reader of ${SLOW} MB/s`,
    async prepare(workbench) {
      const { events } = workbench
      return slowly(workbench.export({ events, eventsPerFile: events, onlyOneStream: true }))
    },
  },
]

const slowly = (files: Export): Row => ({
  ours: {
    label: 'read',
    command: `${readCommand(files)} | ${contender('slow-reader', String(SLOW))}`,
    events: files.events,
  },
  bytes: files.bytes,
  compares: 'memory',
  bar: MOST,
})
