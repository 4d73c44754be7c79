/** The ways to break a program in one place, by its text alone. */
export interface Mutant {
  readonly source: string
  /** From 1. */
  readonly line: number
  readonly before: string
  readonly after: string
}

type Rule = readonly [pattern: RegExp, replace: (found: string) => string]

const to = (after: string) => () => after

const RULES: readonly Rule[] = [
  [/===/g, to('!==')],
  [/!==/g, to('===')],
  [/(?<= )<(?= )/g, to('<=')],
  [/(?<= )<=(?= )/g, to('<')],
  [/(?<= )>(?= )/g, to('>=')],
  [/(?<= )>=(?= )/g, to('>')],
  [/(?<= )\+(?= )/g, to('-')],
  [/(?<= )-(?= )/g, to('+')],
  [/(?<= )&&(?= )/g, to('||')],
  [/(?<= )\|\|(?= )/g, to('&&')],
  [/\+=/g, to('-=')],
  [/-=/g, to('+=')],
  [/(?<=[( ])!(?=[\w(])/g, to('')],
  [/\btrue\b/g, to('false')],
  [/\bfalse\b/g, to('true')],
  [/(?<![\w.])(?:0x[\da-f]+|\d+)(?![\w.])/g, (number) => String(Number(number) + 1)],
  // A statement of one line: an assignment, a call, a count, or the way out of a loop.
  [/^ +(?:[\w.]+ [-+|&]?= [^{]*|[\w.]+(?:<\w+>)?\([^{]*\)|\w+(?:\+\+|--)|break|continue)$/gm, to('')],
]

/** In the order of the text. Comments stay as they are. */
export function mutantsOf(source: string): readonly Mutant[] {
  const code = withoutComments(source)
  return RULES.flatMap(([pattern, replace]) =>
    [...code.matchAll(pattern)].map(({ index, 0: found }) => ({ index, found, put: replace(found) })),
  )
    .sort((a, b) => a.index - b.index)
    .map(({ index, found, put }) => mutantAt(source, index, found, put))
}

function mutantAt(source: string, index: number, found: string, put: string): Mutant {
  const mutated = source.slice(0, index) + put + source.slice(index + found.length)
  const line = source.slice(0, index).split('\n').length
  const lineOf = (text: string) => (text.split('\n')[line - 1] ?? '').trim()
  return { source: mutated, line, before: lineOf(source), after: lineOf(mutated) }
}

/** Of the same length, so that places stay what they are. */
const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => comment.replace(/[^\n]/g, ' '))
