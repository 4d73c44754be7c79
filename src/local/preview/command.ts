/** `preview` on the command line. */
import { fromByteString } from '../../cdk/bytes.ts'
import type { Environment } from '../../cdk/connector.ts'
import type { Mapped } from '../../destination/target.ts'
import { targetOf } from '../../destination/target-of.ts'
import { source } from '../../source/source.ts'
import { type ConfigFiles, readConfigs } from '../configs.ts'
import { chosenStreams, everyStream } from '../streams.ts'
import { writeAtomically } from '../sync/atomic-file.ts'
import type { Terminal } from '../terminal.ts'
import { beside } from './beside.ts'
import { previewPage } from './page.ts'
import { type Preview, preview } from './preview.ts'

export interface PreviewArguments extends ConfigFiles {
  readonly streams?: string
  readonly limit: number
  /** Where the page is written to. */
  readonly html?: string
}

export async function runPreview(
  options: PreviewArguments,
  terminal: Terminal,
  environment: Environment,
): Promise<void> {
  const configs = await readConfigs(options, terminal)
  const [config, target] = [configs.source, targetOf(configs.destination)]
  const catalog = chosenStreams(everyStream(await source.discover(config, environment)), options.streams)
  const events: Preview[] = []
  for await (const event of preview({ source, config, target, catalog, limit: options.limit, environment })) {
    terminal.out(`${previewText(event, terminal.columns)}\n\n`)
    events.push(event)
  }
  if (options.html !== undefined) {
    writeAtomically(options.html, previewPage(events, config.personal_data?.policy === 'hash'))
    terminal.err(`The page is ${options.html}\n`)
  }
  if (events.length === 0) terminal.err('There are no events in the chosen streams.\n')
}

function previewText({ record, mapped }: Preview, width: number): string {
  const rule = `── ${record.stream} `.padEnd(width, '─')
  const { names, values } = record.data
  const raw = `{${names.map((name, i) => `${JSON.stringify(name)}:${values[i]}`).join()}}`
  return `${rule}\n${beside(pretty(raw), sentText(mapped), width)}`
}

function sentText(mapped: Mapped): string {
  switch (mapped.status) {
    case 'send':
      return [
        ...mapped.events.map(pretty),
        ...(mapped.trimmed.length > 0 ? [`shortened: ${mapped.trimmed.join(', ')}`] : []),
      ].join('\n')
    case 'skipped':
      return `skipped: ${mapped.reason}`
    case 'rejected':
      return `rejected: ${mapped.reason} (${mapped.message})`
  }
}

const pretty = (json: string): string => JSON.stringify(JSON.parse(fromByteString(json)), null, 2)
