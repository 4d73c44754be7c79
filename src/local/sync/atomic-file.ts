/** Files that are either the old or the new one, whenever the power fails. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from '../../cdk/errors.ts'

/** Replaces a file as a whole. Its folder is made if it does not exist. `mode` says who may read and write it. */
export function writeAtomically(path: string, text: string, mode = 0o666): void {
  const draft = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    withFile(draft, 'w', (file) => writeFileSync(file, text), mode)
    renameSync(draft, path)
    // The rename itself lies in the folder. Windows has no such thing to do.
    if (process.platform !== 'win32') withFile(dirname(path), 'r', () => {})
  } catch (error) {
    removeIfThere(draft)
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError(`${path} can't be written (${code}). Choose a place that this user may write to.`, {
      cause: error,
    })
  }
}

/** Where nothing can be written, nothing can be removed either. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true, recursive: true })
  } catch {
    // What kept it from being written is what there is to say.
  }
}

/** Does something with a file, and lets go of it once it lies on the disk. */
function withFile(path: string, flags: string, use: (file: number) => void, mode?: number): void {
  const file = openSync(path, flags, mode)
  try {
    use(file)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
