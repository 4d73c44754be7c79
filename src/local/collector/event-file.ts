/** The file of a collector: one event a line. */

import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type ByteString, bytesOf } from '../../cdk/bytes.ts'
import { ConfigError } from '../../cdk/errors.ts'

/** One call at a time. */
export interface EventFile {
  /** Resolves when the events are in the file. Throws a ConfigError if they can't be: then none of them is. */
  write(events: readonly { readonly text: ByteString }[]): Promise<void>
  /** Throws a ConfigError if the last events could not be written. */
  close(): Promise<void>
}

/** Begins the file anew. */
export async function openEventFile(path: string): Promise<EventFile> {
  const file = await begun(path).catch((error: unknown) => {
    throw unwritable(path, error)
  })
  let whole = 0
  let failure: ConfigError | undefined
  return {
    async write(events) {
      if (events.length === 0) return
      const lines = linesOf(events)
      try {
        await file.appendFile(lines)
        whole += lines.length
        failure = undefined
      } catch (error) {
        // What there was room for would spoil the next line. A pipe can't take it back.
        await file.truncate(whole).catch(() => {})
        failure = unwritable(path, error)
        throw failure
      }
    },
    async close() {
      await file.close()
      if (failure) throw failure
    },
  }
}

/** Appending, each write is at the end, even when the file has been cut. */
const ANEW = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND

async function begun(path: string) {
  await mkdir(dirname(path), { recursive: true })
  return open(path, ANEW)
}

/** Outside of strings a line feed is white space, and inside JSON allows none. */
const linesOf = (events: readonly { readonly text: ByteString }[]): Buffer =>
  bytesOf(`${events.map(({ text }) => text.replaceAll('\n', ' ')).join('\n')}\n`)

const unwritable = (path: string, cause: unknown): ConfigError =>
  new ConfigError(
    `${path} (--out) can't be written (${(cause as NodeJS.ErrnoException).code}). Choose a place with room that this user may write to.`,
    { cause },
  )
