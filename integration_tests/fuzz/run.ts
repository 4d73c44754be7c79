/**
 * Fuzzes the readers of what comes from outside: `npm run fuzz -- [target …] [--seconds N] [--seed S] [--keep]`.
 *
 * One minute for all targets together unless told otherwise. Inputs that break a promise are written to the corpus as
 * `finding-…`; with --keep, those that reached new code replace what the corpus had. Exits 1 if there are findings.
 */
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { clear, keep, keptInputs } from './corpus.ts'
import type { Result } from './loop.ts'
import { MAX_INPUT_BYTES, type Target } from './target.ts'
import { TARGETS } from './targets/index.ts'
import type { News, Order } from './worker.ts'

/** An input that runs for longer never ends, for all that we know. The machine may be busy. */
const HANG_MS = 20_000

const WORKER = new URL('./worker.ts', import.meta.url).href

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
})
const targets = positionals.length > 0 ? TARGETS.filter(({ name }) => positionals.includes(name)) : TARGETS
const ms = (Number(values.seconds ?? 60) * 1000) / targets.length

let failed = targets.length === 0
for (const target of targets) {
  const learnt: Uint8Array[] = []
  const { runs, inputs, reached, findings } = await fuzzed(target, learnt)
  if (values.keep) replaceCorpus(target, learnt)
  failed ||= findings > 0
  console.log(`${target.name}: ${runs} runs, ${inputs} inputs, ${reached} characters of code, ${findings} findings`)
}
if (targets.length === 0)
  console.error(`There is no such target. Take some of: ${TARGETS.map(({ name }) => name).join()}.`)
process.exitCode = failed ? 1 : 0

function fuzzed(target: Target, learnt: Uint8Array[]): Promise<Result> {
  const running = new SharedArrayBuffer(8 + 2 * MAX_INPUT_BYTES)
  const order: Order = {
    target: target.name,
    // The shortest first: a longer one is then kept only if it reaches more.
    first: [...target.seeds(), ...keptInputs(target.name).map(({ input }) => input)].sort(
      (a, b) => a.length - b.length,
    ),
    seed: Number(values.seed),
    ms,
    running,
  }
  // A thread has to register tsx itself.
  const worker = new Worker(`import('tsx/esm/api').then(({ tsImport }) => tsImport('${WORKER}', '${WORKER}'))`, {
    eval: true,
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  })
  const reasons = new Set<string>()
  const report = (input: Uint8Array, reason: string): void => {
    const place = placeOf(reason)
    if (reasons.has(place) || reasons.size >= 20) return
    reasons.add(place)
    console.error(`${target.name}: ${keep(target.name, input, 'finding-')}\n${reason.slice(0, 3000)}\n`)
  }
  return new Promise((resolve) => {
    const end = (result: Result): void => {
      clearInterval(watchdog)
      void worker.terminate().then(() => resolve(result))
    }
    const fail = (reason: string): void => {
      report(inputIn(running), reason)
      end({ runs: new Int32Array(running)[0] ?? 0, inputs: learnt.length, reached: 0, findings: 1 })
    }
    const watchdog = watch(running, () => fail('an input did not end'))
    worker.on('error', (error) => fail(String(error.stack ?? error)))
    worker.on('message', (news: News) => {
      if (news.type === 'learnt') learnt.push(news.input)
      else if (news.type === 'found') report(news.input, news.reason)
      else end(news.result)
    })
  })
}

/** Where an error was thrown: many inputs find the same defect. */
function placeOf(reason: string): string {
  return (
    reason
      .match(/\n +at .*/g)
      ?.slice(0, 4)
      .join() ?? reason
  )
}

/** Calls `hangs` if one and the same input runs all the time. */
function watch(running: SharedArrayBuffer, hangs: () => void): NodeJS.Timeout {
  const numbers = new Int32Array(running, 0, 2)
  let last = -1
  return setInterval(() => {
    const now = Atomics.load(numbers, 0)
    if (now === last) hangs()
    last = now
  }, HANG_MS)
}

function inputIn(running: SharedArrayBuffer): Buffer {
  const length = new Int32Array(running, 0, 2)[1] ?? 0
  return Buffer.from(Buffer.from(running, 8, length))
}

function replaceCorpus(target: Target, learnt: readonly Uint8Array[]): void {
  clear(target.name)
  for (const input of learnt) keep(target.name, input)
}
