/** Downloads that survive lost connections. */
import { TransientError } from '../../cdk/errors.ts'
import { Signal } from '../channel.ts'
import type { Incoming, Take } from './incoming.ts'
import { backOff, isFinal, SILENCE_MS, silent, type Waiting, within } from './retry.ts'
import { recycle, Slabs } from './slabs.ts'

/** One object's bytes from `start` up to `end`, as a provider can fetch them. */
export interface Download {
  /** The object's address, for messages. */
  readonly url: string
  readonly start: number
  /** Exclusive, and not behind the object's end: fewer bytes than that are a lost connection. */
  readonly end: number
  /** The same content as ever from byte `start` on, whose bytes may come at once. Throws whatever the SDK throws. */
  open(start: number, take: Take): Promise<Incoming>
  /** What an error means that came from `open` or from its body. */
  failure(error: unknown): Error | Promise<Error>
}

export interface Patience {
  /** A connection that brings nothing for so long is given up. */
  readonly silenceMs?: number
  /** Bytes that may wait for their reader. */
  readonly mostAhead?: number
}

/** More of one file than that is not loaded ahead of its reader. */
export const MOST_AHEAD = 4 * 1024 * 1024

/**
 * Every byte of the download once, in order. It begins to load at once. After a lost connection it goes on at the byte
 * where that broke off. The first chunk comes as soon as there is one, the others are large; each is lent.
 */
export const resumed = (
  download: Download,
  waiting: Waiting,
  patience: Patience = {},
): AsyncIterableIterator<Uint8Array> => new Loading(download, waiting, patience)

class Loading implements AsyncIterableIterator<Uint8Array> {
  readonly #download: Download
  readonly #waiting: Waiting
  readonly #silenceMs: number
  readonly #mostAhead: number
  readonly #slabs: Slabs
  readonly #news = new Signal()
  /** The offset of the next byte to arrive. */
  #at: number
  #incoming: Incoming | undefined
  /** The connection waits for the reader. */
  #isPaused = false
  /** The server sends more than it was asked for. */
  #isExceeded = false
  #silence: NodeJS.Timeout | undefined
  #lent: Buffer | undefined
  #hasBegun = false
  #end: { readonly error?: unknown } | undefined

  constructor(download: Download, waiting: Waiting, { silenceMs = SILENCE_MS, mostAhead = MOST_AHEAD }: Patience) {
    this.#download = download
    this.#waiting = waiting
    this.#silenceMs = silenceMs
    this.#mostAhead = mostAhead
    this.#slabs = new Slabs(download.end - download.start)
    this.#at = download.start
    this.#load().then(
      () => this.#finish({}),
      (error) => this.#finish({ error }),
    )
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#giveBack()
    while (!this.#end && !this.#isWorthTaking) await this.#news.wait()
    this.#lent = this.#slabs.take()
    this.#resume()
    if (this.#lent) {
      this.#hasBegun = true
      return { done: false, value: this.#lent }
    }
    if (this.#end && 'error' in this.#end) throw this.#end.error
    return { done: true, value: undefined }
  }

  /** Lets go of the connection, whatever it is doing. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#finish({})
    this.#incoming?.destroy()
    this.#giveBack()
    return { done: true, value: undefined }
  }

  #giveBack(): void {
    if (this.#lent) recycle(this.#lent)
    this.#lent = undefined
  }

  /** Who wants only the beginning gets it soon; all others are served best by few large chunks. */
  get #isWorthTaking(): boolean {
    const { bytes, hasFull } = this.#slabs
    return hasFull || bytes >= this.#mostAhead || (!this.#hasBegun && bytes > 0)
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end
    this.#news.fire()
  }

  async #load(): Promise<void> {
    const { url, end, failure } = this.#download
    for (let failures = 0; this.#at < end && !this.#end; ) {
      const from = this.#at
      try {
        await this.#arrive()
        if (this.#at < end) throw brokenOff(url, this.#at, end)
      } catch (error) {
        if (this.#end) return
        failures = this.#at > from ? 1 : failures + 1
        const reason = await failure(error)
        if (isFinal(reason, failures)) throw reason
        await backOff(failures, this.#waiting)
      }
    }
  }

  /** What one connection brings, and no more than was asked for. */
  async #arrive(): Promise<void> {
    const { url, open } = this.#download
    this.#isPaused = false
    let isGivenUp = false
    const opening = open(this.#at, (bytes) => !isGivenUp && this.#take(bytes))
    try {
      const incoming = await opened(opening, url, this.#silenceMs)
      if (this.#end || this.#isExceeded) return incoming.destroy()
      this.#incoming = incoming
      if (!this.#isPaused) incoming.resume()
      this.#silence = setTimeout(() => {
        if (this.#isPaused) this.#silence?.refresh()
        else incoming.destroy(silent(url, this.#silenceMs))
      }, this.#silenceMs)
      await incoming.over
    } finally {
      isGivenUp = true
      clearTimeout(this.#silence)
      this.#silence = undefined
      this.#incoming = undefined
    }
  }

  #take(bytes: Uint8Array): boolean {
    if (this.#end) return false
    this.#silence?.refresh()
    const part = bytes.subarray(0, this.#download.end - this.#at)
    this.#at += part.length
    this.#slabs.add(part)
    this.#news.fire()
    this.#isExceeded = part.length < bytes.length
    if (this.#isExceeded) this.#incoming?.destroy()
    this.#isPaused = this.#slabs.bytes >= this.#mostAhead
    return !this.#isPaused
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#silence?.refresh()
    this.#incoming?.resume()
  }
}

async function opened(opening: Promise<Incoming>, url: string, silenceMs: number): Promise<Incoming> {
  try {
    return await within(silenceMs, url, opening)
  } catch (error) {
    // What comes after all would keep its connection.
    opening.then(
      (late) => late.destroy(),
      () => {},
    )
    throw error
  }
}

const brokenOff = (url: string, at: number, end: number): TransientError =>
  new TransientError(`${url}: the download broke off at byte ${at} of ${end}. It is tried again with the next sync.`)
