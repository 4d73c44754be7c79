import { createGunzip } from 'node:zlib'
import { type ChunkIterator, type Chunks, iteratorOf } from './chunks.ts'
import { BrokenFileError } from './decoder.ts'

/**
 * A file's bytes, unpacked if they are gzip. The bytes tell, not the name: some stores unpack by themselves. Of a gzip
 * file that is cut off comes what could be unpacked by then.
 */
export async function* unpacked(file: Chunks): AsyncGenerator<Uint8Array> {
  const chunks = iteratorOf(file)
  try {
    const first = await headOf(chunks)
    const whole = joined(first, chunks)
    yield* first[0] === 0x1f && first[1] === 0x8b ? gunzipped(whole) : whole
  } finally {
    await chunks.return?.()
  }
}

/** At least two bytes, if there are so many. */
async function headOf(chunks: ChunkIterator): Promise<Buffer> {
  let head = Buffer.alloc(0)
  while (head.length < 2) {
    const { done, value } = await chunks.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  return head
}

async function* joined(first: Uint8Array, rest: ChunkIterator): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

/**
 * What zlib unpacks of a piece before it meets damage in it is lost, so pieces are small; and they are the same ones
 * however the bytes arrive, so that as much of a damaged file is read every time.
 */
const PIECE_BYTES = 4 << 10

async function* gunzipped(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflation = new Inflation()
  try {
    for await (const piece of inPieces(file)) yield* await inflation.add(piece)
    yield* await inflation.finish()
  } finally {
    inflation.close()
  }
}

/** Pieces of PIECE_BYTES bytes, but for the last one; each is good until the next one is asked for. */
async function* inPieces(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const begun = Buffer.alloc(PIECE_BYTES)
  let filled = 0
  for await (const chunk of file) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE_BYTES - filled)
      at += part.length
      if (part.length === PIECE_BYTES) yield part
      else {
        begun.set(part, filled)
        filled += part.length
        if (filled === PIECE_BYTES) {
          yield begun
          filled = 0
        }
      }
    }
  }
  if (filled > 0) yield begun.subarray(0, filled)
}

/** Unpacks gzip piece by piece. What follows the end of its data is passed over. */
class Inflation {
  readonly #gunzip = createGunzip({ chunkSize: 64 << 10 })
  #unpacked: Uint8Array[] = []
  #error: Error | undefined
  #hasEnded = false
  #settle = (): void => {}

  constructor() {
    this.#gunzip.on('data', (bytes: Uint8Array) => this.#unpacked.push(bytes))
    this.#gunzip.on('end', () => {
      this.#hasEnded = true
      this.#settle()
    })
    this.#gunzip.on('error', (error) => {
      this.#error = error
      this.#settle()
    })
  }

  /** Gives what a piece unpacks to. */
  add(piece: Uint8Array): Promise<Iterable<Uint8Array>> {
    return this.#settled(() => this.#gunzip.write(piece, () => this.#settle()))
  }

  finish(): Promise<Iterable<Uint8Array>> {
    return this.#settled(() => this.#gunzip.end())
  }

  close(): void {
    this.#gunzip.destroy()
  }

  async #settled(act: () => void): Promise<Iterable<Uint8Array>> {
    if (this.#hasEnded) return []
    await new Promise<void>((resolve) => {
      this.#settle = resolve
      act()
    })
    return this.#taken()
  }

  *#taken(): Generator<Uint8Array> {
    const unpacked = this.#unpacked
    this.#unpacked = []
    yield* unpacked
    if (this.#error)
      throw new BrokenFileError('the file does not unpack', this.#gunzip.bytesWritten, { cause: this.#error })
  }
}
