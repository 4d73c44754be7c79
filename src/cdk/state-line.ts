import { type ByteString, bytesOf } from './bytes.ts'
import type { StateLine } from './connector.ts'
import type { InputState } from './input.ts'
import { Scanner } from './json.ts'
import type { StreamDescriptor } from './protocol.ts'
import { parseRaw } from './raw-object.ts'

/** What a destination did with the records between two states. */
export interface DestinationStats {
  /** Records delivered. */
  readonly recordCount: number
  readonly rejectedRecordCount: number
}

/** A STATE of the input as it goes back: with what became of the records since the one before it. */
export const stateLine = ({ line }: InputState, stats: DestinationStats): StateLine => ({
  type: 'STATE_LINE',
  bytes: bytesOf(spliceStats(line, stats)),
})

/**
 * A STATE line with `destinationStats` put in, or put in place of those it had. No other byte changes: big integers and
 * the `id` that the platform adds come back as they came.
 */
export function spliceStats(line: ByteString, stats: DestinationStats): ByteString {
  const state = membersOf(line, memberOf(line, 0, 'state')?.start ?? 0)
  const text = statsText(stats)
  const old = state.findLast(({ name }) => name === 'destinationStats')
  if (old) return line.slice(0, old.start) + text + line.slice(old.end)
  const last = state.at(-1)
  const at = last ? last.end : line.indexOf('{', memberOf(line, 0, 'state')?.start) + 1
  return `${line.slice(0, at)}${last ? ',' : ''}"destinationStats":${text}${line.slice(at)}`
}

/** The streams whose progress a STATE line holds, or undefined if it is no state. */
export function streamsOf(line: ByteString): readonly StreamDescriptor[] | undefined {
  const state = objectIn(parseRaw(line), 'state')
  switch (state?.['type'] ?? 'LEGACY') {
    case 'STREAM':
      return descriptorsOf([state?.['stream']])
    case 'GLOBAL':
      return descriptorsOf(listIn(objectIn(state, 'global'), 'stream_states'))
    case 'LEGACY':
      return state && []
    default:
      return undefined
  }
}

interface Member {
  readonly name: ByteString
  /** Where its value lies in the line. */
  readonly start: number
  readonly end: number
}

const memberOf = (line: ByteString, at: number, wanted: string): Member | undefined =>
  membersOf(line, at).findLast(({ name }) => name === wanted)

function membersOf(line: ByteString, at: number): readonly Member[] {
  const members: Member[] = []
  const scanner = new Scanner(bytesOf(line))
  scanner.startLine(at, line.length)
  scanner.skipWhitespace()
  for (let more = scanner.openObject(); more; more = scanner.nextMember()) {
    const [name, start] = [scanner.name(), scanner.at]
    scanner.skipValue()
    members.push({ name, start, end: scanner.at })
  }
  return members
}

/** The protocol calls them doubles that "should always have a decimal point". */
const statsText = ({ recordCount, rejectedRecordCount }: DestinationStats): string =>
  `{"recordCount":${recordCount}.0,"rejectedRecordCount":${rejectedRecordCount}.0}`

function descriptorsOf(streams: readonly unknown[] | undefined): readonly StreamDescriptor[] | undefined {
  const descriptors = streams?.map((stream) => objectIn(stream, 'stream_descriptor')).filter(isDescriptor)
  return descriptors?.length === streams?.length ? descriptors : undefined
}

const isDescriptor = (value: unknown): value is StreamDescriptor =>
  isObject(value) && typeof value['name'] === 'string' && isTextOrNone(value['namespace'])

const isTextOrNone = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function objectIn(value: unknown, name: string): Record<string, unknown> | undefined {
  const member = isObject(value) ? value[name] : undefined
  return isObject(member) ? member : undefined
}

const listIn = (value: Record<string, unknown> | undefined, name: string): readonly unknown[] | undefined => {
  const member = value?.[name]
  return Array.isArray(member) ? member : undefined
}
