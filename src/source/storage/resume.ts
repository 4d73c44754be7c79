/** Downloads that survive lost connections. */
import type { Readable } from 'node:stream'
import { TransientError } from '../../cdk/errors.ts'
import { Signal } from '../channel.ts'
import { backOff, isFinal, SILENCE_MS, silent, type Waiting, within } from './retry.ts'
import { recycle, Slabs } from './slabs.ts'

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
  #stream: Readable | undefined
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
    this.#stream?.resume()
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
    this.#stream?.destroy()
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
    const stream = await opened(open(this.#at), url, this.#silenceMs)
    if (this.#end) return void stream.destroy()
    this.#stream = stream
    const timer = setTimeout(() => {
      if (stream.isPaused()) timer.refresh()
      else stream.destroy(silent(url, this.#silenceMs))
    }, this.#silenceMs)
    stream.on('resume', () => timer.refresh())
    stream.on('data', (chunk: Uint8Array) => {
      timer.refresh()
      this.#add(chunk, stream)
    })
    try {
      await closed(stream)
    } finally {
      clearTimeout(timer)
      this.#stream = undefined
    }
  }

  #add(chunk: Uint8Array, stream: Readable): void {
    if (this.#end) return void stream.destroy()
    const missing = this.#download.end - this.#at
    if (chunk.length > missing) stream.destroy()
    const part = chunk.subarray(0, missing)
    this.#at += part.length
    this.#slabs.add(part)
    this.#news.fire()
    if (this.#slabs.bytes >= this.#mostAhead) stream.pause()
  }
}

const closed = (stream: Readable): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.on('end', resolve)
    stream.on('error', reject)
    stream.on('close', resolve)
    if (stream.closed) resolve()
  })

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

const brokenOff = (url: string, at: number, end: number): TransientError =>
  new TransientError(`${url}: the download broke off at byte ${at} of ${end}. It is tried again with the next sync.`)

/** For servers that begin at another byte than they were asked to. */
export const rangeIgnored = (url: string): TransientError =>
  new TransientError(`${url}: the server sent other bytes than it was asked for. Check the storage server.`)
