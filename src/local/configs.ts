/** The two configurations that `sync` and `preview` take. */
import { DestinationConfig, SourceConfig } from '../config.ts'
import { readConfigFile } from './config-file.ts'
import { secretsOf } from './secrets.ts'
import type { Terminal } from './terminal.ts'

export interface ConfigFiles {
  readonly sourceConfig: string
  readonly destinationConfig: string
}

/** From here on the terminal shows none of their secrets. */
export async function readConfigs(files: ConfigFiles, terminal: Terminal) {
  const source = await readConfigFile(files.sourceConfig, '--source-config', SourceConfig)
  terminal.conceal(await secretsOf('source', source))
  const destination = await readConfigFile(files.destinationConfig, '--destination-config', DestinationConfig)
  terminal.conceal(await secretsOf('destination', destination))
  return { source, destination }
}
