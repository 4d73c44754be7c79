/**
 * Builds the three images for real and runs them as a platform does: `npx tsx integration_tests/image/run.ts`.
 *
 *   --folder <path>  where images and what is downloaded stay between runs (default: .image)
 *   --rev <commit>   build a commit, not the working tree
 *   --pull           begin with the real base image, not with the stand-in that is made here
 *   --required       being unable to build is a failure, not a reason to skip
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Unavailable } from '../installed.mjs'
import { makeBase, pullBase } from './base.ts'
import { checks } from './checks.ts'
import { type Engine, openEngine, succeed } from './engine.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TARGETS = ['source', 'destination', 'cli'] as const

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: join(ROOT, '.image') },
    rev: { type: 'string' },
    pull: { type: 'boolean', default: false },
    required: { type: 'boolean', default: false },
  },
})

const scratch = mkdtempSync(join(tmpdir(), 'image-'))
try {
  const engine = await prepare(resolve(options.folder))
  await build(engine, await context())
  const failures = await runChecks(engine)
  process.exitCode = failures === 0 ? 0 : 1
} catch (error) {
  if (!(error instanceof Unavailable)) throw error
  console.error(`skipped: images: ${error.message}`)
  process.exitCode = options.required ? 1 : 0
} finally {
  rmSync(scratch, { recursive: true })
}

async function prepare(folder: string): Promise<Engine> {
  const engine = await openEngine(folder)
  await (options.pull ? pullBase(engine) : makeBase(engine, folder))
  return engine
}

/** The folder that is built: the working tree, or the files of a commit. */
async function context(): Promise<string> {
  if (options.rev === undefined) return ROOT
  const folder = join(scratch, 'context')
  const archive = join(scratch, 'context.tar')
  mkdirSync(folder)
  await succeed('git', ['-C', ROOT, 'archive', '--output', archive, options.rev])
  await succeed('tar', ['-xf', archive, '-C', folder])
  return folder
}

async function build({ run }: Engine, folder: string): Promise<void> {
  const flags = ['--isolation', 'chroot', '--pull-never', '--layers', '--format', 'docker']
  for (const target of TARGETS) {
    const started = performance.now()
    await run('buildah', 'bud', ...flags, '--target', target, '--tag', imageOf(target), folder)
    console.log(`built   ${imageOf(target)} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  }
}

function imageOf(target: string): string {
  return `localhost/braze-currents-${target}:test`
}

/** Gives the number of those that failed. */
async function runChecks(engine: Engine): Promise<number> {
  let failures = 0
  for (const { name, check } of checks(engine, imageOf, scratch)) {
    try {
      const told = await check()
      console.log(`ok      ${name}${told ? `: ${told}` : ''}`)
    } catch (error) {
      failures++
      console.log(`FAILED  ${name}: ${(error as Error).message}`)
    }
  }
  console.log(`${failures} failed`)
  return failures
}
