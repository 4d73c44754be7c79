/** What there is to ask about a configuration: read from its spec, so that a new option is asked for by itself. */
import { didYouMean } from '../../cdk/nearest.ts'

/** A JSON Schema, as far as a spec needs one. */
export interface Schema {
  readonly title?: string
  readonly description?: string
  readonly type?: string
  readonly const?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly order?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly airbyte_secret?: boolean
  readonly airbyte_hidden?: boolean
  readonly multiline?: boolean
  readonly pattern_descriptor?: string
}

/** Texts by the path of their option. An empty text leaves the option out. */
export type Answers = Readonly<Record<string, string>>

/** One option. */
export interface Question {
  /** `storage.bucket` */
  readonly path: string
  readonly schema: Schema
  readonly isRequired: boolean
  /** Of what can be chosen; empty if anything may be written. */
  readonly choices: readonly Choice[]
}

export interface Choice {
  readonly value: string
  readonly title: string
}

/** Every option that there is, given what has been chosen so far: the variants that are not chosen have none. */
export const questionsOf = (schema: Schema, answers: Answers): readonly Question[] =>
  membersOf(schema).flatMap(([name, member]) => questionsOfMember(schema, name, member, name, answers))

/**
 * What a person is asked: what lies in a required member, and plain texts; all but lists of objects and options for
 * tests if they wish.
 */
export function questionsToAsk(schema: Schema, answers: Answers, scope: 'needed' | 'all'): readonly Question[] {
  const isWanted = ({ path, schema: { airbyte_hidden, items } }: Question) =>
    !airbyte_hidden && !items?.properties && (scope === 'all' || isNeeded(schema, path.split('.')[0] ?? ''))
  return questionsOf(schema, answers).filter(isWanted)
}

function isNeeded({ required = [], properties = {} }: Schema, name: string): boolean {
  const member = properties[name]
  return required.includes(name) || (member?.type === 'string' && member.default === undefined)
}

/** Whether an option exists in any variant, and if not, which one may have been meant. */
export function unknownOption(schemas: readonly Schema[], path: string): string | undefined {
  const paths = schemas.flatMap((schema) => pathsOf(schema, ''))
  return paths.includes(path) ? undefined : `There is no option ${JSON.stringify(path)}.${didYouMean(path, paths)}`
}

const pathsOf = (schema: Schema, prefix: string): readonly string[] => [
  ...membersOf(schema).flatMap(([name, member]) => {
    const inner = pathsOf(member, `${prefix}${name}.`)
    return inner.length > 0 ? inner : [`${prefix}${name}`]
  }),
  ...(schema.oneOf ?? []).flatMap((variant) => pathsOf(variant, prefix)),
]

function questionsOfMember(
  owner: Schema,
  name: string,
  schema: Schema,
  path: string,
  answers: Answers,
): readonly Question[] {
  if (schema.oneOf) return questionsOfVariants(owner, name, schema, path, answers)
  const inner = membersOf(schema).flatMap(([inner, member]) =>
    questionsOfMember(schema, inner, member, `${path}.${inner}`, answers),
  )
  if (inner.length > 0) return inner
  return [{ path, schema, isRequired: isRequired(owner, name), choices: choicesOf(schema) }]
}

/** The variant is chosen by the one member that is a constant in each of them. */
function questionsOfVariants(
  owner: Schema,
  name: string,
  schema: Schema,
  path: string,
  answers: Answers,
): readonly Question[] {
  const variants = (schema.oneOf ?? []).map((variant) => ({ variant, constant: constantOf(variant) }))
  const choicePath = `${path}.${variants[0]?.constant.name}`
  const choices = variants.map(({ variant, constant: { value } }) => ({ value, title: variant.title ?? value }))
  const choice = { path: choicePath, schema, isRequired: isRequired(owner, name), choices }
  const chosen = variants.find(({ constant }) => constant.value === answers[choicePath])
  if (!chosen) return [choice]
  const members = membersOf(chosen.variant).filter(([name]) => name !== chosen.constant.name)
  return [
    choice,
    ...members.flatMap(([inner, member]) =>
      questionsOfMember(chosen.variant, inner, member, `${path}.${inner}`, answers),
    ),
  ]
}

function constantOf(variant: Schema): { readonly name: string; readonly value: string } {
  for (const [name, { const: value }] of membersOf(variant)) if (value !== undefined) return { name, value }
  throw new Error(`The variant ${variant.title} of the spec has no constant.`)
}

const isRequired = ({ required = [] }: Schema, name: string): boolean => required.includes(name)

const choicesOf = ({ type, enum: values }: Schema): readonly Choice[] =>
  (type === 'boolean' ? ['true', 'false'] : (values ?? [])).map((value) => ({ value, title: value }))

/** In the order of the form. */
const membersOf = ({ properties = {} }: Schema): readonly (readonly [string, Schema])[] =>
  Object.entries(properties).sort(([, a], [, b]) => (a.order ?? 0) - (b.order ?? 0))
