/** The body of an answer on its way, whoever fetches it. */
import type { Readable } from 'node:stream'

/** Takes bytes as they come, which the next ones may overwrite. False: no more, until `resume`. */
export type Take = (bytes: Uint8Array) => boolean

export interface Incoming {
  /** Settles when nothing comes any more: all has come, or the connection is closed. Fails with what that failed with. */
  readonly over: Promise<void>
  resume(): void
  /** Closes the connection. */
  destroy(error?: Error): void
}

/** That of an SDK. */
export function incoming(stream: Readable, take: Take): Incoming {
  stream.on('data', (chunk: Uint8Array) => {
    if (!take(chunk)) stream.pause()
  })
  const over = closed(stream)
  // Whoever has destroyed it need not wait for it.
  over.catch(() => {})
  return {
    over,
    resume: () => void stream.resume(),
    destroy: (error) => void stream.destroy(error),
  }
}

async function closed(stream: Readable): Promise<void> {
  if (stream.closed) return
  await new Promise<void>((resolve, reject) => {
    stream.on('end', resolve)
    stream.on('error', reject)
    stream.on('close', resolve)
  })
}
