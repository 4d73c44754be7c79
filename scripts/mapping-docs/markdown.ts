/** Pieces of Markdown. */

export const code = (text: string): string => `\`${text}\``

export const list = (texts: readonly string[]): string => texts.map(code).join(', ')

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
