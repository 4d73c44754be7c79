/** Runs the command line on a pseudo-terminal, and reads its screen as a person would. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { where } from '../test/where.ts'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** That of util-linux; that of other systems takes other arguments. */
const SCRIPT = 'script'
const hasScript = /util-linux/.test(spawnSync(SCRIPT, ['--version'], { encoding: 'utf8' }).stdout ?? '')

/** For tests that need one. */
export const withTerminal = where(hasScript, 'no script of util-linux here')

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface OnTerminal {
  /** All that came to the terminal, control characters included. */
  readonly output: Promise<string>
  type(keys: string): void
}

/** `stdout` is a file, so that only stderr is a terminal. `onOutput` is given all that came so far. */
export function startOnTerminal(
  { columns, rows }: Size,
  stdout: string,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
  onOutput: (output: string) => void = () => {},
): OnTerminal {
  const line = `stty cols ${columns} rows ${rows}; exec ${lineOf(args)} >'${stdout}'`
  const child = spawn(SCRIPT, ['-qec', line, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm', ...variables },
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more
    onOutput(text)
  })
  return { output: once(child, 'close').then(() => text), type: (keys) => void child.stdin.write(keys) }
}

/** All that came to the terminal. */
export const onTerminal = (
  size: Size,
  stdout: string,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<string> => startOnTerminal(size, stdout, args, variables).output

export interface Conversation {
  readonly code: number
  readonly shown: string
  /** The answers to what was never asked. */
  readonly left: readonly Answer[]
}

export type Answer = readonly [prompt: string, answer: string]

/** Answers each prompt once it stands at the end of what is shown. */
export async function converse(
  args: readonly string[],
  answers: readonly Answer[],
  folder: string,
): Promise<Conversation> {
  const terminal = spawn(SCRIPT, ['-qefc', lineOf(args), '/dev/null'], { cwd: folder })
  let shown = ''
  const left = [...answers]
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const [next] = left
    if (!next || !shown.trimEnd().endsWith(next[0])) return
    left.shift()
    terminal.stdin.write(next[1])
  })
  const [code] = await once(terminal, 'close')
  return { code, shown, left }
}

/** For a shell. */
const lineOf = (args: readonly string[]): string =>
  [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ')

interface Shown {
  readonly lines: readonly string[]
  readonly isCursorShown: boolean
}

/** What is on the screen after all of it, with what has scrolled away above. Long lines go on in the next one. */
export function screenOf(output: string, { columns }: Size): Shown {
  const lines: string[][] = []
  let [x, y, isCursorShown] = [0, 0, true]
  const lineAt = (at: number): string[] => {
    while (lines.length <= at) lines.push([])
    return lines[at] ?? []
  }
  const write = (character: string) => {
    if (x === columns) [x, y] = [0, y + 1]
    lineAt(y)[x++] = character
  }
  for (const [token, parameter = '', command = ''] of output.matchAll(TOKEN)) {
    const count = Number(parameter) || 1
    if (token === '\r') x = 0
    else if (token === '\n') y++
    else if (command === '') write(token)
    else if (command === 'A') y = Math.max(0, y - count)
    else if (command === 'G') x = count - 1
    else if (command === 'K' && parameter === '2') lineAt(y).length = 0
    else if (command === 'K') lineAt(y).length = Math.min(lineAt(y).length, x)
    else if (command === 'J') {
      lineAt(y).length = Math.min(lineAt(y).length, x)
      lines.length = y + 1
    } else if (parameter === '?25') isCursorShown = command === 'h'
    else throw new Error(`The test does not know ${JSON.stringify(token)}.`)
  }
  return { lines: lines.map((line) => Array.from(line, (character) => character ?? ' ').join('')), isCursorShown }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what steers a terminal.
const TOKEN = /\u001b\[(\??\d*)([A-Za-z])|[\s\S]/gu
