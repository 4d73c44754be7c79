/** Where a sync keeps what it has finished: a JSON list of AirbyteStateMessages, one a stream. */
import type { AirbyteStreamState } from '../../cdk/protocol.ts'
import { parseStates } from '../../cdk/states.ts'
import { add, type Counts, countsIn, statsOf } from './counts.ts'

export interface StateStore {
  /** The newest state of each stream. */
  readonly states: readonly AirbyteStreamState[]
  /**
   * Takes the place of the stream's state, soon also in what is kept. `counts`, of the records since the stream's last
   * state, are added to those that are kept with it. Throws what kept earlier states from being saved.
   */
  put(state: AirbyteStreamState, counts?: Counts): void
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
  const text = await place.read()
  const states = new Map(parseStates(text).map((state) => [keyOf(state), state]))
  const counts = new Map(countsIn(text))
  let isCurrent = true
  let timer: NodeJS.Timeout | undefined
  let saving = Promise.resolve()
  let failure: { readonly error: unknown } | undefined

  async function save(): Promise<void> {
    if (isCurrent) return
    isCurrent = true
    try {
      await place.write(stateText([...states.values()], counts))
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
    put(state, more) {
      const { name } = state.stream_descriptor
      states.set(keyOf(state), state)
      if (more) counts.set(name, add(counts.get(name), more))
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
export const stateText = (
  states: readonly AirbyteStreamState[],
  counts: ReadonlyMap<string, Counts> = new Map(),
): string => `[\n${states.map((state) => messageText(state, counts)).join(',\n')}\n]\n`

function messageText(stream: AirbyteStreamState, counts: ReadonlyMap<string, Counts>): string {
  const count = counts.get(stream.stream_descriptor.name)
  return JSON.stringify({ type: 'STREAM', stream, ...(count && statsOf(count)) })
}
