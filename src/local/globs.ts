/** Which streams a person means: `users.messages.email.*,!*.Delivery`. */

/**
 * A test for names from comma-separated globs. `*` stands for any characters; a glob behind `!` excludes. With nothing
 * but exclusions, or nothing at all, everything else is meant.
 */
export function globFilter(globs: string | undefined): (name: string) => boolean {
  const parts = (globs ?? '').split(',').flatMap((glob) => glob.trim() || [])
  const wanted = parts.filter((glob) => !glob.startsWith('!')).map(patternOf)
  const excluded = parts.filter((glob) => glob.startsWith('!')).map((glob) => patternOf(glob.slice(1)))
  const fits = (patterns: readonly RegExp[], name: string) => patterns.some((pattern) => pattern.test(name))
  return (name) => (wanted.length === 0 || fits(wanted, name)) && !fits(excluded, name)
}

const patternOf = (glob: string): RegExp => new RegExp(`^${glob.split('*').map(escaped).join('.*')}$`, 'i')

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
