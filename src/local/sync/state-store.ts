/** Where a sync keeps what it has finished: a JSON list of AirbyteStateMessages, one a stream. */
import type { AirbyteStreamState } from '../../cdk/protocol.ts'
import { parseStates } from '../../cdk/states.ts'

export interface StateStore {
  /** The newest state of each stream. */
  readonly states: readonly AirbyteStreamState[]
  /** Takes the place of the stream's state, soon also in what is kept. Throws what kept earlier states from being saved. */
  put(state: AirbyteStreamState): void
  /** Every state that was put is kept. */
  flush(): Promise<void>
  /** Lets go of the place. */
  close(): void
}

/** One text, in a file or elsewhere. */
export interface StatePlace {
  /** Empty if nothing was kept yet. */
  read(): Promise<string>
  /** Replaces the text as a whole. Not called before the last call has ended. */
  write(text: string): Promise<void>
  /** How long states are gathered before they are written, in milliseconds. */
  readonly gatheringMs: number
  close(): void
}

/** Keeps nothing. */
export const NOWHERE: StatePlace = { read: async () => '', write: async () => {}, gatheringMs: 0, close() {} }

export async function openStateStore(place: StatePlace): Promise<StateStore> {
  const states = new Map(parseStates(await place.read()).map((state) => [keyOf(state), state]))
  let isCurrent = true
  let timer: NodeJS.Timeout | undefined
  let saving = Promise.resolve()
  let failure: { readonly error: unknown } | undefined

  async function save(): Promise<void> {
    if (isCurrent) return
    isCurrent = true
    try {
      await place.write(stateText([...states.values()]))
    } catch (error) {
      isCurrent = false
      failure = { error }
      throw error
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    saving = saving.catch(() => {}).then(save)
    return saving
  }

  return {
    get states() {
      return [...states.values()]
    },
    put(state) {
      states.set(keyOf(state), state)
      isCurrent = false
      // Who goes on would deliver what is delivered once more.
      if (failure) throw failure.error
      timer ??= setTimeout(() => void flush().catch(() => {}), place.gatheringMs)
    },
    flush,
    close: place.close,
  }
}

const keyOf = ({ stream_descriptor: { name, namespace } }: AirbyteStreamState): string => `${namespace ?? ''}\0${name}`

/** A line a stream, so that people can read it and version control can compare it. */
const stateText = (states: readonly AirbyteStreamState[]): string =>
  `[\n${states.map((stream) => JSON.stringify({ type: 'STREAM', stream })).join(',\n')}\n]\n`
