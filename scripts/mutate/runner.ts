import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Mutated, News, Order } from './worker.ts'

const WORKER = new URL('worker.ts', import.meta.url)
/** Modules that were loaded are never forgotten: after so many runs a new process takes over. */
const MOST_RUNS = 100
/** A run may take so many times as long as the first one, and so much longer. */
const [FACTOR, MORE_MS] = [5, 10_000]

const STUCK: News = { failure: 'It took too long, or the process ended.', met: { static: {}, perTest: {} } }

/** A worker, and another one whenever it is stuck or has loaded too much. */
export class Runner {
  readonly #mutated: Mutated
  #worker: ChildProcess | undefined
  #runs = 0
  #limitMs: number | undefined

  constructor(mutated: Mutated) {
    this.#mutated = mutated
  }

  /** The first run, of what is whole, says how long the others may take. */
  async run(order: Order): Promise<News> {
    if (this.#runs++ % MOST_RUNS === 0) await this.stop()
    this.#worker ??= await this.#start()
    const began = performance.now()
    const news = await answerOf(this.#worker, order, this.#limitMs)
    this.#limitMs ??= FACTOR * (performance.now() - began) + MORE_MS
    if (news === STUCK) this.#worker = undefined
    return news
  }

  async stop(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    if (!worker) return
    worker.kill()
    await once(worker, 'exit')
  }

  async #start(): Promise<ChildProcess> {
    const env = { ...process.env, MUTATED: JSON.stringify(this.#mutated) }
    const worker = fork(WORKER, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    await once(worker, 'message')
    return worker
  }
}

async function answerOf(worker: ChildProcess, order: Order, limitMs: number | undefined): Promise<News> {
  const timer = limitMs === undefined ? undefined : setTimeout(() => worker.kill('SIGKILL'), limitMs)
  worker.send(order)
  const news = await new Promise<News>((resolve) => {
    worker.once('message', (news: News) => resolve(news))
    worker.once('exit', () => resolve(STUCK))
  })
  worker.removeAllListeners()
  clearTimeout(timer)
  return news
}
