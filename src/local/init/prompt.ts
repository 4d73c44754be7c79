/** Questions as people read them. */
import type { Prompt } from './keyboard.ts'
import type { Question, Schema } from './questions.ts'

/** What an option is about, with its choices: the lines above a prompt. */
export function explanationOf({ schema, choices }: Question): string {
  const width = Math.max(0, ...choices.map(({ value }) => value.length))
  return [
    `\n${schema.title}. ${schema.description}${formOf(schema)}`,
    ...choices.map(({ value, title }, i) => `  ${i + 1}  ${title === value ? value : value.padEnd(width + 2) + title}`),
    '',
  ].join('\n')
}

function formOf({ pattern_descriptor, examples: [example] = [] }: Schema): string {
  if (pattern_descriptor !== undefined) return ` (${pattern_descriptor})`
  return example === undefined
    ? ''
    : ` (for example ${typeof example === 'string' ? example : JSON.stringify(example)})`
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
