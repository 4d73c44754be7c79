import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { BrokenFileError } from './decoder.ts'

/**
 * A file's bytes, unpacked if they are gzip. The bytes tell, not the name: some stores unpack by themselves. Of a gzip
 * file that is cut off comes what could be unpacked by then.
 */
export async function* unpacked(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = file[Symbol.asyncIterator]()
  try {
    const first = await headOf(chunks)
    const whole = joined(first, chunks)
    yield* first[0] === 0x1f && first[1] === 0x8b ? gunzipped(whole) : whole
  } finally {
    await chunks.return?.()
  }
}

/** At least two bytes, if there are so many. */
async function headOf(chunks: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let head = Buffer.alloc(0)
  while (head.length < 2) {
    const { done, value } = await chunks.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  return head
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

async function* gunzipped(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  try {
    // An error of either end comes out of the loop, so there is nothing left to do about it here.
    yield* pipeline(Readable.from(file), gunzip, () => {})
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (!String(code).startsWith('Z_')) throw error
    throw new BrokenFileError('the file does not unpack', gunzip.bytesWritten, { cause: error })
  }
}
