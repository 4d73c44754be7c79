/** `inspect` on the command line. */
import type { Environment } from '../../cdk/connector.ts'
import type { SourceConfig } from '../../config.ts'
import { check } from '../../source/check.ts'
import { openStore } from '../../source/storage/index.ts'
import { readSourceConfig } from '../configs.ts'
import { writeAtomically } from '../sync/atomic-file.ts'
import type { Terminal } from '../terminal.ts'
import { reportPage } from './html/page.ts'
import { inspectExport } from './inspect.ts'
import { progressLine } from './progress.ts'
import type { InspectReport } from './report.ts'
import { reportText } from './text.ts'

export interface InspectArguments {
  readonly sourceConfig: string
  readonly streams?: string
  readonly json?: true
  /** Where the page is written to. */
  readonly html?: string
  readonly sampleFiles: number
}

export async function runInspect(
  options: InspectArguments,
  terminal: Terminal,
  environment: Environment,
): Promise<void> {
  const config = await readSourceConfig(options.sourceConfig, terminal)
  const report = await inspect(config, options, terminal, environment)
  // If nothing is there, this says why, and where an export may be.
  if (report.totals.files === 0) await check(config, environment)
  if (options.html !== undefined) {
    writeAtomically(options.html, reportPage(report))
    terminal.err(`The page is ${options.html}\n`)
  }
  terminal.out(options.json ? `${JSON.stringify(report)}\n` : `${reportText(report, terminal.columns)}\n`)
}

async function inspect(
  config: SourceConfig,
  { streams, sampleFiles }: InspectArguments,
  { screen }: Terminal,
  environment: Environment,
): Promise<InspectReport> {
  const store = await openStore(config.storage, environment)
  const line = progressLine(screen, environment.elapsed)
  try {
    return await inspectExport({ store, config, streams, sampleFiles, environment, onProgress: line.update })
  } finally {
    line.end()
    store.close()
  }
}
