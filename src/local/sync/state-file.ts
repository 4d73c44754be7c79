/** States in a file, which one sync uses at a time. */
import { readFileSync } from 'node:fs'
import { ConfigError } from '../../cdk/errors.ts'
import { writeAtomically } from './atomic-file.ts'
import { lockFile } from './lock.ts'
import type { StatePlace } from './state-store.ts'

/** A file is replaced a few times a second at most, however often states arrive. */
const GATHERING_MS = 300

/** Throws if another sync uses the file. */
export function stateFile(path: string): StatePlace {
  const unlock = lockFile(path)
  return {
    read: async () => textOf(path),
    write: async (text) => writeAtomically(path, text),
    gatheringMs: GATHERING_MS,
    close: unlock,
  }
}

/** A file that is not there yet holds no states. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return ''
    throw new ConfigError(`The state file ${path} can't be read (${code}).`, { cause: error })
  }
}
