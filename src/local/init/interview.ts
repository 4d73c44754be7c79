/** Asks for the options of one role, one after the other. */
import type * as z from 'zod'
import { faultsOf } from '../../cdk/validate.ts'
import { type Variables, withVariables } from '../environment-references.ts'
import { chosen, configOf } from './answers.ts'
import type { Keyboard } from './keyboard.ts'
import { explanationOf, promptOf } from './prompt.ts'
import { type Answers, type Question, questionsToAsk, type Schema } from './questions.ts'

export interface Interview {
  readonly spec: Schema
  /** What a configuration must be. */
  readonly config: z.ZodType
  readonly scope: 'needed' | 'all'
  readonly keyboard: Keyboard
  readonly say: (text: string) => void
  readonly variables: Variables
  /** Answers of an earlier round: an empty answer keeps them, and "-" takes them back. */
  readonly earlier: Answers
}

/** `given` and an answer to every other question. Each answer is right by itself; whether it works, a check must tell. */
export async function interview(options: Interview, given: Answers): Promise<Answers> {
  let answers = given
  for (;;) {
    const question = nextQuestion(options, answers)
    if (!question) return answers
    options.say(explanationOf(question))
    answers = { ...answers, [question.path]: await answerTo(question, answers, options) }
  }
}

/** It depends on the answers: the options of a provider are asked for once it is chosen. */
const nextQuestion = ({ spec, scope }: Interview, answers: Answers): Question | undefined =>
  questionsToAsk(spec, answers, scope).find(({ path }) => answers[path] === undefined)

async function answerTo(question: Question, answers: Answers, options: Interview): Promise<string> {
  const earlier = options.earlier[question.path]
  for (;;) {
    const text = (await options.keyboard.ask(promptOf(question, earlier))).trim()
    const answer = text === '' ? (earlier ?? '') : text === '-' ? '' : chosen(question, text)
    const fault = faultOf(question, { ...answers, [question.path]: answer }, options)
    if (fault === undefined) return answer
    options.say(`${fault}\n`)
  }
}

/** What is wrong with the answer to this question; of what was not yet asked nothing is said. */
function faultOf({ path }: Question, answers: Answers, { spec, config, variables }: Interview): string | undefined {
  try {
    const value = withVariables(configOf(spec, answers), variables)
    const fault = faultsOf(config, value).find(({ place }) => `${path}.`.startsWith(`${place}.`))
    return fault && `${path}: ${fault.remedy}.`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
