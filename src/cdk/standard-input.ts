import { fstatSync, read as readCallback, type Stats } from 'node:fs'
import { promisify } from 'node:util'
import type { ByteInput } from './byte-input.ts'
import { pipeInput } from './pipe-input.ts'

export function standardInput(): ByteInput {
  const stats = statsOf(0)
  if (stats?.isFile()) return fileInput(0)
  return stats?.isFIFO() || stats?.isSocket() ? pipeInput(0, CHUNK_BYTES) : process.stdin
}

function statsOf(descriptor: number): Stats | undefined {
  try {
    return fstatSync(descriptor)
  } catch {
    // It is closed.
    return undefined
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
