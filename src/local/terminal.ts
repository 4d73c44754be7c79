/** What a command says, and to whom. */
export interface Terminal {
  /** Results: what a program may read on. */
  out(text: string): void
  /** Everything else: progress, warnings, errors. */
  err(text: string): void
  /** Where bars may be drawn; undefined if nobody watches. */
  readonly screen: NodeJS.WritableStream | undefined
  /** Characters in a line. */
  readonly columns: number
}

export const processTerminal: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  screen: process.stderr.isTTY ? process.stderr : undefined,
  columns: process.stdout.columns ?? 160,
}
