import type { Facts, Finding } from './report.ts'

/** Looks for one kind of thing that a person should know. */
export type Find = (facts: Facts) => Finding | false

const EXAMPLES = 5

export const warning = (code: string, message: string, examples: readonly string[] = []): Finding => ({
  level: 'warning',
  code,
  message,
  examples: examples.slice(0, EXAMPLES),
})

export const note = (...finding: Parameters<typeof warning>): Finding => ({ ...warning(...finding), level: 'note' })
