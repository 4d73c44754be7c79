/**
 * `npx tsx scripts/mutate-assembly.ts FILE [COUNT]`: breaks an AssemblyScript file in one place at a time, compiles the
 * program that it is part of, and runs the tests that compare it with the long way. A mutant that they let pass is printed.
 * Stryker can't do this: it runs what it mutates, and this must be compiled.
 *
 * Of all mutants, COUNT are taken at even distances. One that compiles to the very same WebAssembly is no mutant.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { Runner } from './mutate/runner.ts'
import { type Mutant, mutantsOf } from './mutate-assembly/mutants.ts'

interface Program {
  readonly name: string
  /** The tests that see what it does. */
  readonly tests: readonly string[]
}

const TRANSCODER: Program = {
  name: 'transcoder',
  tests: ['test/source/decode/transcoder.test.ts', 'test/source/deduplicate.test.ts'],
}
const MAPPER: Program = { name: 'mapper', tests: ['test/destination/compiled/lines.test.ts'] }
/** All files are parts of the transcoder but for this one. */
const programOf = (file: string): Program => (basename(file) === 'mapper.ts' ? MAPPER : TRANSCODER)

const NEEDED = ['assembly', 'catalogs', 'src', 'test', 'integration_tests/fakes', 'package.json']

/** What of the tests' time a mutant may take. */
const limitMsOf = (ms: number): number => 3 * ms + 5000

type Result = 'killed' | 'survived' | 'the same'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const [file = '', count = 'Infinity'] = process.argv.slice(2)
const { name, tests } = programOf(file)

const copy = mkdtempSync(join(tmpdir(), 'mutants-'))
const runner = new Runner({ file: '', code: '' })
try {
  for (const part of NEEDED) cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  report(await tryAll(readFileSync(join(ROOT, file), 'utf8')))
} finally {
  await runner.stop()
  rmSync(copy, { recursive: true })
}

async function tryAll(source: string): Promise<ReadonlyMap<Result, number>> {
  const whole = await compile(source)
  const began = performance.now()
  const failure = whole && (await failureOf(whole, 600_000))
  if (!whole || failure !== undefined) throw new Error(`The tests must pass before anything is broken: ${failure}`)
  const limitMs = limitMsOf(performance.now() - began)
  const results = new Map<Result, number>()
  for (const mutant of sample(mutantsOf(source), Number(count))) {
    const code = await compile(mutant.source)
    // What does not compile is found by the compiler.
    const isKilled = !code || (!code.equals(whole) && (await failureOf(code, limitMs)) !== undefined)
    const result = isKilled ? 'killed' : code.equals(whole) ? 'the same' : 'survived'
    results.set(result, (results.get(result) ?? 0) + 1)
    if (result === 'survived') console.log(`${file}:${mutant.line}  ${mutant.before}  →  ${mutant.after}`)
  }
  return results
}

/** The program's bytes, if the text of the file makes sense. */
async function compile(text: string): Promise<Buffer | undefined> {
  let code: Buffer | undefined
  const { error } = await asc.main(['--config', join(ROOT, `assembly/${name}.json`)], {
    stderr: { write() {} },
    readFile: (path, folder) => (resolve(folder, path) === resolve(file) ? text : textOf(resolve(folder, path))),
    writeFile(_, content) {
      code = Buffer.from(content)
    },
    listFiles: () => [],
  })
  return error ? undefined : code
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

async function failureOf(code: Buffer, limitMs: number): Promise<string | undefined> {
  writeFileSync(join(copy, `src/generated/${name}.wasm`), code)
  const files = tests.map((test) => join(copy, test))
  const { failure } = await runner.run({ mutant: undefined, hitLimit: 0, limitMs, files, only: undefined })
  return failure
}

function sample(all: readonly Mutant[], count: number): readonly Mutant[] {
  const step = Math.max(1, all.length / count)
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)] as Mutant)
}

function report(results: ReadonlyMap<Result, number>): void {
  const [killed, survived] = [results.get('killed') ?? 0, results.get('survived') ?? 0]
  console.log(`${file}: ${killed} of ${killed + survived} killed; ${results.get('the same') ?? 0} more are equivalent`)
}
