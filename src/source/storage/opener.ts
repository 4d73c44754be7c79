import { TransientError } from '../../cdk/errors.ts'
import type { Incoming, Receiver } from './incoming.ts'
import type { Download } from './resume.ts'
import type { StoredObject } from './store.ts'

/** A part of an object, and of one version of it. */
export interface Part {
  readonly key: string
  /** Undefined for the whole object, which may be empty: no part of an empty one can be asked for. */
  readonly bytes: Bytes | undefined
  /** Undefined if any will do. */
  readonly version: string | undefined
}

/** From `start` up to `end`, exclusive. */
export interface Bytes {
  readonly start: number
  readonly end: number
}

/** As a header of HTTP. */
export const rangeOf = ({ start, end }: Bytes): string => `bytes=${start}-${end - 1}`

/** Asks a provider. Fails with whatever that fails with. */
export type GetPart = (part: Part, receiver: Receiver) => Promise<Incoming>

/** Opens the object at any byte before `end`, and only the content that was listed, or that was met first. */
export function opener(get: GetPart, { key, size, version }: StoredObject, end: number, url: string): Download['open'] {
  let pinned = version
  return (start, take) => {
    const bytes = start === 0 && end === size ? undefined : { start, end }
    const check: Receiver['check'] = ({ version, contentRange }) => {
      if (start > 0 && !contentRange?.startsWith(`bytes ${start}-`)) throw rangeIgnored(url)
      pinned ??= version
    }
    return get({ key, bytes, version: pinned }, { check, take })
  }
}

const rangeIgnored = (url: string): TransientError =>
  new TransientError(`${url}: the server sent other bytes than it was asked for. Check the storage server.`)
