import { readFileSync } from 'node:fs'

interface Library {
  readonly name: string
  readonly version: string
}

const { name, version }: Library = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))

/** What sends the events, as the calls name it. */
export const LIBRARY: Library = { name, version }
