/** Places where nothing can be written. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Place {
  readonly name: string
  /** Node's name for what goes wrong there. */
  readonly code: string
  readonly folder: string
  remove(): void
}

export interface Disk extends Place {
  /** Makes room. */
  empty(): void
  /** Takes all the room that there is. */
  fill(): void
}

/** A disk of a few kilobytes that is full already. Undefined where this user may not mount one. */
export function fullDisk(folder: string): Disk | undefined {
  mkdirSync(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const filling = join(folder, 'filling')
  const disk: Disk = {
    name: 'a full disk',
    code: 'ENOSPC',
    folder,
    empty: () => rmSync(filling),
    fill() {
      try {
        writeFileSync(filling, Buffer.alloc(256 * 1024))
      } catch {
        // As much of it as there is room for.
      }
    },
    remove: () => void execFileSync('umount', [folder]),
  }
  disk.fill()
  return disk
}

/** For root, too, who may write to a folder that is read-only by its permissions. */
export function belowFile(folder: string): Place {
  writeFileSync(folder, 'a file')
  return { name: 'a place below a file', code: '(ENOTDIR|EEXIST)', folder: join(folder, 'sub'), remove() {} }
}
