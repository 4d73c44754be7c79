import { readFile } from 'node:fs/promises'
import { ConfigError } from './errors.ts'
import { MAX_DEPTH, Scanner } from './json.ts'

/** The JSON of the file that an option names. What is wrong with it is said without a word of what it holds. */
export const readJsonFile = async (path: string, option: string): Promise<unknown> =>
  parseJson(await readTextFile(path, option), `The file ${JSON.stringify(path)} (${option})`)

export async function readTextFile(path: string, option: string): Promise<string> {
  if (/^\s*[{[]/.test(path)) throw new ConfigError(`${option} wants the name of a file, and was given JSON.`)
  try {
    const text = await readFile(path, 'utf8')
    return text.replace(/^\uFEFF/, '')
  } catch (error) {
    throw new ConfigError(`The file ${JSON.stringify(path)} (${option}) ${reasonOf(error)}`, { cause: error })
  }
}

/** JSON.parse's own message quotes the text around the fault, which may be a secret: it goes no further. */
export function parseJson(text: string, what: string): unknown {
  const value = parsed(text, what)
  if (isDeeperThan(MAX_DEPTH, value))
    throw new ConfigError(`${what} is nested more than ${MAX_DEPTH} deep. Check its brackets.`)
  return value
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigError(`${what} is not JSON: see line ${lineOfFault(text)}. Check its quotes, commas and brackets.`)
  }
}

/** Walks level by level: whoever walks by calling itself has a stack to fill. */
function isDeeperThan(max: number, value: unknown): boolean {
  let level: readonly unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > max) return true
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  }
  return false
}

function reasonOf(error: unknown): string {
  switch (Object(error).code) {
    case 'ENOENT':
      return 'does not exist. Check its path.'
    case 'EISDIR':
      return 'is a folder. Name a file.'
    case 'EACCES':
    case 'EPERM':
      return 'may not be read. Check its permissions.'
    default:
      return 'could not be read.'
  }
}

/** The line in which the text ceases to be JSON. */
function lineOfFault(text: string): number {
  // The scanner reads one line: a tab is blank between values, and not allowed within them, as a line feed is.
  const bytes = Buffer.from(text.replaceAll('\n', '\t'))
  const scanner = new Scanner(bytes)
  scanner.skipWhitespace()
  scanner.skipValue()
  scanner.skipWhitespace()
  const before = Buffer.from(text).subarray(0, scanner.at).toString()
  return before.trimEnd().split('\n').length
}
