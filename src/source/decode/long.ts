/** Numbers of Avro: https://avro.apache.org/docs/1.12.0/specification/#primitive-types-1 (read 2026-11). */
import type { ByteReader } from './byte-reader.ts'
import { BrokenFileError } from './decoder.ts'
import type { Waiting } from './waiting.ts'

/** A zig-zag number of 64 bits has at most ten bytes. */
const LONG_MAX_BYTES = 10

/** Takes the next number. */
export function* readLong(reader: ByteReader): Waiting<number> {
  const bytes = yield* reader.peek(LONG_MAX_BYTES)
  const length = longLength(bytes)
  if (length === 0) {
    if (bytes.length < LONG_MAX_BYTES)
      throw new BrokenFileError('the file ends in the middle of a number', reader.received)
    throw new BrokenFileError('a number is damaged', reader.taken)
  }
  reader.skip(length)
  return longIn(bytes, 0, length)
}

/** How many bytes the number at `from` takes. 0 if it does not end. */
export function longLength(bytes: Buffer, from = 0): number {
  const end = Math.min(bytes.length, from + LONG_MAX_BYTES)
  for (let i = from; i < end; i++) if (bytes.readUInt8(i) < 0x80) return i + 1 - from
  return 0
}

/** The number at `from`. Exact up to 2^53, which is far beyond every limit that it is held against. */
export function longIn(bytes: Buffer, from: number, length: number): number {
  const isNegative = (bytes.readUInt8(from) & 1) === 1
  let zigZag = 0
  for (let i = from + length - 1; i >= from; i--) zigZag = zigZag * 128 + (bytes.readUInt8(i) & 0x7f)
  const half = Math.floor(zigZag / 2)
  return isNegative ? -half - 1 : half
}
