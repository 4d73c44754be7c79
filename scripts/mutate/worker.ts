/** Runs test files again and again in one process, each time with another mutant of one file switched on. */
import { register } from 'node:module'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'

/** What the process is told at its start. */
export interface Mutated {
  /** Whose code has all its mutants in it, or nothing. */
  readonly file: string
  readonly code: string
}

/** One run of test files. */
export interface Order {
  readonly mutant: string | undefined
  /** How often the mutant may be met, and how long all may take, lest it goes on for ever. */
  readonly hitLimit: number
  readonly limitMs: number
  readonly files: readonly string[]
  /** The tests to run, each as its file and name, or undefined for all. */
  readonly only: readonly string[] | undefined
}

export interface News {
  /** What the first test that failed said, if one did. */
  readonly failure: string | undefined
  /** How often each mutant was met: by a test, and while modules were loaded. */
  readonly met: { readonly static: Hits; readonly perTest: Readonly<Record<string, Hits>> }
  /** In milliseconds, by test. */
  readonly durations: Readonly<Record<string, number>>
}

type Hits = Readonly<Record<string, number>>

interface Test {
  readonly name: string
  readonly parent: Test | undefined
  readonly errors: readonly unknown[]
  readonly duration: number | null
  mode: 'skip' | undefined
}

interface Event {
  readonly name: string
  readonly test: Test
}

const mutated: Mutated = JSON.parse(process.env['MUTATED'] ?? '')
const stryker: Record<string, unknown> = {}
Object.assign(globalThis, { __stryker__: stryker })
// The same inputs each time, and no search for smaller ones.
fc.configureGlobal({ seed: 1, endOnFailure: true })
register('./hooks.mjs', import.meta.url, { data: mutated })
const { circus } = await import('./globals.ts')

let runs = 0
let [file, only]: [string, Order['only']] = ['', []]
let failure: string | undefined
let durations: Record<string, number> = {}

circus.addEventHandler(({ name, test }: Event) => {
  if (name === 'test_start') {
    if (failure !== undefined || (only && !only.includes(keyOf(test)))) test.mode = 'skip'
    stryker['currentTestId'] = keyOf(test)
  }
  if (name === 'test_done') {
    if (test.errors.length > 0) failure ??= `${nameOf(test)}: ${textOf(test.errors[0])}`
    stryker['currentTestId'] = undefined
    durations[keyOf(test)] = test.duration ?? 0
  }
})

process.on('message', (order: Order) => {
  void run(order).then((news) => process.send?.(news))
})
process.send?.('ready')

async function run({ mutant, hitLimit, files, ...order }: Order): Promise<News> {
  const met = { static: {}, perTest: {} }
  Object.assign(stryker, { activeMutant: mutant, hitCount: 0, hitLimit, mutantCoverage: met })
  failure = undefined
  durations = {}
  only = order.only
  for (file of files) {
    if (failure === undefined) await runFile()
  }
  return { failure, met, durations }
}

async function runFile(): Promise<void> {
  circus.resetState()
  // How long a test may take, the other process decides.
  circus.getState().testTimeout = 600_000
  try {
    await import(`${pathToFileURL(file)}?${++runs}`)
    const { unhandledErrors } = await circus.run()
    if (unhandledErrors.length > 0) failure ??= textOf(unhandledErrors[0])
  } catch (error) {
    failure ??= textOf(error)
  }
}

const keyOf = (test: Test): string => `${file} ${nameOf(test)}`

const nameOf = ({ parent, name }: Test): string => (parent ? `${nameOf(parent)} ${name}`.trim() : '')

const textOf = (error: unknown): string => String(Array.isArray(error) ? error[0] : error).split('\n')[0] ?? ''
