import { fstatSync, readSync, type Stats } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
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

/** Larger than Node would take: each chunk costs a turn of the event loop. */
const CHUNK_BYTES = 512 << 10

/**
 * A file from where it stands, always read into the same memory: new memory for each chunk costs more than reading, and
 * so does a thread that reads while we wait for it. Between chunks others have their turn.
 */
export function fileInput(descriptor: number, chunkBytes = CHUNK_BYTES): ByteInput {
  let isOpen = true
  return {
    destroy() {
      isOpen = false
    },
    async *[Symbol.asyncIterator]() {
      const memory = Buffer.allocUnsafeSlow(chunkBytes)
      while (isOpen) {
        await turn()
        const bytes = isOpen ? readSync(descriptor, memory, 0, chunkBytes, null) : 0
        if (bytes === 0) return
        yield memory.subarray(0, bytes)
      }
    },
  }
}
