/** Writes Avro's primitive values into a buffer that grows as needed and is used again and again. */
export interface ByteWriter {
  /** Bytes written since it was cleared. */
  readonly length: number
  byte(value: number): void
  /** An `int` or `long`: zigzag, then seven bits a byte. Exact for safe integers. */
  long(value: number): void
  float(value: number): void
  string(text: string): void
  raw(bytes: Uint8Array): void
  /** A view of what was written, valid until the next write. */
  bytes(): Uint8Array
  clear(): void
}

/** A UTF-16 unit takes at most three bytes in UTF-8. */
const UTF8_WORST = 3
const LONGEST_NUMBER = 10

export function byteWriter(): ByteWriter {
  let buffer = Buffer.allocUnsafe(2 ** 17)
  let at = 0

  const reserve = (bytes: number) => {
    if (at + bytes <= buffer.length) return
    const bigger = Buffer.allocUnsafe(2 * (at + bytes))
    buffer.copy(bigger, 0, 0, at)
    buffer = bigger
  }

  const long = (value: number) => {
    reserve(LONGEST_NUMBER)
    const magnitude = value < 0 ? -value - 1 : value
    // Never doubled: that would round numbers beyond 2^52.
    let byte = (magnitude % 64) * 2 + (value < 0 ? 1 : 0)
    for (let rest = Math.floor(magnitude / 64); rest > 0; rest = Math.floor(rest / 0x80)) {
      buffer[at++] = byte | 0x80
      byte = rest % 0x80
    }
    buffer[at++] = byte
  }

  return {
    get length() {
      return at
    },
    byte: (value) => {
      reserve(1)
      buffer[at++] = value
    },
    long,
    float: (value) => {
      reserve(4)
      at = buffer.writeFloatLE(value, at)
    },
    string: (text) => {
      reserve(LONGEST_NUMBER + UTF8_WORST * text.length)
      // Most strings are short: their length takes one byte, so they can be written before it is known.
      const length = buffer.write(text, at + 1)
      if (length < 64) {
        buffer[at] = 2 * length
        at += 1 + length
      } else {
        long(length)
        at += buffer.write(text, at)
      }
    },
    raw: (bytes) => {
      reserve(bytes.length)
      buffer.set(bytes, at)
      at += bytes.length
    },
    bytes: () => buffer.subarray(0, at),
    clear: () => {
      at = 0
    },
  }
}
