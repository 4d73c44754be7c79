/** Asks and checks until there is a configuration that works. */
import type { Environment } from '../../cdk/connector.ts'
import { ConfigError, TransientError } from '../../cdk/errors.ts'
import { validate } from '../../cdk/validate.ts'
import { type Variables, withVariables } from '../environment-references.ts'
import { secretsOf } from '../secrets.ts'
import type { Terminal } from '../terminal.ts'
import { configOf, settingsFor, settingsWithoutEffect } from './answers.ts'
import type { End } from './end.ts'
import { interview } from './interview.ts'
import type { Keyboard } from './keyboard.ts'
import { type Answers, questionsToAsk } from './questions.ts'

export interface Settling {
  /** Of both roles. */
  readonly settings: Answers
  readonly scope: 'needed' | 'all'
  readonly isChecked: boolean
  /** Undefined if nobody is there to be asked. */
  readonly keyboard: Keyboard | undefined
  readonly variables: Variables
  readonly terminal: Pick<Terminal, 'err' | 'conceal'>
  readonly environment: Environment
}

/** A configuration as it is to be written: with references to environment variables, not with their values. */
export async function settle(end: End, options: Settling): Promise<object> {
  const given = settingsFor(end.spec, options.settings)
  let earlier: Answers = {}
  for (;;) {
    const answers = await answersFor(end, given, earlier, options)
    const config = configOf(end.spec, answers)
    const fault = await faultOf(end, config, options)
    const useless = settingsWithoutEffect(end.spec, given, answers)
    if (!fault && useless.length === 0) return config
    if (!fault) throw new ConfigError(`${useless.join(', ')}: no effect beside the other options. Leave it out.`)
    if (answers === given) throw fault
    await askForAnotherRound(fault, options)
    earlier = answers
  }
}

/** Asks only if something is missing, or if the person wants to see all there is. */
async function answersFor(end: End, given: Answers, earlier: Answers, options: Settling): Promise<Answers> {
  const { scope, keyboard, variables, terminal } = options
  const missing = questionsToAsk(end.spec, given, 'needed').filter(({ path, isRequired }) => isRequired && !given[path])
  if (missing.length === 0 && scope === 'needed') return given
  if (keyboard) {
    const round = { spec: end.spec, config: end.schema, scope, keyboard, variables, earlier, say: terminal.err }
    return interview(round, given)
  }
  const [first] = missing
  if (!first) return given
  throw new ConfigError(
    `The ${end.role} needs ${missing.map(({ path }) => path).join(', ')}. Give each with --set, such as --set ${first.path}=${first.choices.map(({ value }) => value).join('|') || '…'}, or run init on a terminal.`,
  )
}

/** What is wrong with a configuration, or does not work. Defects of ours are thrown. */
async function faultOf(end: End, config: object, options: Settling): Promise<Error | undefined> {
  const { variables, terminal, environment, isChecked } = options
  try {
    const value = validate(end.schema, withVariables(config, variables), `The configuration of the ${end.role}`)
    terminal.conceal(await secretsOf(end.role, value))
    if (!isChecked) return undefined
    terminal.err(`\nChecking the ${end.role} … `)
    const remark = await end.check(value, environment)
    terminal.err(`it works.\n${remark ? `${remark}\n` : ''}`)
    return undefined
  } catch (error) {
    if (error instanceof ConfigError || error instanceof TransientError) return error
    throw error
  }
}

async function askForAnotherRound({ message }: Error, { keyboard, terminal }: Settling): Promise<void> {
  terminal.err(`it does not.\n${message}\n`)
  const answer = await keyboard?.ask({ text: '\nAnswer again? [yes]: ', isSecret: false, isMultiline: false })
  if (answer === undefined || /^\s*n/i.test(answer)) throw new ConfigError('Nothing was written.')
  terminal.err('An empty answer keeps what you answered before; "-" takes it back.\n')
}
