import type * as z from 'zod'
import { ConfigError } from './errors.ts'

type Issue = z.core.$ZodIssue

/**
 * `value` as the schema wants it. Throws a ConfigError with a sentence for each wrong field: where it is and what would be
 * right, but never what it holds.
 */
export function validate<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map((issue) => faultOf(issue, value))
  const sentences = faults.map(({ place, remedy }) => `${place || 'at its top'}: ${remedy}.`)
  throw new ConfigError(`${what} is wrong. ${[...new Set(sentences)].join(' ')}`)
}

export interface Fault {
  /** `streams[0].sync_mode`; empty for the value itself. */
  readonly place: string
  /** What would be right, without a full stop. */
  readonly remedy: string
}

/** What is wrong with a value, field by field. */
export const faultsOf = (schema: z.ZodType, value: unknown): readonly Fault[] =>
  schema.safeParse(value).error?.issues.map((issue) => faultOf(issue, value)) ?? []

const faultOf = (issue: Issue, value: unknown): Fault => ({
  place: placeOf(issue.path),
  remedy: remedyOf(issue, value),
})

function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '')
}

function remedyOf(issue: Issue, value: unknown): string {
  if (!isOfZod(issue.message)) return issue.message.replace(/\.$/, '')
  if (at(value, issue.path) === undefined) return requiredOf(issue)
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${NOUNS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}`
    case 'invalid_union':
      return remedyOfUnion(issue)
    case 'too_small':
    case 'too_big':
      return remedyOfSize(issue)
    case 'invalid_format':
      return issue.format === 'regex' ? `must match ${issue.pattern}` : `must be a valid ${issue.format}`
    case 'unrecognized_keys':
      return `must not have ${oneOf(issue.keys)}`
    default:
      return 'not valid'
  }
}

/** With the choices, if there are some. */
function requiredOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return `required: ${oneOf(issue.values)}`
  return issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)
    ? `required: ${oneOf(issue.options)}`
    : 'required'
}

/** Whether zod chose the words. Else the author of the schema did, and they know best. */
const isOfZod = (message: string): boolean => /^(Invalid |Too (small|big)|Unrecognized )/.test(message)

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => Object(inner)[key], value)

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

function remedyOfUnion(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  if ('options' in issue && Array.isArray(issue.options)) return `must be ${oneOf(issue.options)}`
  const remedies = issue.errors.flatMap(([first]) => (first ? [remedyOf(first, {})] : []))
  return [...new Set(remedies)].join(', or ') || 'not valid'
}

function remedyOfSize(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum
  if (issue.origin === 'string' && issue.code === 'too_small' && limit === 1) return 'must not be empty'
  const unit = UNITS[issue.origin] ?? ''
  const bound = issue.code === 'too_small' ? 'at least' : 'at most'
  return `must ${unit ? 'have' : 'be'} ${issue.inclusive === false ? `${bound}, and not exactly,` : bound} ${limit}${unit}`
}

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' items' }

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value) ?? String(value))
  const last = texts.pop()
  return texts.length > 0 ? `${texts.join(', ')} or ${last}` : `${last}`
}
