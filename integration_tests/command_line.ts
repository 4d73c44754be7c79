/** Runs the command line as a person does: arguments in, output and exit code out. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

export const startCli = (...args: readonly string[]): Started => startCliWith('', ...args)

/** With some text on stdin. */
export function startCliWith(input: string, ...args: readonly string[]): Started {
  const child = spawn(process.execPath, [MAIN, ...args])
  child.stdin.end(input)
  return { process: child, ended: endOf(child) }
}

export const runCli = (...args: readonly string[]): Promise<Ended> => startCli(...args).ended

async function endOf(child: ChildProcess): Promise<Ended> {
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, ...output }
}
