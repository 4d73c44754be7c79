/** What the platform asks of a connector's answers. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { AirbyteMessage, AirbyteStateMessage, AirbyteStream } from '../../src/cdk/protocol.ts'
import { messagesIn } from '../platform/messages.ts'

interface Answered {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Fails if the command did, or if a line is no message. */
export function messagesOf(
  { code, stdout, stderr }: Answered,
  type: AirbyteMessage['type'],
): readonly AirbyteMessage[] {
  assert.equal(code, 0, `${stderr}\n${stdout.slice(-1000)}`)
  return messagesIn(stdout).filter((message) => message.type === type)
}

/** The default image's spec is the source's. */
export function checkSpec(target: string, answered: Answered): undefined {
  const file = target === 'destination' ? 'spec.destination.json' : 'spec.json'
  const spec: unknown = JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))
  const [message] = messagesOf(answered, 'SPEC')
  assert.deepEqual(message, { type: 'SPEC', spec })
}

export function checkStatus(answered: Answered, status: 'SUCCEEDED' | 'FAILED'): undefined {
  const [message] = messagesOf(answered, 'CONNECTION_STATUS')
  assert(message?.type === 'CONNECTION_STATUS')
  assert.equal(message.connectionStatus.status, status, message.connectionStatus.message ?? '')
}

export function configured(streams: readonly AirbyteStream[]): object {
  const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' }
  return { streams: streams.map((stream) => ({ stream, ...modes })) }
}

/** What was read last of each stream, as the platform hands it back. */
export function lastStates(stdout: string): readonly AirbyteStateMessage[] {
  return [...new Map(statesIn({ code: 0, stdout, stderr: '' }).map((state) => [nameOf(state), state])).values()]
}

/** Every state of the source comes back, in the order of its stream. */
export function checkEchoed(answered: Answered, read: string): string {
  const source = statesIn({ code: 0, stdout: read, stderr: '' })
  const echoed = statesIn(answered)
  assert.deepEqual(contents(echoed), contents(source))
  return `${echoed.length} states`
}

const statesIn = (answered: Answered): readonly AirbyteStateMessage[] =>
  messagesOf(answered, 'STATE').flatMap((message) => (message.type === 'STATE' ? [message.state] : []))

const nameOf = (state: AirbyteStateMessage): string => state.stream?.stream_descriptor.name ?? ''

const contents = (states: readonly AirbyteStateMessage[]) =>
  states
    .map((state) => [nameOf(state), JSON.stringify(state.stream?.stream_state)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
