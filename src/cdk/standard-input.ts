import { fstatSync, read as readCallback } from 'node:fs'
import { promisify } from 'node:util'

/** Bytes that come in, each chunk good until the next one is asked for. */
export interface ByteInput extends AsyncIterable<Uint8Array> {
  /** No more is read: whoever waits for a chunk gets the end or an error. */
  destroy(): void
}

export const standardInput = (): ByteInput => (isFile(0) ? fileInput(0) : process.stdin)

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile()
  } catch {
    // It is closed.
    return false
  }
}

/** Larger than Node would take: each chunk costs a turn of the event loop and of the thread pool. */
const CHUNK_BYTES = 512 << 10
const read = promisify(readCallback)

/** A file from where it stands, always read into the same memory: new memory for each chunk costs more than reading. */
export function fileInput(descriptor: number, chunkBytes = CHUNK_BYTES): ByteInput {
  let isOpen = true
  return {
    destroy() {
      isOpen = false
    },
    async *[Symbol.asyncIterator]() {
      const memory = Buffer.allocUnsafeSlow(chunkBytes)
      while (isOpen) {
        const { bytesRead } = await read(descriptor, memory, 0, chunkBytes, null)
        if (!isOpen || bytesRead === 0) return
        yield memory.subarray(0, bytesRead)
      }
    },
  }
}
