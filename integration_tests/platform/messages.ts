/** The lines of a connector, as the platform reads them. */
import { AirbyteMessage } from '../../src/cdk/protocol.ts'

/** Undefined if it is no message. */
export function messageOf(line: string): AirbyteMessage | undefined {
  try {
    return AirbyteMessage.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

/** Fails if a line is no message. */
export const messagesIn = (text: string): readonly AirbyteMessage[] =>
  text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => AirbyteMessage.parse(JSON.parse(line)))
