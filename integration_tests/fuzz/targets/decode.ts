/** Runs a decoder on bytes, and holds against it what every decoder promises. */
import { BrokenFileError, type DecodedBlock, type DecodeOptions } from '../../../src/source/decode/decoder.ts'
import { decoderFor } from '../../../src/source/decode/index.ts'
import { awaited } from '../../../src/source/decode/waiting.ts'
import { check, isObject } from './check.ts'

const OPTIONS: DecodeOptions = { stream: 'x', extra: '', emittedAt: 5, skip: 0 }

export interface Outcome {
  /** The RECORD lines, as text. */
  readonly lines: string
  readonly data: readonly Readonly<Record<string, unknown>>[]
  readonly counts: readonly number[]
  /** Empty if the file is whole. */
  readonly error: string
}

/** Throws whatever is no BrokenFileError. */
export async function outcomeOf(
  key: string,
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  options: Partial<DecodeOptions> = {},
): Promise<Outcome> {
  const decode = decoderFor(key)
  if (!decode) throw new Error(`no decoder for ${key}`)
  const blocks: DecodedBlock[] = []
  let error = ''
  try {
    for await (const block of awaited(decode(bytes, size, { ...OPTIONS, ...options }))) blocks.push(block)
  } catch (thrown) {
    if (!(thrown instanceof BrokenFileError)) throw thrown
    check(thrown.byte >= 0 && thrown.message !== '', 'an error tells where and why', thrown.byte, thrown.message)
    error = thrown.message
  }
  const sum = (key: 'count' | 'events' | 'duplicates' | 'unparsed') => blocks.reduce((n, block) => n + block[key], 0)
  const lines = Buffer.concat(blocks.map(({ bytes }) => bytes)).toString('utf8')
  const data = lines.split('\n').slice(0, -1).map(dataOf)
  check(data.length === sum('count'), 'lines are counted', data.length, sum('count'))
  check(sum('count') <= sum('events'), 'an event makes one line at most', sum('count'), sum('events'))
  return { lines, data, counts: [sum('count'), sum('events'), sum('unparsed')], error }
}

function dataOf(line: string): Readonly<Record<string, unknown>> {
  const { type, record } = JSON.parse(line)
  check(type === 'RECORD' && record.stream === 'x' && isObject(record.data), 'a line is a RECORD', line)
  check(Object.keys(record.data).length > 0, 'a RECORD holds something', line)
  return record.data
}
