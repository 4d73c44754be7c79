/**
 * Runs the connector for as long as you like against services that keep failing, and watches what it holds:
 *
 *     npx tsx integration_tests/soak/run.ts --minutes 20 [--load write|sync|both] [--seed 1]
 *
 * Prints a curve for each process. Exits 1 if something grows, or if an event is lost.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { curveText, verdictsOn, verdictText } from './curve.ts'
import type { Load, Outcome } from './load.ts'
import { syncLoad } from './sync.ts'
import { writeLoad } from './write.ts'

const LOADS: Readonly<Record<string, (load: Load) => Promise<Outcome>>> = { write: writeLoad, sync: syncLoad }

const MINUTE_MS = 60_000
/** Enough for a line to be drawn through the second half. */
const SAMPLES = 240

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    load: { type: 'string', default: 'both' },
    seed: { type: 'string', default: '1' },
  },
})
const [durationMs, seed] = [Number(values.minutes) * MINUTE_MS, Number(values.seed)]
const names = Object.keys(LOADS).filter((name) => values.load === 'both' || values.load === name)
if (!(durationMs > 0) || names.length === 0) throw new Error('--minutes wants a number, --load write, sync or both.')

const scratch = mkdtempSync(join(tmpdir(), 'soak-'))
try {
  const isWell = await Promise.all(names.map(soak))
  process.exitCode = isWell.every(Boolean) ? 0 : 1
} finally {
  rmSync(scratch, { recursive: true })
}

async function soak(name: string): Promise<boolean> {
  const folder = join(scratch, name)
  mkdirSync(folder)
  const outcome = await LOADS[name]?.({ durationMs, probeMs: durationMs / SAMPLES, folder, seed })
  if (!outcome) return false
  const verdicts = verdictsOn(outcome.samples)
  const problems = outcome.problems.map((problem) => `WRONG ${problem}`)
  const lines = [outcome.summary, curveText(outcome.samples), ...verdicts.map(verdictText), ...problems]
  process.stdout.write(`${lines.join('\n')}\n\n`)
  return problems.length === 0 && verdicts.every(({ isFlat }) => isFlat)
}
