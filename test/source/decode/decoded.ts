/** Runs a decoder to its end, for tests. */
import {
  BrokenFileError,
  type Decode,
  type DecodedBlock,
  type DecodeOptions,
} from '../../../src/source/decode/decoder.ts'
import { awaited } from '../../../src/source/decode/waiting.ts'
import { inLentChunks } from './avro-file.ts'

export interface Decoded {
  readonly lines: readonly string[]
  readonly blocks: readonly DecodedBlock[]
  /** Sums over all blocks. */
  readonly counts: Record<'count' | 'events' | 'duplicates' | 'unparsed', number>
  readonly error?: BrokenFileError
}

export const OPTIONS: DecodeOptions = { stream: 'users.messages.email.Open', extra: '', emittedAt: 5, skip: 0 }

interface Reading {
  readonly options?: Partial<DecodeOptions>
  readonly size?: number
  readonly chunks?: readonly number[]
}

/** What a decoder makes of a file. Any other error than a BrokenFileError is thrown. */
export async function decoded(decode: Decode, file: Uint8Array, reading: Reading = {}): Promise<Decoded> {
  const { options, size = file.length, chunks } = reading
  const blocks: DecodedBlock[] = []
  let error: BrokenFileError | undefined
  try {
    for await (const block of awaited(decode(inLentChunks(file, chunks), size, { ...OPTIONS, ...options }))) {
      blocks.push({ ...block, bytes: Buffer.from(block.bytes) })
    }
  } catch (thrown) {
    if (!(thrown instanceof BrokenFileError)) throw thrown
    error = thrown
  }
  const sum = (key: keyof Decoded['counts']) => blocks.reduce((n, block) => n + block[key], 0)
  const text = Buffer.concat(blocks.map(({ bytes }) => bytes)).toString('utf8')
  return {
    lines: text.split(/(?<=\n)/).filter((line) => line !== ''),
    blocks,
    counts: { count: sum('count'), events: sum('events'), duplicates: sum('duplicates'), unparsed: sum('unparsed') },
    ...(error && { error }),
  }
}

/** The JSON text of the data in each line. */
export const dataIn = ({ lines }: Decoded): readonly string[] =>
  lines.map(
    (line) =>
      /^\{"type":"RECORD","record":\{"stream":"[^"]*","data":(.*),"emitted_at":5\}\}\n$/s.exec(line)?.[1] ?? line,
  )

export const valuesIn = (result: Decoded): readonly Record<string, unknown>[] =>
  dataIn(result).map((data) => JSON.parse(data))
