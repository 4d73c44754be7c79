/** A person at a terminal. */
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { ConfigError } from '../../cdk/errors.ts'

export interface Prompt {
  readonly text: string
  /** What is typed is not shown. */
  readonly isSecret: boolean
  /** A JSON text may go over several lines. */
  readonly isMultiline: boolean
}

export interface Keyboard {
  /** The line that is typed next. Throws a ConfigError if the person leaves. */
  ask(prompt: Prompt): Promise<string>
  close(): void
}

/**
 * Nothing shows but what is typed at a prompt that is no secret's: the terminal itself echoes nothing from here on, lines
 * that were pasted along with an answer are neither shown nor taken for the next one, and no history brings a line back.
 */
export function openKeyboard(input: NodeJS.ReadStream, screen: NodeJS.WritableStream, signal: AbortSignal): Keyboard {
  const curtain = curtainBefore(screen)
  const lines = createInterface({ input, output: curtain.output, terminal: true, historySize: 0 })
  // In raw mode, Ctrl-C is a key. The process has its own way to deal with the signal.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  signal.addEventListener('abort', () => lines.close())
  const typed = typedIn(lines)

  const answer = async (isMultiline: boolean) => {
    let text = await typed.next()
    while (isMultiline && isUnfinished(text)) text += `\n${await typed.next()}`
    return text
  }

  return {
    async ask({ text, isSecret, isMultiline }) {
      typed.forget()
      screen.write(text)
      lines.setPrompt(text)
      curtain.isOpen = !isSecret
      try {
        const given = await answer(isMultiline)
        if (isSecret) screen.write(given === '' ? '\n' : '********\n')
        return given
      } finally {
        curtain.isOpen = false
      }
    },
    close: () => lines.close(),
  }
}

/** Where readline echoes to. */
function curtainBefore(screen: NodeJS.WritableStream): { isOpen: boolean; readonly output: Writable } {
  const curtain = {
    isOpen: false,
    output: new Writable({
      write(chunk, _encoding, done) {
        if (curtain.isOpen) screen.write(chunk)
        done()
      },
    }),
  }
  return curtain
}

function typedIn(lines: Interface): { next(): Promise<string>; forget(): void } {
  const queue: string[] = []
  let isOpen = true
  let wake = () => {}
  lines.on('line', (line) => {
    queue.push(line)
    wake()
  })
  lines.on('close', () => {
    isOpen = false
    wake()
  })
  return {
    async next() {
      while (queue.length === 0 && isOpen) await new Promise<void>((resolve) => (wake = resolve))
      const line = queue.shift()
      if (line === undefined) throw new ConfigError('There are no more answers. Nothing was written.')
      return line
    },
    forget() {
      queue.length = 0
      // What has been typed of the next line.
      if (isOpen) lines.write(null, { ctrl: true, name: 'u' })
    },
  }
}

/** An empty line ends a text that will never be JSON. */
function isUnfinished(text: string): boolean {
  if (!text.trimStart().startsWith('{') || text.endsWith('\n')) return false
  try {
    JSON.parse(text)
    return false
  } catch {
    return true
  }
}
