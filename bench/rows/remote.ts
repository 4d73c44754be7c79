/** Reading from an S3-like server on loopback, without and with the latency of a network. */
import type { Benchmark, Row, Side } from '../row.ts'
import { contender, type Export, readCommand, type Workbench } from '../workbench.ts'
import { toFile } from './to-file.ts'

const LATENCY_MS = 20

export const REMOTE: readonly Benchmark[] = [
  {
    key: 's3',
    title: 'read from S3',
    async prepare(workbench) {
      const remote = await workbench.inBucket(workbench.plain(), 0)
      const command = contender('read-s3-naive', `$DATA/${remote.name}.json`)
      const other = { label: 'AWS SDK, avsc, stringify', command, events: remote.events }
      return toFile(workbench, remote, { other, bar: 1 / 6 })
    },
  },
  {
    key: 's3-far',
    title: `read from S3, ${LATENCY_MS} ms away, files of 10 MB`,
    async prepare(workbench) {
      const near = await workbench.inBucket(workbench.plain(), 0)
      return { ...(await far(workbench, workbench.plain(), 1.1)), other: reading('read from S3 nearby', near) }
    },
  },
  {
    key: 's3-large',
    title: `read from S3, ${LATENCY_MS} ms away, files of 10 MB`,
    prepare: (workbench) => far(workbench, workbench.plain(), 1.1),
  },
  {
    key: 's3-small',
    title: `read from S3, ${LATENCY_MS} ms away, files of 50 KB`,
    prepare: (workbench) => far(workbench, kilobytes50(workbench), 3),
  },
]

const kilobytes50 = (workbench: Workbench): Export =>
  workbench.export({ events: Math.min(workbench.events, 200_000), eventsPerFile: 125 })

/** Against the same files in a folder. */
async function far(workbench: Workbench, local: Export, bar: number): Promise<Row> {
  const remote = await workbench.inBucket(local, LATENCY_MS)
  return {
    ours: reading('read', remote),
    other: reading('read from a folder', local),
    bytes: local.bytes,
    compares: 'wall',
    bar,
  }
}

const reading = (label: string, files: Export): Side => ({
  label,
  command: `${readCommand(files)} | cat > /dev/null`,
  events: files.events,
})
