/** Reading from an S3-like server on loopback, without and with the latency of a network. */
import type { Benchmark, Row } from '../row.ts'
import { contender, type Export, readCommand, type Workbench } from '../workbench.ts'

const LATENCY_MS = 20

export const REMOTE: readonly Benchmark[] = [
  {
    key: 's3',
    title: 'read from S3',
    async prepare(workbench) {
      const remote = await workbench.inBucket(workbench.plain(), 0)
      const { events, bytes, name } = remote
      const naive = contender('read-s3-naive', `$DATA/${name}.json`)
      return {
        ours: { label: 'read', command: `${readCommand(remote)} > $DATA/out.jsonl`, events },
        other: { label: 'AWS SDK, avsc, stringify', command: `${naive} > $DATA/out.jsonl`, events },
        bytes,
        compares: 'cpu',
        bar: 1 / 5,
        arrived: () => workbench.records('out.jsonl'),
      }
    },
  },
  {
    key: 's3-large',
    title: `read from S3, ${LATENCY_MS} ms away, files of 10 MB`,
    prepare: async (workbench) => againstLocal(workbench, workbench.plain(), 1.1),
  },
  {
    key: 's3-small',
    title: `read from S3, ${LATENCY_MS} ms away, files of 50 KB`,
    prepare: async (workbench) => againstLocal(workbench, kilobytes50(workbench), 3),
  },
]

const kilobytes50 = (workbench: Workbench): Export =>
  workbench.export({ events: Math.min(workbench.events, 200_000), eventsPerFile: 125 })

async function againstLocal(workbench: Workbench, local: Export, bar: number): Promise<Row> {
  const { events, bytes } = local
  const remote = await workbench.inBucket(local, LATENCY_MS)
  const side = (label: string, files: Export) => ({
    label,
    command: `${readCommand(files)} | cat > /dev/null`,
    events,
  })
  return { ours: side('read', remote), other: side('read from a folder', local), bytes, compares: 'wall', bar }
}
