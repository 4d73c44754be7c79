/** Places where nothing can be written. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

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
export async function fullDisk(path: string): Promise<Disk | undefined> {
  mkdirSync(path)
  const keeper = await mounted(path, 'rw')
  if (!keeper) return undefined
  const folder = `/proc/${keeper.pid}/root${path}`
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
    remove: () => void keeper.stdin.end(),
  }
  disk.fill()
  return disk
}

/** A disk that is mounted read-only. Undefined where this user may not mount one. */
export async function readOnlyDisk(path: string): Promise<Place | undefined> {
  mkdirSync(path)
  const keeper = await mounted(path, 'ro')
  if (!keeper) return undefined
  const folder = `/proc/${keeper.pid}/root${path}`
  // Where several folders are to be made at once, Node says ENOENT.
  return { name: 'a read-only disk', code: '(EROFS|ENOENT)', folder, remove: () => void keeper.stdin.end() }
}

/** For root, and for others. */
const NAMESPACES = [['--mount'], ['--mount', '--map-root-user']]
const KEEP = 'mount -t tmpfs -o size=64k,"$1" tmpfs "$0" && echo mounted && exec cat'

/**
 * A process in whose own mount namespace the disk is. It ends, and takes the disk with it, once its stdin is closed:
 * at the latest when the process of the tests ends, however that happens.
 */
async function mounted(
  path: string,
  mode: 'ro' | 'rw',
): Promise<ChildProcessByStdio<Writable, Readable, null> | undefined> {
  for (const namespace of NAMESPACES) {
    const keeper = spawn('unshare', [...namespace, 'sh', '-c', KEEP, path, mode], { stdio: ['pipe', 'pipe', 'ignore'] })
    const ended = once(keeper, 'close').then(
      () => false,
      () => false,
    )
    if (await Promise.race([once(keeper.stdout, 'data').then(() => true), ended])) return keeper
  }
  return undefined
}

/** For root, too, who may write to a folder that is read-only by its permissions. */
export function belowFile(folder: string): Place {
  writeFileSync(folder, 'a file')
  return { name: 'a place below a file', code: '(ENOTDIR|EEXIST)', folder: join(folder, 'sub'), remove() {} }
}
