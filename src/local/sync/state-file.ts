/** Where a sync keeps what it has finished: a JSON list of AirbyteStateMessages, one a stream. */
import { readFileSync } from 'node:fs'
import { ConfigError } from '../../cdk/errors.ts'
import type { AirbyteStreamState } from '../../cdk/protocol.ts'
import { parseStates } from '../../cdk/states.ts'
import { writeAtomically } from './atomic-file.ts'

export interface StateFile {
  /** The newest state of each stream. */
  readonly states: readonly AirbyteStreamState[]
  /** Takes the place of the stream's state, in the file within `DELAY_MS`. */
  put(state: AirbyteStreamState): void
  /** The file holds every state that was put. */
  flush(): void
}

/** A file is replaced a few times a second at most, however often states arrive. */
const DELAY_MS = 300

/** The states of a path, none if there is no file yet. Without a path nothing is kept. */
export function openStateFile(path: string | undefined): StateFile {
  const states = new Map((path === undefined ? [] : parseStates(textOf(path))).map((state) => [keyOf(state), state]))
  let isCurrent = true
  let timer: NodeJS.Timeout | undefined

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (isCurrent || path === undefined) return
    writeAtomically(path, fileText([...states.values()]))
    isCurrent = true
  }

  // What goes wrong here goes wrong again at the next `flush`, where somebody hears of it.
  const flushLater = () => {
    try {
      flush()
    } catch {}
  }

  return {
    get states() {
      return [...states.values()]
    },
    put(state) {
      states.set(keyOf(state), state)
      isCurrent = false
      timer ??= setTimeout(flushLater, DELAY_MS)
    },
    flush,
  }
}

const keyOf = ({ stream_descriptor: { name, namespace } }: AirbyteStreamState): string => `${namespace ?? ''}\0${name}`

/** A line a stream, so that people can read it and version control can compare it. */
const fileText = (states: readonly AirbyteStreamState[]): string =>
  `[\n${states.map((stream) => JSON.stringify({ type: 'STREAM', stream })).join(',\n')}\n]\n`

/** A file that is not there yet holds no states. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return ''
    throw new ConfigError(`The state file ${path} can't be read (${code}).`, { cause: error })
  }
}
