/** Writing to an HTTP server on loopback: against what one would write first, and against the services' own SDKs. */
import type { Benchmark, Row, Side } from '../row.ts'
import { contender, type Workbench } from '../workbench.ts'

const SEGMENT = { service: 'segment', write_key: 'key' }
const RUDDERSTACK = { service: 'rudderstack', write_key: 'key', delivery: 'batch' }

export const WRITE: readonly Benchmark[] = [
  {
    key: 'write',
    title: 'write to Segment',
    prepare: (workbench) =>
      writing(workbench, {
        other: { label: 'readline, parse, map, axios', command: contender('write-naive', '$SINK') },
        bar: 1 / 2.5,
      }),
  },
  {
    key: 'write-sdk',
    title: 'write to Segment',
    prepare: (workbench) =>
      writing(workbench, {
        events: 250_000,
        other: { label: 'analytics-node', command: contender('segment-sdk', '$SINK') },
        bar: 1 / 12,
      }),
  },
  {
    key: 'write-rudder',
    title: 'write to RudderStack',
    prepare: (workbench) =>
      writing(workbench, {
        events: 250_000,
        service: 'rudderstack',
        other: { label: 'rudder-sdk-node', command: contender('rudder-sdk', '$SINK') },
        bar: 1 / 30,
      }),
  },
  {
    key: 'write-gzip',
    title: 'write to Segment, with gzip',
    prepare: (workbench) =>
      writing(workbench, {
        events: 250_000,
        limits: { gzip: true },
        other: { label: 'the same with axios and gzip', command: contender('write-naive', '$SINK', 'gzip') },
        bar: 1 / 2,
      }),
  },
  {
    key: 'sync',
    title: 'sync to Segment',
    async prepare(workbench) {
      const { ours: write, arrived } = await writing(workbench, { bar: 1 })
      const { name, events, bytes } = workbench.plain()
      const sync = `node dist/main.js sync --source-config $DATA/${name}.json --destination-config $DATA/segment.json`
      const command = `rm -f $DATA/state; ${sync} --catalog $DATA/${name}.catalog.json --state $DATA/state > /dev/null`
      const ours = { label: 'sync', command, events }
      const other = { ...write, label: 'write alone' }
      return { ours, other, bytes, compares: 'cpu', bar: 1, ...(arrived && { arrived }) }
    },
  },
]

interface Writing {
  /** At most; SDKs take long. */
  readonly events?: number
  readonly service?: 'segment' | 'rudderstack'
  readonly limits?: object
  /** Reads lines from stdin. */
  readonly other?: Omit<Side, 'events'>
  readonly bar: number
}

async function writing(workbench: Workbench, options: Writing): Promise<Row> {
  const { service = 'segment', limits, other, bar } = options
  const plain = workbench.plain(Math.min(workbench.events, options.events ?? workbench.events))
  const lines = workbench.lines(plain)
  const { url, arrived } = await workbench.sink()
  const target = service === 'segment' ? { ...SEGMENT, endpoint: url } : { ...RUDDERSTACK, data_plane_url: url }
  const config = workbench.destination(service, { destination: target, limits })
  const write = `node dist/main.js write --config $DATA/${config} --catalog $DATA/${plain.name}.catalog.json`
  const input = `< $DATA/${lines.name}`
  const { events } = plain
  return {
    ours: { label: 'write', command: `${write} ${input} > /dev/null`, events },
    ...(other && { other: { ...other, command: `${other.command} ${input}`, events } }),
    bytes: lines.bytes,
    compares: 'cpu',
    bar,
    arrived,
  }
}
