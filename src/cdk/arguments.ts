import { parseArgs } from 'node:util'
import { ConfigError } from './errors.ts'
import { didYouMean, nearest } from './nearest.ts'

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
  const { tokens } = parseArgs({ args: [...words], options: { ...FILES, ...SWITCHES }, strict: false, tokens: true })
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help'))
    return { command: 'help', text: helpOfCommand(name, program) }
  const [fault] = tokens.flatMap((token) => faultsOf(token, optionsOf(name)))
  if (fault) throw new ConfigError(`${fault} For example: ${exampleOf(name, program)}`)
  return invocationOf(name, givenBy(tokens), program)
}

const SUMMARIES: Readonly<Record<CommandName, string>> = {
  spec: 'print what can be configured',
  check: 'try out a configuration',
  discover: 'print the catalog: what can be read, or written to',
  read: 'print the records of the streams in a catalog',
  write: 'deliver the records that come in on stdin',
}

const FILES = {
  config: { type: 'string', summary: 'the configuration, a JSON file' },
  catalog: { type: 'string', summary: 'the configured catalog, a JSON file' },
  state: { type: 'string', summary: 'where to go on from: the states that an earlier run printed' },
} as const
type FileOption = keyof typeof FILES

const SWITCHES = { debug: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

const REQUIRED: Readonly<Record<CommandName, readonly FileOption[]>> = {
  spec: [],
  check: ['config'],
  discover: ['config'],
  read: ['config', 'catalog'],
  write: ['config', 'catalog'],
}
const OPTIONAL: Readonly<Partial<Record<CommandName, readonly FileOption[]>>> = { read: ['state'] }

const filesOf = (name: CommandName): readonly FileOption[] => [...REQUIRED[name], ...(OPTIONAL[name] ?? [])]
const optionsOf = (name: CommandName): readonly string[] => [...filesOf(name), 'debug']

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]

/** What is wrong with one word, without the value of an option: it may be a secret. */
function faultsOf(token: Token, options: readonly string[]): readonly string[] {
  if (token.kind === 'positional') return ['Too many arguments: after the command come options only.']
  if (token.kind === 'option-terminator') return []
  const { name, rawName, value, inlineValue } = token
  if (!options.includes(name)) return [`Unknown option '${rawName}'.${suggestion(name, options)}`]
  if (!Object.hasOwn(FILES, name)) return inlineValue ? [`Option '${rawName}' takes no value.`] : []
  const isMissing = !value || (!inlineValue && /^-./.test(value))
  return isMissing ? [`Option '${rawName} <file>' is missing its file.`] : []
}

function suggestion(name: string, options: readonly string[]): string {
  const meant = nearest(name, options)
  return meant === undefined ? '' : ` Did you mean --${meant}?`
}

type Given = Readonly<Partial<Record<FileOption, string>> & { debug?: boolean }>

/** Of an option that is given twice, the last counts. */
const givenBy = (tokens: readonly Token[]): Given =>
  Object.fromEntries(tokens.flatMap((token) => (token.kind === 'option' ? [[token.name, token.value ?? true]] : [])))

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

function helpOf(program: Program): string {
  const { name, commands } = program
  const list = commands.map((command) => `  ${command.padEnd(10)}${SUMMARIES[command]}`)
  const examples = commands.map((command) => `  ${exampleOf(command, program)}`)
  const rows = [`Usage: ${name} <command> [options]`, '', 'Commands:', ...list, '', 'Examples:', ...examples, '']
  return [...rows, `Options of a command: ${name} <command> --help`, ''].join('\n')
}

function helpOfCommand(name: CommandName, program: Program): string {
  const options = [
    ...filesOf(name).map((option) => [`--${option} <file>`, FILES[option].summary] as const),
    ['--debug', 'print messages of level DEBUG, too'],
    ['-h, --help', 'print this help'],
  ] as const
  const list = options.map(([flags, summary]) => `  ${flags.padEnd(18)}${summary}`)
  const rows = [`Usage: ${program.name} ${name} [options]`, '', `${SUMMARIES[name]}.`, '', 'Options:', ...list, '']
  return [...rows, 'Example:', `  ${exampleOf(name, program)}`, ''].join('\n')
}
