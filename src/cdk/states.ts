import { ConfigError } from './errors.ts'
import { parseJson, readTextFile } from './json-file.ts'
import { AirbyteStateMessage, type AirbyteStreamState, JsonObject } from './protocol.ts'
import { validate } from './validate.ts'

/**
 * The states of a file, as platforms write them: a list of state messages (STREAM, GLOBAL or LEGACY), with or without
 * their `{"type":"STATE"}` around them, or one to a line, as a connector prints them. Of several states of one stream the
 * last counts. An empty file, `{}` and `[]` hold none.
 */
export const readStates = async (path: string): Promise<readonly AirbyteStreamState[]> =>
  parseStates(await readTextFile(path, '--state'))

export function parseStates(text: string): readonly AirbyteStreamState[] {
  const states = messagesIn(text).flatMap(streamStatesOf)
  return [...new Map(states.map((state) => [keyOf(state), state])).values()]
}

const keyOf = ({ stream_descriptor: { name, namespace } }: AirbyteStreamState): string =>
  JSON.stringify([namespace ?? null, name])

function messagesIn(text: string): readonly unknown[] {
  const value = valueIn(text)
  const messages = Array.isArray(value) ? value : isEmpty(value) ? [] : [value]
  return messages.flatMap(unwrapped)
}

/** One JSON value, or a list of those that stand on lines of their own. */
function valueIn(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0) return []
  try {
    return JSON.parse(text)
  } catch {
    if (lines.length === 1) return parseJson(text, WHAT)
    return lines.map((line) => parseJson(line, `${WHAT}: a line of it`))
  }
}

const WHAT = 'The state (--state)'

const isEmpty = (value: unknown): boolean =>
  JsonObject.safeParse(value).success && Object.keys(Object(value)).length === 0

/** Output that was saved as it came holds other messages, too. */
function unwrapped(message: unknown): readonly unknown[] {
  const { type, state } = Object(message)
  if (type === 'STATE') return [state]
  return OTHER_MESSAGES.has(type) ? [] : [message]
}

const OTHER_MESSAGES = new Set(['RECORD', 'LOG', 'TRACE', 'CONTROL'])

function streamStatesOf(message: unknown): readonly AirbyteStreamState[] {
  const state = validate(AirbyteStateMessage, message, WHAT)
  switch (state.type ?? 'LEGACY') {
    case 'STREAM':
      return [state.stream ?? missing('stream')]
    case 'GLOBAL':
      return (state.global ?? missing('global')).stream_states
    case 'LEGACY':
      return legacyStatesOf(state.data ?? missing('data'))
  }
}

function missing(member: string): never {
  throw new ConfigError(
    `${WHAT} holds a message without its "${member}". Pass on the states as the connector printed them.`,
  )
}

/** A state from before there were states of streams: the streams' names and their states. */
const legacyStatesOf = (data: JsonObject): readonly AirbyteStreamState[] =>
  Object.entries(data).map(([name, stream_state]) => ({
    stream_descriptor: { name },
    stream_state: validate(JsonObject.nullable(), stream_state, `${WHAT}, stream ${JSON.stringify(name)},`),
  }))
