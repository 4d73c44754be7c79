import { readFileSync } from 'node:fs'
import { packageFile } from '../../files.ts'

interface Library {
  readonly name: string
  readonly version: string
}

const { name, version }: Library = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))

/** What sends the events, as the calls name it. */
export const LIBRARY: Library = { name, version }
