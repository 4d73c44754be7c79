/** Machines with little memory: control groups of Linux, version 1. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const GROUPS = '/sys/fs/cgroup/memory'

export interface Limited {
  /** What goes before a command. It is killed when it takes more memory than there is. */
  readonly within: readonly string[]
  remove(): void
}

/** Undefined where this user may make no groups. */
export function limitedTo(bytes: number): Limited | undefined {
  const group = join(GROUPS, `memory-test-${process.pid}-${bytes}`)
  const file = (name: string): string => join(group, name)
  try {
    mkdirSync(group)
    writeFileSync(file('memory.limit_in_bytes'), `${bytes}`)
    // Else the rest would be swapped out.
    const both = file('memory.memsw.limit_in_bytes')
    if (existsSync(both)) writeFileSync(both, `${bytes}`)
  } catch {
    return undefined
  }
  return {
    within: ['sh', '-c', `echo $$ > ${file('cgroup.procs')} && exec "$@"`, 'sh'],
    remove: () => rmdirSync(group),
  }
}
