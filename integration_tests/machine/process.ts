/** A process of the command line on a machine with faults. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

export interface Ran {
  /** The exit code, or the signal that ended the process. */
  readonly code: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly stdin: Writable
  /** Most memory so far, in bytes; undefined once it has ended. */
  peak(): number | undefined
  readonly ended: Promise<Ran>
}

export interface Circumstances {
  readonly stdin?: string
  /** A file descriptor in the place of stdout. */
  readonly stdout?: number
  /** stdout is left to the test. */
  readonly isUnread?: boolean
  /** Goes before `node`: `unshare …`. */
  readonly within?: readonly string[]
  /** Of Node.js. */
  readonly options?: readonly string[]
  /** Default: as here. */
  readonly env?: NodeJS.ProcessEnv
}

export function start(args: readonly string[], circumstances: Circumstances = {}): Running {
  const {
    stdin,
    stdout: target = 'pipe',
    isUnread = false,
    within = [],
    options = [],
    env = process.env,
  } = circumstances
  const [command = '', ...words] = [...within, process.execPath, ...options, MAIN, ...args]
  const child = spawn(command, words, { stdio: ['pipe', target, 'pipe'], env })
  const said = { stdout: '', stderr: '' }
  if (!isUnread) child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk))
  child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk))
  // One that fails reads no more.
  child.stdin?.on('error', () => {})
  if (stdin !== undefined) child.stdin?.end(stdin)
  return {
    process: child,
    stdin: child.stdin as Writable,
    peak: () => peakOf(child.pid),
    ended: once(child, 'close').then(([code, signal]) => ({ code: code ?? signal, ...said })),
  }
}

export const ran = (args: readonly string[], circumstances: Circumstances = {}): Promise<Ran> =>
  start(args, { stdin: '', ...circumstances }).ended

function peakOf(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}
