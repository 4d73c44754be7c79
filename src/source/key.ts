/**
 * What the key of an exported file tells. Two layouts are documented, and Braze says that names may change:
 *
 *     <prefix>/dataexport.<…>/event_type=<type>/date=<YYYY-MM-DD-HH>/version=<n>/<environment>/<…>.avro
 *     <prefix>/dataexport.<…>/event_type=<type>/date=<YYYY-MM-DD-HH>/<schema id>/<zone>/<…>.avro
 *
 * So we look for `event_type=` and `date=` anywhere, and know nothing of the rest.
 * Source: https://www.braze.com/docs/user_guide/data/distribution/braze_currents/setting_up_currents/event_delivery_semantics (read 2026-11)
 */
import { covers, type Hour, type Hours, nextCovered } from './hours.ts'

export interface EventTypeFolder {
  /** As the folder spells it. */
  readonly eventType: string
  /** Up to and including the slash that ends the folder's name. */
  readonly folder: string
}

/** The folder `event_type=…/` on the way to a key, if there is one. */
export function eventTypeFolder(key: string): EventTypeFolder | undefined {
  const match = EVENT_TYPE.exec(key)
  if (!match) return undefined
  const [found, eventType = ''] = match
  return { eventType, folder: key.slice(0, match.index + found.length) }
}

const EVENT_TYPE = /(?<=^|\/)event_type=([^/]+)\//i

/** The value of the last `date=` folder on the way to a key, if it is a day or an hour. */
export const dateIn = (key: string): Hour | undefined => lastDate(key)?.[2]

/** What was found in the last folder: keys come folder by folder. */
let last: { readonly folder: string; readonly date: RegExpExecArray | undefined } = { folder: '', date: undefined }

function lastDate(key: string): RegExpExecArray | undefined {
  const folder = key.slice(0, key.lastIndexOf('/') + 1)
  if (folder !== last.folder) last = { folder, date: [...folder.matchAll(DATE)].at(-1) }
  return last.date
}

const DATE = /(?<=^|\/)(date=)(\d{4}-\d{2}-\d{2}(?:-\d{2})?)\//gi

/**
 * Where a listing of `folder` goes on if the `date=` below it in `key` is out of the hours: the first place behind the
 * key that may be within, to be given as `after`. Undefined if the key is within.
 */
export function skipTo(key: string, folder: string, hours: Hours): string | undefined {
  const match = lastDate(key)
  const [, name = '', date = ''] = match ?? []
  if (!match || covers(hours, date)) return undefined
  // A date before the folder is the folder's own.
  if (match.index < folder.length) return undefined
  const valueAt = match.index + name.length
  const next = nextCovered(hours, date)
  // ">" is the character after "=": behind all `date=` folders, but before whatever else lies beside them.
  return next === undefined ? `${key.slice(0, valueAt - 1)}>` : key.slice(0, valueAt) + next
}

type Format = 'avro' | 'custom_http'

/** How a file holds events, by the end of its name. Undefined if it holds none. */
export function formatOf(key: string): Format | undefined {
  if (/\.avro$/i.test(key)) return 'avro'
  if (/\.(json|ndjson|jsonl)(\.gz)?$/i.test(key)) return 'custom_http'
  return undefined
}

export const holdsEvents = (key: string): boolean => formatOf(key) !== undefined

export const isAvro = (key: string): boolean => formatOf(key) === 'avro'
