import { Command, CommanderError } from 'commander'
import { ConfigError } from './errors.ts'
import { didYouMean } from './nearest.ts'

/** What the platform asks a connector to do. */
export type Invocation =
  | { readonly command: 'help'; readonly text: string }
  | { readonly command: 'spec'; readonly debug: boolean }
  | { readonly command: 'check' | 'discover'; readonly debug: boolean; readonly config: string }
  | {
      readonly command: 'read'
      readonly debug: boolean
      readonly config: string
      readonly catalog: string
      readonly state: string | undefined
    }
  | { readonly command: 'write'; readonly debug: boolean; readonly config: string; readonly catalog: string }

export type CommandName = Exclude<Invocation['command'], 'help'>

/** The commands of each role, as the protocol names them. */
export const COMMANDS = {
  source: ['spec', 'check', 'discover', 'read'],
  destination: ['spec', 'check', 'discover', 'write'],
} as const satisfies Record<string, readonly CommandName[]>

export interface Program {
  /** What a person types to start the connector. */
  readonly name: string
  readonly commands: readonly CommandName[]
}

/** Reads the words after the program's name. Throws a ConfigError that says what to write instead. */
export function parseArguments(argv: readonly string[], program: Program): Invocation {
  const [word, ...words] = argv
  if (word === undefined) throw new ConfigError(`No command was given. ${hint(program)}`)
  if (['help', '--help', '-h'].includes(word)) return { command: 'help', text: helpOf(program) }
  const name = program.commands.find((command) => command === word)
  if (!name) throw new ConfigError(`${strange(word, program)} ${hint(program)}`)
  return parseOptions(name, words, program)
}

function strange(word: string, { commands }: Program): string {
  if (word.startsWith('-')) return 'The command comes before its options.'
  return `There is no command ${JSON.stringify(word)}.${didYouMean(word, commands)}`
}

const hint = ({ name, commands }: Program): string => `The commands are ${commands.join(', ')}. Try: ${name} --help`

function parseOptions(name: CommandName, words: readonly string[], program: Program): Invocation {
  const command = commandOf(name, program)
  try {
    command.parse([...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { command: 'help', text: helpOfCommand(name, program) }
    throw new ConfigError(`${sentenceOf(error)} For example: ${exampleOf(name, program)}`)
  }
  return invocationOf(name, command.opts<Given>(), program)
}

const SUMMARIES: Readonly<Record<CommandName, string>> = {
  spec: 'print what can be configured',
  check: 'try out a configuration',
  discover: 'print the catalog: what can be read, or written to',
  read: 'print the records of the streams in a catalog',
  write: 'deliver the records that come in on stdin',
}

const OPTIONS = {
  config: ['--config <file>', 'the configuration, a JSON file'],
  catalog: ['--catalog <file>', 'the configured catalog, a JSON file'],
  state: ['--state <file>', 'where to go on from: the states that an earlier run printed'],
} as const
type Option = keyof typeof OPTIONS

const REQUIRED: Readonly<Record<CommandName, readonly Option[]>> = {
  spec: [],
  check: ['config'],
  discover: ['config'],
  read: ['config', 'catalog'],
  write: ['config', 'catalog'],
}
const OPTIONAL: Readonly<Partial<Record<CommandName, readonly Option[]>>> = { read: ['state'] }

type Given = Readonly<Partial<Record<Option, string>> & { debug?: boolean }>

function commandOf(name: CommandName, program: Program): Command {
  const command = new Command(`${program.name} ${name}`).description(`${SUMMARIES[name]}.`)
  for (const option of [...REQUIRED[name], ...(OPTIONAL[name] ?? [])]) {
    const [flags, description] = OPTIONS[option]
    command.option(flags, description)
  }
  command.option('--debug', 'print messages of level DEBUG, too')
  command.addHelpText('after', `\nExample:\n  ${exampleOf(name, program)}`)
  // Commander would print, and end the process.
  return command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} })
}

const exampleOf = (name: CommandName, program: Program): string =>
  [program.name, name, ...REQUIRED[name].map((option) => `--${option} ${option}.json`)].join(' ') +
  (name === 'write' ? ' < messages.jsonl' : '')

function invocationOf(command: CommandName, given: Given, program: Program): Invocation {
  const missing = REQUIRED[command].find((option) => given[option] === undefined)
  if (missing) throw new ConfigError(`${command} needs --${missing}. For example: ${exampleOf(command, program)}`)
  const { config = '', catalog = '', state, debug = false } = given
  switch (command) {
    case 'spec':
      return { command, debug }
    case 'check':
    case 'discover':
      return { command, debug, config }
    case 'read':
      return { command, debug, config, catalog, state }
    case 'write':
      return { command, debug, config, catalog }
  }
}

/** What was wrong, without any value: it may be a secret. */
function sentenceOf({ message }: CommanderError): string {
  const [fault = '', suggestion = ''] = message
    .replace(/^error: /, '')
    .replace(/=.*'/s, "'")
    .split('\n')
  return `${fault.charAt(0).toUpperCase()}${fault.slice(1).replace(/\.$/, '')}. ${suggestion.replace(/[()]/g, '')}`.trim()
}

function helpOf(program: Program): string {
  const { name, commands } = program
  const list = commands.map((command) => `  ${command.padEnd(10)}${SUMMARIES[command]}`)
  const examples = commands.map((command) => `  ${exampleOf(command, program)}`)
  const rows = [`Usage: ${name} <command> [options]`, '', 'Commands:', ...list, '', 'Examples:', ...examples, '']
  return [...rows, `Options of a command: ${name} <command> --help`, ''].join('\n')
}

function helpOfCommand(name: CommandName, program: Program): string {
  let text = ''
  const command = commandOf(name, program)
  command.configureOutput({
    writeOut: (part) => {
      text += part
    },
  })
  command.outputHelp()
  return text
}
