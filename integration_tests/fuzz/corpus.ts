/** The inputs that are kept: one file each, in a folder for each target. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CORPUS = fileURLToPath(new URL('./corpus/', import.meta.url))

export interface KeptInput {
  /** Of a file. Findings begin with `finding-`. */
  readonly name: string
  readonly input: Buffer
}

/** In the order of their names, which is the same on every machine. */
export function keptInputs(target: string): readonly KeptInput[] {
  const folder = join(CORPUS, target)
  mkdirSync(folder, { recursive: true })
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, input: readFileSync(join(folder, name)) }))
}

export function keep(target: string, input: Uint8Array, prefix = ''): string {
  const name = `${prefix}${createHash('sha256').update(input).digest('hex').slice(0, 12)}`
  mkdirSync(join(CORPUS, target), { recursive: true })
  writeFileSync(join(CORPUS, target, name), input)
  return name
}

/** Removes all but findings. */
export function clear(target: string): void {
  for (const { name } of keptInputs(target)) if (!name.startsWith('finding-')) rmSync(join(CORPUS, target, name))
}
