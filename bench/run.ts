/**
 * `npm run bench`: makes its own data, runs ours and each contender in turn as whole processes, and prints what each
 * cost and the ratio, pair by pair. docs/performance.md explains the rows.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Benchmark, type Result, run } from './row.ts'
import { GROWTH, LARGE } from './rows/growth.ts'
import { MEMORY } from './rows/memory.ts'
import { READ } from './rows/read.ts'
import { REMOTE } from './rows/remote.ts'
import { WRITE } from './rows/write.ts'
import { isMet, markdownTable, median, ratiosOf, terminalTable } from './table.ts'
import { Workbench } from './workbench.ts'

const ROWS = [...READ, ...REMOTE, ...MEMORY, ...WRITE, ...GROWTH]

const HELP = `npm run bench -- [options]
  --events N     events of most rows (1,000,000)
  --pairs N      how often ours and the contender are run in turn (3)
  --only a,b     these rows, or the rows that begin so: ${[...ROWS, ...LARGE].map(({ key }) => key).join(', ')}
  --large        also rows with ten times the events
  --markdown     print the table in Markdown
  --json         print every run as JSON`

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    pairs: { type: 'string', default: '3' },
    only: { type: 'string' },
    large: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(HELP)
else await main(Number(values.events), Number(values.pairs), chosen(values.only))

function chosen(only: string | undefined): readonly Benchmark[] {
  if (only === undefined) return values.large ? [...ROWS, ...LARGE] : ROWS
  return only.split(',').flatMap((wanted) => {
    const found = [...ROWS, ...LARGE].filter(({ key }) => key === wanted || key.startsWith(`${wanted}-`))
    if (found.length === 0) throw new Error(`There is no row "${wanted}".\n${HELP}`)
    return found
  })
}

async function main(events: number, pairs: number, rows: readonly Benchmark[]): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'bench-'))
  const results: Result[] = []
  // Ctrl-C ends the commands that run, too. What was measured before is printed, and the data are removed.
  const interruption = new AbortController()
  process.once('SIGINT', () => interruption.abort())
  try {
    const workbench = new Workbench(data, events)
    for (const row of rows) {
      await turn()
      if (interruption.signal.aborted) break
      const result = await attempt(row, workbench, pairs)
      if (result) results.push(result)
    }
  } finally {
    rmSync(data, { recursive: true })
  }
  console.log(report(results, events))
  if (results.length < rows.length) process.exitCode = 1
}

/** One row that fails does not stop the others. */
async function attempt(row: Benchmark, workbench: Workbench, pairs: number): Promise<Result | undefined> {
  const started = performance.now()
  try {
    const result = await run(row, workbench, pairs)
    const commands = [result.ours, result.other].flatMap((side) => (side ? `\n  ${side.command}` : []))
    console.error(`${row.key}: ${Math.round((performance.now() - started) / 1000)} s${commands.join('')}`)
    return result
  } catch (error) {
    console.error(`${row.key}: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

function report(results: readonly Result[], events: number): string {
  const machine = { processor: cpus()[0]?.model ?? '', processors: cpus().length, node: process.version, events }
  if (values.json) {
    const rows = results.map((result) => ({ ...result, ratio: median(ratiosOf(result)), met: isMet(result) }))
    return JSON.stringify({ ...machine, rows }, null, 2)
  }
  const about = `${machine.processor}, ${machine.processors} processors, Node ${machine.node}, ${events.toLocaleString('en')} events`
  return `${about}\n\n${(values.markdown ? markdownTable : terminalTable)(results)}`
}
