/** The content of an object on its way, whoever fetches it. */
import type { Readable } from 'node:stream'

export interface Incoming {
  /** Settles when nothing comes any more: all has come, or the connection is closed. Fails with what that failed with. */
  readonly over: Promise<void>
  resume(): void
  /** Closes the connection. */
  destroy(error?: Error): void
}

/** Takes bytes as they come, which the next ones may overwrite. False: no more, until `resume`. */
export type Take = (bytes: Uint8Array) => boolean

/** What is told of the bytes that follow. */
export interface Head {
  /** Of the object's content: an etag or a generation. */
  readonly version: string | undefined
  /** As in HTTP: `bytes 5-9/10`. */
  readonly contentRange: string | undefined
}

/** Who gets the content. */
export interface Receiver {
  /** Comes before any bytes. Throws if they are not wanted. */
  check(head: Head): void
  readonly take: Take
}

/** The content that a library gives as a stream. */
export function streamed(stream: Readable, head: Head, { check, take }: Receiver): Incoming {
  try {
    check(head)
  } catch (error) {
    stream.destroy()
    throw error
  }
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
