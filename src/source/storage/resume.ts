/** Downloads that survive lost connections. */
import type { Readable } from 'node:stream'
import { TransientError } from '../../cdk/errors.ts'
import { backOff, isFinal, SILENCE_MS, silent, type Waiting, within } from './retry.ts'

/** One object's bytes from `start` up to `end`, as a provider can fetch them. */
export interface Download {
  /** The object's address, for messages. */
  readonly url: string
  readonly start: number
  /** Exclusive, and not behind the object's end: fewer bytes than that are a lost connection. */
  readonly end: number
  /** The same content as ever from byte `start` on. Throws whatever the SDK throws. */
  open(start: number): Promise<Readable>
  /** What an error means that came from `open` or from its stream. */
  failure(error: unknown): Error | Promise<Error>
}

/** Every byte of the download once, in order. After a lost connection it goes on at the byte where that broke off. */
export async function* resumed(
  download: Download,
  waiting: Waiting,
  silenceMs = SILENCE_MS,
): AsyncGenerator<Uint8Array> {
  let { start } = download
  for (let failures = 0; start < download.end; ) {
    if (failures > 0) await backOff(failures, waiting)
    try {
      for await (const chunk of arriving({ ...download, start }, silenceMs)) {
        failures = 0
        start += chunk.length
        yield chunk
      }
      if (start < download.end) throw brokenOff(download, start)
    } catch (error) {
      const failure = await download.failure(error)
      if (isFinal(failure, ++failures)) throw failure
    }
  }
}

/** What one connection brings, and no more than was asked for. */
async function* arriving({ url, start, end, open }: Download, silenceMs: number): AsyncGenerator<Uint8Array> {
  const stream = await opened(open(start), url, silenceMs)
  const fallSilent = () => stream.destroy(silent(url, silenceMs))
  let timer = setTimeout(fallSilent, silenceMs)
  let missing = end - start
  try {
    for await (const chunk of stream) {
      clearTimeout(timer)
      if (chunk.length > missing) return yield chunk.subarray(0, missing)
      missing -= chunk.length
      yield chunk
      timer = setTimeout(fallSilent, silenceMs)
    }
  } finally {
    clearTimeout(timer)
  }
}

async function opened(opening: Promise<Readable>, url: string, silenceMs: number): Promise<Readable> {
  try {
    return await within(silenceMs, url, opening)
  } catch (error) {
    // A stream that comes after all would keep its connection.
    opening.then(
      (late) => late.destroy(),
      () => {},
    )
    throw error
  }
}

const brokenOff = ({ url, end }: Download, at: number): TransientError =>
  new TransientError(`${url}: the download broke off at byte ${at} of ${end}. It is tried again with the next sync.`)

/** For servers that begin at another byte than they were asked to. */
export const rangeIgnored = (url: string): TransientError =>
  new TransientError(`${url}: the server sent other bytes than it was asked for. Check the storage server.`)
