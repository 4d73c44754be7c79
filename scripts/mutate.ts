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
import { Runner } from './mutate/runner.ts'
import type { News, TestsOf } from './mutate/worker.ts'

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
/** A mutant may be met so many times more often than in a run of what is whole. */
const HITS_FACTOR = 100

const [file = '', ...named] = process.argv.slice(2)
const source = readFileSync(file, 'utf8')
const { code, mutants } = await instrumented()
const tests = (named.length > 0 ? named : mirrorsOf(file)).flatMap(testsIn)
const runner = new Runner({ file: resolve(file), code })
const whole = await runner.run({
  mutant: undefined,
  hitLimit: 0,
  tests: tests.map((file) => ({ file, names: undefined })),
})
if (whole.failure !== undefined) throw new Error(`The tests must pass before anything is broken: ${whole.failure}`)

let survived = 0
for (const mutant of mutants) {
  const news = await tried(mutant)
  if (news.failure !== undefined) continue
  survived++
  console.log(`${file}:${mutant.location.start.line + 1}  ${before(mutant)}  →  ${oneLine(mutant.replacement)}`)
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
async function tried({ id }: Mutant): Promise<Pick<News, 'failure'>> {
  const meeting = Object.entries(whole.met.perTest).filter(([, hits]) => hits[id])
  const isStatic = whole.met.static[id] !== undefined
  const some: readonly TestsOf[] = tests.map((file) => ({
    file,
    names: isStatic
      ? undefined
      : meeting.filter(([key]) => key.startsWith(`${file} `)).map(([key]) => key.slice(file.length + 1)),
  }))
  const hits = meeting.reduce((sum, [, hits]) => sum + (hits[id] ?? 0), whole.met.static[id] ?? 0)
  return runner.run({
    mutant: id,
    hitLimit: hits * HITS_FACTOR,
    tests: some.filter(({ names }) => names?.length !== 0),
  })
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
