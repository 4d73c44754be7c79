/** Starts an example connector as a process, as a platform does. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const EXAMPLES = {
  'source-squares': new URL('source-squares.main.ts', import.meta.url),
  'destination-file': new URL('destination-file.main.ts', import.meta.url),
}

export type Example = keyof typeof EXAMPLES

export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

const TSX = import.meta.resolve('tsx')

export function start(main: Example | URL, argv: readonly string[], nodeOptions: readonly string[] = []) {
  const [node, all] = commandOf(main, argv, nodeOptions)
  return spawn(node, all, { stdio: 'pipe' })
}

export function commandOf(
  main: Example | URL,
  argv: readonly string[],
  nodeOptions: readonly string[] = [],
): readonly [command: string, argv: readonly string[]] {
  const url = main instanceof URL ? main : EXAMPLES[main]
  return [process.execPath, [...nodeOptions, '--import', TSX, fileURLToPath(url), ...argv]]
}

export function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve) =>
    child.on('close', (exitCode, signal) => resolve({ stdout, stderr, exitCode, signal })),
  )
}

/** Runs a command to its end. */
export function runExample(main: Example | URL, argv: readonly string[], stdin = ''): Promise<Ended> {
  const child = start(main, argv)
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  return ended(child)
}

export const messagesIn = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
