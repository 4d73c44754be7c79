/** The configurations that `sync`, `preview` and `inspect` take. */
import type * as z from 'zod'
import { unknownKeys } from '../cdk/unknown-keys.ts'
import { validate } from '../cdk/validate.ts'
import { DestinationConfig, SourceConfig } from '../config.ts'
import { readConfigFile } from './config-file.ts'
import { withVariables } from './environment-references.ts'
import { connectionSpecificationOf, type Role, secretsOf } from './secrets.ts'
import type { Terminal } from './terminal.ts'

export interface ConfigFiles {
  readonly sourceConfig: string
  readonly destinationConfig: string
}

export async function readConfigs(files: ConfigFiles, terminal: Terminal) {
  const source = await readSourceConfig(files.sourceConfig, terminal)
  const destination = await readConfig('destination', files.destinationConfig, DestinationConfig, terminal)
  return { source, destination }
}

export const readSourceConfig = (path: string, terminal: Terminal): Promise<SourceConfig> =>
  readConfig('source', path, SourceConfig, terminal)

/** `${NAME}` stands for an environment variable. From here on the terminal shows none of the secrets. */
async function readConfig<T>(role: Role, path: string, schema: z.ZodType<T>, terminal: Terminal): Promise<T> {
  const { what, value } = await readConfigFile(path, `--${role}-config`)
  const config = withVariables(value, process.env)
  terminal.conceal(await secretsOf(role, config))
  for (const warning of unknownKeys(await connectionSpecificationOf(role), config)) terminal.err(`WARN: ${warning}\n`)
  return validate(schema, config, what)
}
