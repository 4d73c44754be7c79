/** Places where nothing can be written. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Place {
  readonly name: string
  /** Node's name for what goes wrong there. */
  readonly code: string
  readonly folder: string
  remove(): void
}

/** A disk of a few kilobytes that is full already. Undefined where this user may not mount one. */
export function fullDisk(folder: string): Place | undefined {
  mkdirSync(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  try {
    writeFileSync(join(folder, 'filling'), Buffer.alloc(256 * 1024))
  } catch {
    // As much of it as there is room for.
  }
  return { name: 'a full disk', code: 'ENOSPC', folder, remove: () => void execFileSync('umount', [folder]) }
}

/** For root, too, who may write to a folder that is read-only by its permissions. */
export function belowFile(folder: string): Place {
  writeFileSync(folder, 'a file')
  return { name: 'a place below a file', code: '(ENOTDIR|EEXIST)', folder: join(folder, 'sub'), remove() {} }
}
