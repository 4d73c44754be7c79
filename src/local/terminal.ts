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
  /** From now on these texts are kept out of all others. */
  conceal(secrets: readonly string[]): void
  /** A text without what is to be concealed, for what goes to the screen directly. */
  clean(text: string): string
}
