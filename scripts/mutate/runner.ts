import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Mutated, News, Order } from './worker.ts'

const WORKER = new URL('worker.ts', import.meta.url)
/** Modules that were loaded are never forgotten: after so many runs a new process takes over. */
const MOST_RUNS = 100
/** The run went on for too long, or ended its process. On a busy machine look at such a mutant again. */
export const STUCK: News = {
  failure: 'It took too long, or the process ended.',
  met: { static: {}, perTest: {} },
  durations: {},
}

/** A worker, and another one whenever it is stuck or has loaded too much. */
export class Runner {
  readonly #mutated: Mutated
  #worker: ChildProcess | undefined
  #runs = 0

  constructor(mutated: Mutated) {
    this.#mutated = mutated
  }

  async run(order: Order): Promise<News> {
    if (this.#runs++ % MOST_RUNS === 0) await this.stop()
    this.#worker ??= await this.#start()
    const news = await answerOf(this.#worker, order)
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

async function answerOf(worker: ChildProcess, order: Order): Promise<News> {
  const timer = setTimeout(() => worker.kill('SIGKILL'), order.limitMs)
  worker.send(order)
  const news = await new Promise<News>((resolve) => {
    worker.once('message', (news: News) => resolve(news))
    worker.once('exit', () => resolve(STUCK))
  })
  worker.removeAllListeners()
  clearTimeout(timer)
  return news
}
