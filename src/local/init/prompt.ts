/** Questions as people read them. */
import type { Prompt } from './keyboard.ts'
import type { Question } from './questions.ts'

/** What an option is about, with its choices: the lines above a prompt. */
export function explanationOf({
  schema: { title, description, examples, pattern_descriptor },
  choices,
}: Question): string {
  const form = pattern_descriptor ?? (examples?.length ? JSON.stringify(examples[0]).replace(/^"|"$/g, '') : undefined)
  return [
    `\n${title}. ${description}${form === undefined ? '' : ` (${form})`}`,
    ...choices.map(({ value, title }, i) => `  ${i + 1}  ${value}${title === value ? '' : `  ${title}`}`),
    '',
  ].join('\n')
}

/** `destination.region [us]: `. A secret that was given before is not shown. */
export function promptOf({ path, schema, isRequired }: Question, earlier: string | undefined): Prompt {
  const isSecret = schema.airbyte_secret === true
  const hints = [...(isSecret ? ['hidden'] : []), ...(isRequired || schema.default !== undefined ? [] : ['optional'])]
  const byDefault = schema.default === undefined ? '' : ` [${schema.default}]`
  const given = earlier ? ` [${isSecret ? 'as before' : earlier}]` : byDefault
  const hint = hints.length > 0 ? ` (${hints.join(', ')})` : ''
  return { text: `${path}${hint}${given}: `, isSecret, isMultiline: schema.multiline === true }
}
