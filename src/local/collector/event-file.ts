/** The file of a collector: one event a line. */

import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import type { ByteString } from '../../cdk/bytes.ts'
import { ConfigError } from '../../cdk/errors.ts'

export interface EventFile {
  /** Resolves when there is room for more. */
  write(events: readonly { readonly text: ByteString }[]): Promise<void>
  close(): Promise<void>
}

/** Begins the file anew. */
export function openEventFile(path: string): EventFile {
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (error) {
    throw unwritable(path, error)
  }
  const stream = createWriteStream(path)
  // `once` below throws what goes wrong while somebody waits; `finished` throws it in any case.
  stream.on('error', () => {})
  return {
    async write(events) {
      if (events.length === 0) return
      // Outside of strings a line feed is white space, and inside JSON allows none.
      const lines = `${events.map(({ text }) => text.replaceAll('\n', ' ')).join('\n')}\n`
      if (!stream.write(lines, 'latin1')) await once(stream, 'drain')
    },
    async close() {
      stream.end()
      await finished(stream).catch((error: unknown) => {
        throw unwritable(path, error)
      })
    },
  }
}

const unwritable = (path: string, cause: unknown): ConfigError =>
  new ConfigError(
    `${path} (--out) can't be written (${(cause as NodeJS.ErrnoException).code}). Choose a place with room that this user may write to.`,
    { cause },
  )
