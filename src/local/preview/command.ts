/** `preview` on the command line. */
import type { Environment } from '../../cdk/connector.ts'
import { writeRaw } from '../../cdk/raw-object.ts'
import type { Mapped } from '../../destination/target.ts'
import { targetOf } from '../../destination/target-of.ts'
import { source } from '../../source/source.ts'
import { type ConfigFiles, readConfigs } from '../configs.ts'
import { printable } from '../inspect/printable.ts'
import { chosenStreams, everyStream } from '../streams.ts'
import { writeAtomically } from '../sync/atomic-file.ts'
import type { Terminal } from '../terminal.ts'
import { beside } from './beside.ts'
import { previewPage } from './page.ts'
import { type Preview, preview } from './preview.ts'
import { readable } from './raw-text.ts'

export interface PreviewArguments extends ConfigFiles {
  readonly streams?: string
  readonly limit?: number
  /** Where a page is written to. */
  readonly html?: string
}

/** What is shown of each stream if nobody says how much. */
const OF_CHOSEN_STREAMS = 3
const OF_ALL_STREAMS = 1
/** On the screen, if no streams were chosen: there may be more than a hundred. */
const MOST_EVENTS = 5

export async function runPreview(
  options: PreviewArguments,
  terminal: Terminal,
  environment: Environment,
): Promise<void> {
  const configs = await readConfigs(options, terminal)
  const [config, target] = [configs.source, targetOf(configs.destination)]
  const warn = (message: string) => terminal.err(`WARN: ${message}\n`)
  const catalog = chosenStreams(everyStream(await source.discover(config, environment, warn)), options.streams)
  const limit = options.limit ?? (options.streams === undefined ? OF_ALL_STREAMS : OF_CHOSEN_STREAMS)
  const events = preview({ source, config, target, catalog, limit, environment })
  const most = options.streams === undefined ? MOST_EVENTS : Number.POSITIVE_INFINITY
  const count =
    options.html === undefined
      ? await print(events, most, terminal)
      : await writePage(events, options.html, config.personal_data?.policy === 'hash', terminal)
  if (count === 0) terminal.err('There are no events in the chosen streams.\n')
}

/** Gives how many there were. */
async function print(events: AsyncIterable<Preview>, most: number, terminal: Terminal): Promise<number> {
  let count = 0
  for await (const event of events) {
    if (count++ === most) {
      terminal.err(
        `These are the first ${most} of more. Choose streams, such as --streams '*.email.*', or write a page of all with --html.\n`,
      )
      break
    }
    terminal.out(`${previewText(event, terminal.columns)}\n\n`)
  }
  return count
}

async function writePage(
  previews: AsyncIterable<Preview>,
  path: string,
  isHashed: boolean,
  { err }: Terminal,
): Promise<number> {
  const events: Preview[] = []
  for await (const event of previews) events.push(event)
  writeAtomically(path, previewPage(events, isHashed))
  err(`The page is ${path}\n`)
  return events.length
}

function previewText({ record, mapped }: Preview, width: number): string {
  const rule = `── ${printable(record.stream)} `.padEnd(width, '─')
  return `${rule}\n${beside(readable(writeRaw(record.data)), sentText(mapped), width)}`
}

function sentText(mapped: Mapped): string {
  switch (mapped.status) {
    case 'send':
      return [
        ...mapped.events.map(readable),
        ...(mapped.trimmed.length > 0 ? [`shortened: ${mapped.trimmed.join(', ')}`] : []),
      ].join('\n')
    case 'skipped':
      return `skipped: ${mapped.reason}`
    case 'rejected':
      return `rejected: ${mapped.reason} (${mapped.message})`
  }
}
