/** Samples and facts that lie beside the project, not in it. Tests that need them are skipped where they are absent. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, test } from '@jest/globals'

const FOLDER = fileURLToPath(new URL('../../../shared/', import.meta.url))

/** `tests` are not even described without the facts that they are made of. */
export function describeWithShared(name: string, tests: () => void): void {
  if (existsSync(FOLDER)) describe(name, tests)
  else test.skip(`${name} (skipped: ../shared is absent)`, () => {})
}

export const readShared = (path: string): unknown => JSON.parse(readFileSync(FOLDER + path, 'utf8'))

/** The files below a folder, by path. */
export const sharedFiles = (folder: string): readonly string[] =>
  readdirSync(FOLDER + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => `${folder}/${name}`)
