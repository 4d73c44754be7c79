/** `init` on the command line. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Environment } from '../../cdk/connector.ts'
import { ConfigError } from '../../cdk/errors.ts'
import type { ConfigFiles } from '../configs.ts'
import type { Variables } from '../environment-references.ts'
import { programName } from '../program-name.ts'
import { writeAtomically } from '../sync/atomic-file.ts'
import type { Terminal } from '../terminal.ts'
import { settingsOf } from './answers.ts'
import { destinationEnd, sourceEnd } from './end.ts'
import { type Keyboard, openKeyboard } from './keyboard.ts'
import { settle } from './settle.ts'

export interface InitArguments extends ConfigFiles {
  readonly set?: readonly string[]
  readonly all?: true
  readonly force?: true
  /** False for `--no-check`. */
  readonly check: boolean
}

/** What `init` needs besides what every command has. */
export interface Person {
  /** Undefined if nobody is there to be asked. */
  readonly keyboard: Keyboard | undefined
  readonly variables: Variables
}

/** Nothing is written before both configurations work. */
export async function runInit(
  options: InitArguments,
  terminal: Terminal,
  environment: Environment,
  openPerson = whoeverIsHere,
): Promise<void> {
  refuseToOverwrite(options)
  const [source, destination] = [await sourceEnd(), await destinationEnd()]
  const settings = settingsOf(options.set ?? [], [source.spec, destination.spec])
  const scope = options.all ? 'all' : 'needed'
  const person = openPerson(terminal, environment)
  try {
    const settling = { settings, scope, isChecked: options.check, terminal, environment, ...person } as const
    const configs = [await settle(source, settling), await settle(destination, settling)] as const
    await write(options.sourceConfig, configs[0])
    await write(options.destinationConfig, configs[1])
  } finally {
    person.keyboard?.close()
  }
  terminal.out(nextSteps(options))
}

function whoeverIsHere({ screen }: Terminal, { signal }: Environment): Person {
  const keyboard = process.stdin.isTTY && screen ? openKeyboard(process.stdin, screen, signal) : undefined
  return { keyboard, variables: process.env }
}

function refuseToOverwrite({ sourceConfig, destinationConfig, force }: InitArguments): void {
  if (resolve(sourceConfig) === resolve(destinationConfig))
    throw new ConfigError('--source-config and --destination-config name the same file. Name two.')
  for (const path of [sourceConfig, destinationConfig])
    if (!force && existsSync(path))
      throw new ConfigError(`${path} exists. Name another file, or replace it with --force.`)
}

/** Nobody else may read it: it may hold secrets. */
const write = async (path: string, config: object): Promise<void> =>
  writeAtomically(path, await textOf(path, config), 0o600)

async function textOf(path: string, config: object): Promise<string> {
  if (/\.ya?ml$/.test(path)) return (await import('yaml')).stringify(config)
  return `${JSON.stringify(config, null, 2)}\n`
}

function nextSteps({ sourceConfig, destinationConfig }: InitArguments): string {
  const program = programName()
  const files = `--source-config ${sourceConfig} --destination-config ${destinationConfig}`
  return `
${sourceConfig} and ${destinationConfig} are written, for your eyes only.
What the export holds:    ${program} inspect --source-config ${sourceConfig}
What would be sent of it: ${program} preview ${files}
Send it:                  ${program} sync ${files} --state state.json
`
}
