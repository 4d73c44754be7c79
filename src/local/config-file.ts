/** Reads the files that a person names on the command line. */
import type { z } from 'zod'
import { ConfigError } from '../cdk/errors.ts'
import { parseJson, readTextFile } from '../cdk/json-file.ts'
import { validate } from '../cdk/validate.ts'
import { withVariables } from './environment-references.ts'

/**
 * What a schema makes of a JSON file; of a YAML file, if its name ends so. `${NAME}` in a text of it stands for an
 * environment variable.
 */
export async function readConfigFile<T>(path: string, option: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readTextFile(path, option)
  const what = `The file ${JSON.stringify(path)} (${option})`
  const value = /\.ya?ml$/.test(path) ? await parseYaml(text, what) : parseJson(text, what)
  return validate(schema, withVariables(value, process.env), what)
}

async function parseYaml(text: string, what: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(text)
  } catch {
    // The parser's own message quotes the file, and with it its secrets.
    throw new ConfigError(`${what} is not YAML. Check its indentation, colons and quotes.`)
  }
}
