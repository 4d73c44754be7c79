/** Keeps two syncs from using one state file: each would overwrite what the other has finished. */
import { readFileSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { ConfigError } from '../../cdk/errors.ts'
import { writeAtomically } from './atomic-file.ts'

/** Gives what lets go of the lock. The lock of a process that has died is taken over. */
export function lockFile(path: string): () => void {
  const lock = `${path}.lock`
  const holder = livingHolderOf(lock)
  if (holder !== undefined) {
    throw new ConfigError(
      `${path} is in use by the sync with the process number ${holder}. Wait for it to end, or give each sync a state file of its own.`,
    )
  }
  writeAtomically(lock, JSON.stringify({ pid: process.pid, host: hostname() }))
  return () => rmSync(lock, { force: true })
}

/** A process of another machine, or of another container, can't be seen: its lock does not count. */
function livingHolderOf(lock: string): number | undefined {
  try {
    const { pid, host } = JSON.parse(readFileSync(lock, 'utf8')) as { pid: number; host: string }
    return host === hostname() && pid !== process.pid && isAlive(pid) ? pid : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
