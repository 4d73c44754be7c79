/** The snappy block format: https://github.com/google/snappy/blob/main/format_description.txt (read 2026-11). */

/** The strongest compression that the format allows: a copy of 64 bytes takes three. */
const MAX_RATIO = 22

/** The bytes that were compressed. Throws if the input is damaged or would give more than `maxBytes`. */
export function snappyUncompress(input: Uint8Array, maxBytes: number): Buffer {
  const { length, start } = preambleOf(input)
  if (length > Math.min(maxBytes, input.length * MAX_RATIO)) throw new Error('claims to unpack to too many bytes')
  const output = Buffer.alloc(length)
  let [at, out] = [start, 0]
  while (at < input.length) {
    const element = elementAt(input, at)
    at = element.next
    if (out + element.length > length) throw new Error('unpacks to more bytes than it claims')
    if (element.offset === 0) at = copyLiteral(input, at, element.length, output, out)
    else copyBack(output, out, element)
    out += element.length
  }
  if (out !== length) throw new Error('unpacks to fewer bytes than it claims')
  return output
}

interface Element {
  readonly length: number
  /** How far back in the output the bytes are; 0 for a literal, whose bytes follow in the input. */
  readonly offset: number
  readonly next: number
}

const byteAt = (input: Uint8Array, at: number): number => {
  const byte = input[at]
  if (byte === undefined) throw new Error('is cut off')
  return byte
}

function preambleOf(input: Uint8Array): { readonly length: number; readonly start: number } {
  let length = 0
  for (let at = 0; at < 5; at++) {
    const byte = byteAt(input, at)
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return { length, start: at + 1 }
  }
  throw new Error('begins with no length')
}

function elementAt(input: Uint8Array, at: number): Element {
  const tag = byteAt(input, at)
  const next = at + 1
  switch (tag & 3) {
    case 0:
      return literalAt(input, tag >>> 2, next)
    case 1:
      return back(((tag >>> 2) & 7) + 4, ((tag >>> 5) << 8) + byteAt(input, next), next + 1)
    case 2:
      return back((tag >>> 2) + 1, numberAt(input, next, 2), next + 2)
    default:
      return back((tag >>> 2) + 1, numberAt(input, next, 4), next + 4)
  }
}

/** Lengths up to 60 are in the tag; beyond, the tag says how many bytes hold them. */
function literalAt(input: Uint8Array, size: number, next: number): Element {
  if (size < 60) return { length: size + 1, offset: 0, next }
  return { length: numberAt(input, next, size - 59) + 1, offset: 0, next: next + size - 59 }
}

function back(length: number, offset: number, next: number): Element {
  if (offset === 0) throw new Error('refers to nothing')
  return { length, offset, next }
}

/** Little-endian. */
function numberAt(input: Uint8Array, at: number, bytes: number): number {
  let number = 0
  for (let i = 0; i < bytes; i++) number += byteAt(input, at + i) * 2 ** (8 * i)
  return number
}

function copyLiteral(input: Uint8Array, at: number, length: number, output: Buffer, out: number): number {
  if (at + length > input.length) throw new Error('is cut off')
  output.set(input.subarray(at, at + length), out)
  return at + length
}

/** The bytes may overlap those they are copied to: they then repeat. */
function copyBack(output: Buffer, out: number, { length, offset }: Element): void {
  if (offset > out) throw new Error('refers to bytes before its start')
  if (offset >= length) output.copyWithin(out, out - offset, out - offset + length)
  else for (let i = out; i < out + length; i++) output[i] = output[i - offset] ?? 0
}
