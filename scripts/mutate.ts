/**
 * `npx tsx scripts/mutate.ts FILE...`: breaks each file in one place at a time (Stryker), and runs the tests that mirror it: its
 * own, or those of its folder. Mutants that they let pass are printed, and a score for each file.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const STRYKER = 'node_modules/@stryker-mutator/core/bin/stryker.js'

for (const file of process.argv.slice(2)) {
  const mirrored = file.replace(/^src\//, 'test/')
  const own = mirrored.replace(/\.ts$/, '.test.ts')
  const tests = existsSync(own) ? own : mirrored.replace(/[^/]+$/, '')
  const { status } = spawnSync(process.execPath, [STRYKER, 'run', '--mutate', file], {
    env: { ...process.env, MUTATION_TESTS: tests },
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
