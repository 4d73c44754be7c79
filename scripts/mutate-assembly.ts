/**
 * `npx tsx scripts/mutate-assembly.ts FILE [COUNT]`: breaks an AssemblyScript file in one place at a time, compiles it, and runs
 * the tests that compare it with the long way. A mutant that they let pass is printed. Stryker can't do this: it runs
 * what it mutates, and this must be compiled.
 *
 * Of all mutants, COUNT are taken at even distances. One that compiles to the very same WebAssembly is no mutant.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mutant, mutantsOf } from './mutate-assembly/mutants.ts'

/** The tests that see what each program does. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  mapper: ['test/destination/compiled/lines.test.ts'],
  transcoder: ['test/source/decode/transcoder.test.ts'],
}
const NEEDED = ['assembly', 'catalogs', 'src', 'test', 'integration_tests/fakes', 'package.json', 'jest.config.js']
const TEST_TIMEOUT_MS = 120_000

type Result = 'killed' | 'survived' | 'the same'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const [file = '', count = '100'] = process.argv.slice(2)
const name = basename(file, '.ts')
const tests = TESTS[name]
if (!tests) throw new Error(`Name one of these: ${Object.keys(TESTS).map((one) => `assembly/${one}.ts`)}.`)

const copy = mkdtempSync(join(tmpdir(), 'mutants-'))
try {
  for (const part of NEEDED) cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  report(run(readFileSync(join(ROOT, file), 'utf8'), Number(count)))
} finally {
  rmSync(copy, { recursive: true })
}

function run(source: string, count: number): Map<Result, number> {
  const compiled = compile(source)
  if (!compiled || !passes()) throw new Error('The tests must pass before anything is broken.')
  const results = new Map<Result, number>()
  for (const mutant of sample(mutantsOf(source), count)) {
    const code = compile(mutant.source)
    // What does not compile is found by the compiler.
    const result = code?.equals(compiled) ? 'the same' : code && passes() ? 'survived' : 'killed'
    results.set(result, (results.get(result) ?? 0) + 1)
    if (result === 'survived') console.log(`${file}:${mutant.line}  ${mutant.before}  →  ${mutant.after}`)
  }
  return results
}

function compile(source: string): Buffer | undefined {
  writeFileSync(join(copy, file), source)
  const asc = node('node_modules/assemblyscript/bin/asc.js', '--config', `assembly/${name}.json`)
  return asc.status === 0 ? readFileSync(join(copy, `src/generated/${name}.wasm`)) : undefined
}

function passes(): boolean {
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', '--bail']
  return node(...jest, ...(tests ?? [])).status === 0
}

function node(...args: readonly string[]) {
  return spawnSync(process.execPath, args, { cwd: copy, timeout: TEST_TIMEOUT_MS, killSignal: 'SIGKILL' })
}

function sample(all: readonly Mutant[], count: number): readonly Mutant[] {
  const step = Math.max(1, all.length / count)
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)] as Mutant)
}

function report(results: ReadonlyMap<Result, number>): void {
  const [killed, survived] = [results.get('killed') ?? 0, results.get('survived') ?? 0]
  const score = ((100 * killed) / (killed + survived)).toFixed(1)
  console.log(`${file}: ${score} % of ${killed + survived} killed; ${results.get('the same') ?? 0} more are equivalent`)
}
