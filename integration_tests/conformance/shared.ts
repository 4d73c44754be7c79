/** Samples and facts that lie beside the project, not in it. Where they are absent, jest.config.js leaves this folder out. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../../shared/', import.meta.url))

export const sharedPath = (path: string): string => FOLDER + path

export const readShared = (path: string): unknown => JSON.parse(readFileSync(sharedPath(path), 'utf8'))

/** The files below a folder, by path. */
export const sharedFiles = (folder: string): readonly string[] =>
  readdirSync(sharedPath(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => `${folder}/${name}`)
