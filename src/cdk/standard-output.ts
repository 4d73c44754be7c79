import { fstatSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { PipeOutput } from './pipe-output.ts'

export interface StandardOutput {
  readonly stream: Writable
  /** `Environment.pump` */
  readonly pump: () => void
}

export function standardOutput(): StandardOutput {
  if (!isPipe(1)) return { stream: process.stdout, pump: () => undefined }
  const pipe = new PipeOutput(1, process.stdout)
  return { stream: pipe, pump: () => pipe.pump() }
}

function isPipe(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor)
    return stats.isFIFO() || stats.isSocket()
  } catch {
    // It is closed.
    return false
  }
}
