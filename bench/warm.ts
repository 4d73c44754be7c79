/** What a command finds when it starts: memory and files that the system holds already, whatever ran before. */
import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs'
import type { Workbench } from './workbench.ts'

/** Reads the lines or the export that the command names below `$DATA`. */
export function readInputs(command: string, workbench: Workbench): void {
  const names = [...command.matchAll(/\$DATA\/([\w-]+(\.jsonl)?)/g)].map(([, name = '']) => workbench.path(name))
  const inputs = [...new Set(names)].filter((path) => existsSync(path))
  const files = ['-type', 'f', '-exec', 'cat', '{}', '+']
  if (inputs.length > 0) execFileSync('find', [...inputs, ...files], { stdio: ['ignore', 'ignore', 'inherit'] })
}

const ZEROS = Buffer.alloc(1 << 20)

/**
 * Removes the file, and has the system hold so much memory that a new one costs what writing costs. A virtual machine
 * gives memory that it does not use back to its host, and to have it again takes several times as long as to fill it.
 */
export function makeRoomFor(path: string, bytes: number): void {
  rmSync(path, { force: true })
  const file = openSync(path, 'w')
  for (let at = 0; at < bytes; at += ZEROS.length) writeSync(file, ZEROS)
  closeSync(file)
  rmSync(path)
}
