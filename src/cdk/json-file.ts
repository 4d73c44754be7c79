import { readFile } from 'node:fs/promises'
import { ConfigError } from './errors.ts'

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
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${what} is not JSON${placeOf(error, text)}. Check its quotes, commas and brackets.`)
  }
}

function reasonOf(error: unknown): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
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

/** The line of the fault, where the engine says at which character it is. */
function placeOf(error: unknown, text: string): string {
  const [, position] =
    /at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(error instanceof Error ? error.message : '') ?? []
  return position === undefined ? '' : `, at line ${text.slice(0, Number(position)).split('\n').length}`
}
