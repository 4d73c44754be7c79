/** A source that does what sources should not. Its configuration says what. */
import { z } from 'zod'
import type { Output, Source } from '../../src/cdk/connector.ts'
import { log } from '../../src/cdk/messages.ts'
import { runProcess } from '../../src/cdk/process.ts'
import { checkpoint, readStreams, type Stream } from '../../src/cdk/streams.ts'

const Config = z.object({ does: z.string(), key: z.string() })

const LINES = { type: 'RECORD_LINES', stream: 'lines', count: 1000 } as const
const line = `${JSON.stringify({ type: 'RECORD', record: { stream: 'lines', data: { x: 'x'.repeat(930) }, emitted_at: 0 } })}\n`
const bytes = Buffer.from(line.repeat(LINES.count))

const endless: Stream = {
  definition: { name: 'lines', json_schema: {}, supported_sync_modes: ['incremental'] },
  async *read() {
    for (let n = 1; ; n++) {
      yield { ...LINES, bytes }
      yield checkpoint({ n })
    }
  },
}

/** As many megabytes as that, and then how much memory the process has needed at most. */
async function* megabytes(count: number): AsyncIterable<Output> {
  for (let i = 0; i < count; i++) yield { ...LINES, bytes: Buffer.from(bytes) }
  yield log('INFO', `${process.resourceUsage().maxRSS / 1024} MB`)
}

/** Holds the process, whatever happens. */
async function* stuck(): AsyncIterable<Output> {
  yield log('INFO', 'stuck')
  await new Promise(() => setInterval(() => {}, 1000))
}

async function* failingAside(fail: () => void): AsyncIterable<Output> {
  yield log('INFO', 'before')
  setTimeout(fail, 0)
  yield* stuck()
  yield log('INFO', 'after')
}

const source: Source<z.infer<typeof Config>> = {
  role: 'source',
  config: Config,
  check: async () => {},
  discover: async () => ({ streams: [] }),
  read: ({ does, key }, catalog, states, environment) => {
    switch (does) {
      case 'throw':
        return failingAside(() => {
          throw new Error(`no ${key}`)
        })
      case 'reject':
        return failingAside(() => void Promise.reject(new Error(`no ${key}`)))
      case 'stuck':
        return stuck()
      case 'endless':
        return readStreams({ streams: [endless], catalog, states, environment })
      default:
        return megabytes(Number(does))
    }
  },
}

const properties = { does: {}, key: { airbyte_secret: true } }
const spec = async () => ({ connectionSpecification: { properties } })
await runProcess({ name: 'unruly', role: 'source', spec, load: async () => source }, process.argv.slice(2))
