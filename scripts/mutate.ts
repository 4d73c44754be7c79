/**
 * `npx tsx scripts/mutate.ts FILE [TESTS...]`: breaks a file in one place at a time, and runs the tests named, or those that
 * mirror it: its own, or else those of its folder. Mutants that they let pass are printed, and a score.
 *
 * Stryker puts all mutants into one text, with a switch for each. Its own runner can't do with native modules, and a new
 * Jest for each mutant takes seconds. So one process runs the tests again and again: of each mutant those that meet it.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Runner, STUCK } from './mutate/runner.ts'
import type { News } from './mutate/worker.ts'

interface Mutant {
  readonly id: string
  readonly mutatorName: string
  readonly replacement: string
  readonly location: { readonly start: Place; readonly end: Place }
}

interface Place {
  readonly line: number
  readonly column: number
}

const STRYKER = resolve('node_modules/@stryker-mutator/instrumenter/dist/src/index.js')
/** How often a mutant may be met, and how long its tests may take, when they took so much with all of it whole. */
const hitLimitOf = (hits: number): number => 10 * hits + 1000
const limitMsOf = (ms: number): number => 3 * ms + 10_000

const [file = '', ...named] = process.argv.slice(2)
const source = readFileSync(file, 'utf8')
const { code, mutants } = await instrumented()
const tests = (named.length > 0 ? named : mirrorsOf(file)).flatMap(testsIn)
const runner = new Runner({ file: resolve(file), code })
const whole = await runner.run({ mutant: undefined, hitLimit: 0, limitMs: 600_000, files: tests, only: undefined })
if (whole.failure !== undefined) throw new Error(`The tests must pass before anything is broken: ${whole.failure}`)

let survived = 0
for (const mutant of mutants) {
  const news = await tried(mutant)
  if (news.failure !== undefined && news !== STUCK) continue
  const [change, note] = [
    `${before(mutant)}  →  ${oneLine(mutant.replacement)}`,
    news === STUCK ? ' (out of time)' : '',
  ]
  console.log(`${file}:${mutant.location.start.line + 1}  ${change}${note}`)
  if (news !== STUCK) survived++
}
await runner.stop()
console.log(`${file}: ${mutants.length - survived} of ${mutants.length} killed`)

async function instrumented(): Promise<{ readonly code: string; readonly mutants: readonly Mutant[] }> {
  if (!existsSync(STRYKER)) throw new Error('Stryker is missing. Install it as docs/mutation.md says.')
  const { Instrumenter } = await import(pathToFileURL(STRYKER).href)
  const logger = { debug() {}, info() {}, isDebugEnabled: () => false, warn: console.warn }
  const options = { plugins: null, excludedMutations: [], ignorers: [] }
  const result = await new Instrumenter(logger).instrument([{ name: file, mutate: true, content: source }], options)
  return { code: result.files[0].content, mutants: result.mutants }
}

function mirrorsOf(file: string): readonly string[] {
  const own = file.replace(/^src/, 'test').replace(/\.ts$/, '.test.ts')
  return [existsSync(own) ? own : join(own, '..')]
}

function testsIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [resolve(path)]
  const names = readdirSync(path).filter((name) => name.endsWith('.test.ts'))
  return names.map((name) => resolve(path, name))
}

/** A mutant is met by some tests, or while modules are loaded: then by all. */
function tried({ id }: Mutant): Promise<Pick<News, 'failure'>> {
  const { met, durations } = whole
  const all = Object.keys(durations)
  const only = id in met.static ? all : all.filter((test) => met.perTest[test]?.[id])
  return runner.run({
    mutant: id,
    hitLimit: hitLimitOf(sum([met.static, ...Object.values(met.perTest)].map((hits) => hits[id] ?? 0))),
    limitMs: limitMsOf(sum(only.map((test) => durations[test] ?? 0))),
    files: tests.filter((file) => only.some((test) => test.startsWith(`${file} `))),
    only: id in met.static ? undefined : only,
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}

function before({ location: { start, end } }: Mutant): string {
  const lines = source.split('\n').slice(start.line, end.line + 1)
  const last = lines.length - 1
  return oneLine(
    lines.map((line, i) => line.slice(i === 0 ? start.column : 0, i === last ? end.column : undefined)).join(' '),
  )
}

function oneLine(code: string): string {
  const line = code.replace(/\s+/g, ' ').trim()
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}
