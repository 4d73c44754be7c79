/** From answers to a configuration. */
import { ConfigError } from '../../cdk/errors.ts'
import { type Answers, type Question, questionsOf, type Schema, unknownOption } from './questions.ts'

/** The options of `--set storage.bucket=my-export`. Later ones replace earlier ones. */
export function settingsOf(settings: readonly string[], schemas: readonly Schema[]): Answers {
  return Object.fromEntries(
    settings.map((setting) => {
      const [path, ...value] = setting.split('=')
      // What was given may be a secret: it is not repeated.
      if (path === undefined || value.length === 0)
        throw new ConfigError('A --set lacks its "=". Write --set option=value, such as --set storage.provider=s3.')
      const fault = unknownOption(schemas, path)
      if (fault) throw new ConfigError(`${fault} The options are in docs/source.md and docs/destination.md.`)
      return [path, value.join('=')]
    }),
  )
}

/** The answers that count: those to options of the chosen variants, and no empty ones. */
export function configOf(schema: Schema, answers: Answers): Readonly<Record<string, unknown>> {
  const config: Record<string, unknown> = {}
  for (const question of questionsOf(schema, answers)) {
    const text = answers[question.path]?.trim() ?? ''
    if (text !== '') put(config, question.path.split('.'), typed(question.schema, text))
  }
  return config
}

/** The settings that are this role's. */
export const settingsFor = (schema: Schema, settings: Answers): Answers =>
  Object.fromEntries(Object.entries(settings).filter(([path]) => unknownOption([schema], path) === undefined))

/** The options that were set for another variant than the chosen one. */
export function settingsWithoutEffect(schema: Schema, settings: Answers, answers: Answers): readonly string[] {
  const known = new Set(questionsOf(schema, answers).map(({ path }) => path))
  return Object.keys(settings).filter((path) => !known.has(path))
}

/** What a person means who answers with the number of a choice. */
export const chosen = ({ choices }: Question, text: string): string => choices[Number(text) - 1]?.value ?? text

/** Text that is not of the type stays text: the configuration's schema says what would be right. */
function typed({ type, oneOf }: Schema, text: string): unknown {
  if (oneOf || type === 'string') return text
  if (type === 'array' && !text.startsWith('[')) return text.split(',').map((item) => item.trim())
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function put(config: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    config[name] = value
    return
  }
  const inner = (config[name] ?? {}) as Record<string, unknown>
  config[name] = inner
  put(inner, rest, value)
}
