/** Fuzzes one target in a thread of its own, which can be stopped whatever it does. */
import { parentPort, workerData } from 'node:worker_threads'
import { fuzz, type Result } from './loop.ts'
import { TARGETS } from './targets/index.ts'

/** What the thread is given. */
export interface Order {
  readonly target: string
  readonly first: readonly Uint8Array[]
  readonly seed: number
  /** How long to go on, loading apart. */
  readonly ms: number
  /** What runs now: its number, its length, and from byte 8 on the input itself. */
  readonly running: SharedArrayBuffer
}

/** What the thread tells. */
export type News =
  | { readonly type: 'learnt'; readonly input: Uint8Array }
  | { readonly type: 'found'; readonly input: Uint8Array; readonly reason: string }
  | { readonly type: 'done'; readonly result: Result }

/** Bytes beyond what the process held at its start. One input may take far less. */
const MEMORY_BYTES = 1.5 * 2 ** 30

const { target: name, first, seed, ms, running }: Order = workerData
const [numbers, bytes] = [new Int32Array(running, 0, 2), new Uint8Array(running, 8)]
const until = Date.now() + ms
const before = process.memoryUsage.rss()
const tell = (news: News): void => parentPort?.postMessage(news)

const target = TARGETS.find((each) => each.name === name)
if (!target) throw new Error(`no target ${name}`)
const result = await fuzz(target, first.map(Buffer.from), seed, {
  starts(input) {
    bytes.set(input.subarray(0, bytes.length))
    Atomics.store(numbers, 1, Math.min(input.length, bytes.length))
    Atomics.add(numbers, 0, 1)
    if (process.memoryUsage.rss() - before > MEMORY_BYTES) throw new Error('the memory grows without bound')
  },
  learnt: (input) => tell({ type: 'learnt', input }),
  found: (input, error) => tell({ type: 'found', input, reason: String(Object(error).stack ?? error) }),
  isTimeLeft: () => Date.now() < until,
})
tell({ type: 'done', result })
