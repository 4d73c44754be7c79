/** Reads the files that a person names on the command line. */
import { ConfigError } from '../cdk/errors.ts'
import { parseJson, readTextFile } from '../cdk/json-file.ts'
import { ConfiguredAirbyteCatalog } from '../cdk/protocol.ts'
import { validate } from '../cdk/validate.ts'

export interface ConfigFile {
  /** The file and the option that named it, for sentences about it. */
  readonly what: string
  readonly value: unknown
}

/** What a JSON file holds; a YAML file, if its name ends so. */
export async function readConfigFile(path: string, option: string): Promise<ConfigFile> {
  const text = await readTextFile(path, option)
  const what = `The file ${JSON.stringify(path)} (${option})`
  return { what, value: /\.ya?ml$/.test(path) ? await parseYaml(text, what) : parseJson(text, what) }
}

export async function readCatalogFile(path: string): Promise<ConfiguredAirbyteCatalog> {
  const { what, value } = await readConfigFile(path, '--catalog')
  return validate(ConfiguredAirbyteCatalog, value, what)
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
