/** `${NAME}` in a configuration stands for an environment variable, so that files need not hold secrets. */
import { ConfigError } from '../cdk/errors.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** The configuration with the variables' values in the place of `${NAME}`. `$${` stands for `${` itself. */
export function withVariables(value: unknown, variables: Variables, path = ''): unknown {
  if (typeof value === 'string') return textWith(value, variables, path)
  if (Array.isArray(value)) return value.map((item, i) => withVariables(item, variables, `${path}[${i}]`))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      withVariables(item, variables, path ? `${path}.${name}` : name),
    ]),
  )
}

const textWith = (text: string, variables: Variables, path: string): string =>
  text.replaceAll(REFERENCE, (match, name: string | undefined) =>
    name === undefined ? match.slice(1) : variable(name, variables, path),
  )

/** A name as shells allow it; or the sign that escapes. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

function variable(name: string, variables: Variables, path: string): string {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (value !== undefined && value !== '') return value
  throw new ConfigError(
    `The environment variable ${name}, which ${path} refers to, is not set. Set it, or write $\${${name}} if the characters are meant.`,
  )
}
